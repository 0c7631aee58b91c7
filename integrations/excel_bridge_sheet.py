"""The sheets of the Excel bridge: what we write for people, and what they have filled in. Their form is our own."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from integrations.files.cells import Cells, clean
from integrations.files.tables import read_table, refuse
from integrations.reading import canonical, number, text, whole
from models.messages import Address, OutboundConfirmed, OutboundRequest, PackedParcel, RefusedRow, StockLine
from models.reasons import Reason

SHIP: Final = "发货 SHIP"
CANCEL: Final = "取消 CANCEL"
OUTBOUND: Final[Mapping[str, str]] = {
    "action": "操作 Action",
    "outbound_no": "出库单号 Outbound",
    "warehouse": "仓库 Warehouse",
    "line_no": "行号 Line",
    "sku": "商品编码 SKU",
    "title": "商品名称 Title",
    "quantity": "应发数量 Quantity",
    "receiver": "收货人 Receiver",
    "phone": "电话 Phone",
    "address": "地址 Address",
    "remark": "备注 Remark",
    "carrier": "承运商 Carrier",
    "waybill_no": "运单号 Waybill",
    "check_code": "校验码 Check",
    "shipped": "实发数量 Shipped",
    "shipped_at": "发货时间 Shipped at",
    "weight": "包裹重量kg Weight kg",
}
"""The columns of an outbound sheet; people fill in the last three, and correct carrier and waybill."""

STOCK: Final[Mapping[str, str]] = {
    "warehouse": "仓库 Warehouse",
    "sku": "商品编码 SKU",
    "available": "可用数量 Available",
    "locked": "锁定数量 Locked",
}
_FILLED: Final = ("shipped", "shipped_at", "weight")
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST: Final = 32_000

Filled = Mapping[str, str]
"""What a person's row says, by the names of ``OUTBOUND``."""


def outbound_sheet(request: OutboundRequest, action: str = SHIP) -> bytes:
    """A workbook with one row per line of the outbound."""
    shared = {
        "action": action, "outbound_no": request.outbound_no, "warehouse": request.warehouse,
        "receiver": request.receiver.name, "phone": request.receiver.phone, "address": _address(request.receiver),
        "remark": request.remark, "carrier": request.carrier, "waybill_no": request.waybill_no,
        "check_code": request.check_code,
    }  # fmt: skip
    return _workbook(
        [
            {**shared, "line_no": line.line_no, "sku": line.sku, "title": line.title, "quantity": line.quantity}
            for line in request.lines
        ]
    )


def cancel_sheet(outbound_no: str, warehouse: str, reason: str) -> bytes:
    """A workbook whose one row asks people to stop."""
    return _workbook([{"action": CANCEL, "outbound_no": outbound_no, "warehouse": warehouse, "remark": reason}])


def safe(written: str) -> str:
    """A text that no spreadsheet program takes for a formula, even after it was saved as CSV: an apostrophe stands
    before ``= + - @``, also full-width ones, and before TABs and line ends. What a workbook cannot carry becomes
    ``U+FFFD``."""
    storable = _UNWRITABLE.sub("\ufffd", written)[:_LONGEST]
    return f"'{storable}" if storable.startswith(_FORMULA) else storable


def answers(path: Path) -> Iterator[tuple[str, str] | RefusedRow]:
    """Outbound number and canonical JSON of what people filled in for it; several outbounds may stand in one file.

    A sheet that comes back as we wrote it says nothing, nor does a row that asks to stop. A row that was filled in and
    names no outbound is refused. Raises ``UnreadableFile``.
    """
    found: dict[str, list[Filled]] = {}
    for row in read_table(path, needed=[_names(OUTBOUND[field]) for field in ("outbound_no", "sku", "shipped")]):
        if isinstance(row, RefusedRow):
            yield row
            continue
        filled = {field: _cell(row, title) for field, title in OUTBOUND.items()}
        if not any(filled.values()) or "CANCEL" in filled["action"].upper():
            continue
        if filled["outbound_no"]:
            found.setdefault(filled["outbound_no"], []).append(filled)
        elif any(filled[field] for field in _FILLED):
            yield refuse(row, Reason("outbound-unknown", {"outbound": ""}))
    for outbound_no, rows in found.items():
        if any(row[field] for row in rows for field in _FILLED):
            told = sorted(({k: v for k, v in row.items() if k not in _ECHO} for row in rows), key=canonical)
            yield outbound_no, canonical({"outbound_no": outbound_no, "rows": told})


