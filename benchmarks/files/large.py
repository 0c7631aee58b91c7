"""Large files of orders as shops export them: three lines an order, texts that hardly repeat."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

HEADER = ["订单号", "下单时间", "客户", "收货人", "电话", "省", "市", "地址", "商品编码", "数量", "单价", "备注"]
LINES_AN_ORDER = 3
ROW_BYTES = 335
"""Bytes of a CSV row, about."""

_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook {_NS} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>',
}


def rows(count: int) -> Iterator[list[str]]:
    """The rows below the header."""
    for number in range(count):
        order = number // LINES_AN_ORDER
        street = f"南山区科技园南区高新南一道 {order} 号 {number % 40} 楼"
        remark = f"请在工作日送货，送货前打电话，放在前台即可。发票抬头：{order} 号公司，税号 91440300MA5{number:08d}。"
        yield [
            f"SO2026{order:010d}", f"2026-06-{order % 28 + 1:02d} {order % 24:02d}:{order % 60:02d}:00",
            f"C{order % 5000}", f"收货人{order}", f"138{order % 10**8:08d}", "广东省", "深圳市", street,
            f"SKU-{number % 2000:05d}", str(number % 5 + 1), f"{number % 900 + 10}.90", remark,
        ]  # fmt: skip


def write_csv(file: Path, count: int) -> int:
    """A CSV file of so many rows; its size."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        stream.write(",".join(HEADER) + "\n")
        stream.writelines(",".join(row) + "\n" for row in rows(count))
    return file.stat().st_size


def write_workbook(file: Path, size: int) -> int:
    """A workbook whose parts are of about that size unpacked, its texts in a shared table as Excel writes them; the
    real size of its parts."""
    count = size // (2 * ROW_BYTES)
    strings: Path = file.with_suffix(".strings")
    known: dict[str, int] = {}
    inside = 0
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as book, strings.open("w", encoding="utf-8") as shared:
        for name, text in _PARTS.items():
            book.writestr(name, text)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f"<worksheet {_NS}><sheetData>".encode())
            for row in _all(count):
                cells = []
                for text in row:
                    place = known.get(text)
                    if place is None:
                        place = known[text] = len(known)
                        shared.write(f"<si><t>{text}</t></si>")
                    cells.append(f'<c t="s"><v>{place}</v></c>')
                inside += sheet.write(f"<row>{''.join(cells)}</row>".encode())
            sheet.write(b"</sheetData></worksheet>")
        inside += shared.tell()
        shared.flush()
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as table, strings.open("rb") as written:
            table.write(f"<sst {_NS}>".encode())
            while chunk := written.read(1 << 20):
                table.write(chunk)
            table.write(b"</sst>")
    strings.unlink()
    return inside


def _all(count: int) -> Iterator[list[str]]:
    yield HEADER
    yield from rows(count)
