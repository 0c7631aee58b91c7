"""The merchant bill file of Alipay: a ZIP with ``*_业务明细.csv`` in GBK, read by the names of its columns. No I/O.

The rows stand between two marker lines; the footer says how many they are and what they sum up to, and is checked. A
refund repeats the trade number of what it refunds and carries its own request number.
"""

import csv
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Final

from integrations.beijing import from_beijing
from integrations.reading import minor
from models.messages import StatementLine
from models.money import AmountError, Money

CURRENCY: Final = "CNY"
_LARGEST_FILE: Final = 512 * 2**20
_KINDS: Final = {"交易": "payment", "退款": "refund"}
_COLUMNS: Final = (
    "支付宝交易号",
    "商户订单号",
    "业务类型",
    "商品名称",
    "完成时间",
    "商家实收(元)",
    "退款批次号/请求号",
    "服务费(元)",
)
# What Alipay puts before a Taobao trade number (general knowledge; the bill's documentation does not say it).
_TAOBAO_PREFIX: Final = "T200P"
_BEGINS, _ENDS = "业务明细列表", "业务明细列表结束"
_FOOTERS: Final = {
    "payment": re.compile(r"#交易合计[：:](\d+)笔[，,]商家实收共(-?[\d.,]+?)元"),
    "refund": re.compile(r"#退款合计[：:](\d+)笔[，,]商家实收退款共(-?[\d.,]+?)元"),
}


class CannotOpen(ValueError):
    """The bytes are no bill: a page, a cut archive, a file without the list."""


class Contradiction(ValueError):
    """The file is a bill, but a row cannot be read or the footer does not agree with the rows."""


def open_bill(content: bytes) -> bytes:
    """The CSV inside the archive. Raises ``CannotOpen``."""
    try:
        with zipfile.ZipFile(BytesIO(content), metadata_encoding="gbk") as archive:
            for member in archive.infolist():
                if member.filename.endswith("业务明细.csv"):
                    if member.file_size > _LARGEST_FILE:
                        raise CannotOpen("the statement is larger than 512 MiB")
                    return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        raise CannotOpen("it is not a ZIP archive, or was cut off") from error
    raise CannotOpen("the archive holds no 业务明细.csv")


def read_bill(content: bytes) -> list[StatementLine]:
    """The lines of the CSV (GBK or UTF-8) in the order of the file; what the merchant received, fees apart.

    Raises ``CannotOpen`` if there is no list in it, ``Contradiction`` with both figures if the footer disagrees.
    """
    text = _decoded(content)
    lines = [_line(number, row) for number, row in _rows(text)]
    for kind, footer in _FOOTERS.items():
        stated = footer.search(text)
        if stated is None:
            raise Contradiction(f"its footer does not say the total of {kind}s: the file may have been cut off")
        amounts = [line.amount.minor for line in lines if line.kind == kind]
        found, total = Money(sum(amounts), CURRENCY), _money(stated[2])
        if (len(amounts), found) != (int(stated[1]), total):
            raise Contradiction(f"{len(amounts)} {kind}s of {found} in its rows, {stated[1]} of {total} in its footer")
    return lines


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotOpen("it is neither GBK nor UTF-8")


def _rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    lines = re.split(r"\r?\n", text)
    begins = next((at for at, line in enumerate(lines) if line.startswith("#") and _BEGINS in line), None)
    ends = next((at for at, line in enumerate(lines) if line.startswith("#") and _ENDS in line), None)
    if begins is None or ends is None or ends <= begins + 1:
        raise CannotOpen("the list of trades is not there, or was cut off")
    rows = csv.reader(lines[begins + 1 : ends])
    header = [name.strip().replace("（", "(").replace("）", ")") for name in next(rows)]
    if missing := [name for name in _COLUMNS if name not in header]:
        raise Contradiction(f"it has no column {missing[0]}")
    try:
        for row in rows:
            if len(row) != len(header):
                raise Contradiction(f"row {rows.line_num - 1} has {len(row)} cells, its header {len(header)}")
            yield rows.line_num - 1, {name: cell.strip() for name, cell in zip(header, row, strict=True)}
    except csv.Error as error:
        raise Contradiction(f"row {rows.line_num - 1}: {error}") from error


def _line(number: int, row: Mapping[str, str]) -> StatementLine:
    kind = _KINDS.get(row["业务类型"])
    if kind is None:
        raise Contradiction(f"row {number}: {row['业务类型'][:40]} is neither a trade nor a refund")
    try:
        return StatementLine(
            line_id=f"{row['支付宝交易号']}:{row['退款批次号/请求号']}",
            trade_no=row["支付宝交易号"],
            order_no=row["商户订单号"].removeprefix(_TAOBAO_PREFIX),
            kind=kind,
            amount=_money(row["商家实收(元)"]),
            fee=_money(row["服务费(元)"]),
            happened_at=_time(row["完成时间"]),
            title=row["商品名称"],
        )
    except ValueError as error:
        raise Contradiction(f"row {number}: {error}") from error


def _money(text: str) -> Money:
    try:
        return Money(minor(text, CURRENCY), CURRENCY)
    except AmountError as error:
        raise Contradiction(str(error)) from error


def _time(text: str) -> datetime:
    try:
        return from_beijing(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a time") from None