_ECHO: Final = frozenset({"action", "outbound_no", "title", "quantity", "receiver", "phone", "address", "remark"})
"""What is only repeated: it may be sorted, shortened or hidden without the statement being another."""


def read_confirmed(
    outbound_no: str, rows: Sequence[Filled], zone: str, message_id: str, received_at: datetime
) -> OutboundConfirmed:
    """What left, parcel by parcel. Raises ``ValueError`` naming the cell that cannot be read.

    Without a time it left when the file came.
    """
    cells = Cells(decimal="point", timezone=zone, time_formats=())
    contents: dict[str, dict[str, int]] = {}
    about: dict[str, tuple[str, int | None]] = {}
    times = []
    for row in rows:
        sku, waybill_no = row["sku"], row["waybill_no"]
        if not row["shipped"]:
            raise ValueError(f"{sku[:40]}: the shipped quantity is blank; write 0 if nothing left")
        shipped = whole(row["shipped"])
        if shipped < 0:
            raise ValueError(f"{sku[:40]}: {shipped} cannot leave")
        if row["shipped_at"]:
            times.append(cells.moment(row["shipped_at"]))
        if not shipped:
            continue
        if not sku or not waybill_no:
            raise ValueError(f"{sku[:40]}: a row that left needs a SKU and a waybill number")
        parcel = contents.setdefault(waybill_no, {})
        parcel[sku] = parcel.get(sku, 0) + shipped
        grams = int(number(row["weight"]) * 1000) if row["weight"] else None
        known = about.get(waybill_no)
        about[waybill_no] = (row["carrier"].lower() or "other", grams if known is None or grams else known[1])
    return OutboundConfirmed(
        message_id=message_id,
        outbound_no=outbound_no,
        partner_no=outbound_no,
        final=True,
        confirmed_at=max(times, default=received_at),
        check_code=next((row.get("check_code", "") for row in rows if row.get("check_code")), ""),
        parcels=tuple(PackedParcel(no, about[no][0], inside, about[no][1]) for no, inside in sorted(contents.items())),
    )


def check_code_of(sheet: Path) -> str:
    """The check code in a sheet that we wrote. Raises ``UnreadableFile``."""
    rows = (row for row in read_table(sheet) if not isinstance(row, RefusedRow))
    return next((_cell(row, OUTBOUND["check_code"]) for row in rows), "")


def read_stock(path: Path, warehouse: str) -> Iterator[StockLine]:
    """The stock of one warehouse in a stock sheet. Raises ``UnreadableFile``, or ``ValueError`` for a figure."""
    for row in read_table(path, needed=[_names(STOCK[field]) for field in ("warehouse", "sku", "available")]):
        if isinstance(row, RefusedRow):
            raise ValueError(f"a row cannot be read: {text(row.row)[:80]}")
        cells = {field: _cell(row, title) for field, title in STOCK.items()}
        if cells["warehouse"] == warehouse and cells["sku"]:
            yield StockLine(warehouse, cells["sku"], whole(cells["available"]), whole(cells["locked"] or 0))


def _workbook(rows: Sequence[Mapping[str, str | int]]) -> bytes:
    book = Workbook()
    page = book.active
    if page is None:
        raise AssertionError("a new workbook has a sheet")
    for place, (field, title) in enumerate(OUTBOUND.items(), start=1):
        page.cell(1, place, title).font = Font(bold=True)
        page.column_dimensions[get_column_letter(place)].width = max(12, 2 * len(title.split()[0]) + 8)
        for line, row in enumerate(rows, start=2):
            cell = page.cell(line, place)
            cell.number_format = "@"
            value = row.get(field, "")
            if isinstance(value, int):
                cell.value = value
            elif value:
                cell.value, cell.data_type = safe(value), "s"
    page.freeze_panes = "A2"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _cell(row: Mapping[str, str], title: str) -> str:
    """The cell of a column, whether its title was kept whole or only its Chinese or English half."""
    return next((clean(row[name]) for name in _names(title) if name in row), "")


def _names(title: str) -> tuple[str, ...]:
    """A title, and its Chinese and English halves."""
    return title, *title.split(" ", 1)


def _address(receiver: Address) -> str:
    return " ".join(filter(None, (receiver.province, receiver.city, receiver.district, receiver.street)))
