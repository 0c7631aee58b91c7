"""WeChat Pay's trade bill: CSV in which each value follows a backtick, read by the names of its columns. No I/O.

The last two lines say how many rows there are and what they sum up to, and are checked. Commas in a product's name are
not quoted, so that rows are cut at comma and backtick. A refund repeats the trade number.
"""

import gzip
import zlib
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Final

from integrations.beijing import from_beijing
from integrations.reading import minor
from models.messages import StatementLine
from models.money import AmountError, Money

_LARGEST_FILE: Final = 512 * 2**20
_GZIP: Final = b"\x1f\x8b"
_KINDS: Final = {"SUCCESS": "payment", "REFUND": "refund", "REVOKED": "refund"}
_FAILED: Final = "FAIL"
_OPTIONAL: Final = "费率备注"
_COLUMNS: Final = (
    "交易时间", "微信订单号", "商户订单号", "交易状态", "货币种类", "应结订单金额", "微信退款单号", "退款金额",
    "退款状态", "商品名称", "手续费",
)  # fmt: skip
_TOTALS: Final = ("总交易单数", "应结订单总金额", "退款总金额", "手续费总金额")


class CannotOpen(ValueError):
    """The bytes are no bill: a page, a cut archive, a file without the list."""


class Contradiction(ValueError):
    """The file is a bill, but a row cannot be read or the footer does not agree with the rows."""


def open_bill(content: bytes) -> bytes:
    """The CSV, unpacked if it came as GZIP. Raises ``CannotOpen``."""
    if not content.startswith(_GZIP):
        return content
    try:
        with gzip.open(BytesIO(content)) as packed:
            opened = packed.read(_LARGEST_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise CannotOpen("it is not a GZIP file, or was cut off") from error
    if len(opened) > _LARGEST_FILE:
        raise CannotOpen("the statement is larger than 512 MiB")
    return opened


def read_bill(content: bytes) -> list[StatementLine]:
    """The lines of an ``ALL`` bill in the order of the file: what was settled, fees apart; refunds negative.

    Raises ``CannotOpen`` if there is no list in it, ``Contradiction`` with both figures if the footer disagrees.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotOpen("it is not UTF-8") from error
    rows, totals = _parts(text)
    lines = [_line(number, row) for number, row in enumerate(rows, start=1)]
    payments = [line.amount.minor for line in lines if line.kind == "payment"]
    found = {
        "总交易单数": len(lines),
        "应结订单总金额": sum(payments),
        "退款总金额": sum(_minor(row["退款金额"]) for row in rows),
        "手续费总金额": -sum(line.fee.minor for line in lines),
    }
    for name, counted in found.items():
        stated = int(totals[name]) if name == "总交易单数" else _minor(totals[name])
        if stated != counted:
            raise Contradiction(f"{name}: {counted} in its rows, {stated} in its footer")
    return lines


def _parts(text: str) -> tuple[list[Mapping[str, str]], Mapping[str, str]]:
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    if not lines or "交易时间" not in lines[0]:
        raise CannotOpen("the list of trades is not there")
    ends = next((at for at, line in enumerate(lines) if line.lstrip("`").startswith("总交易单数")), None)
    if ends is None or len(lines) != ends + 2:
        raise Contradiction("its footer is not there: the file may have been cut off")
    header, footer = _names(lines[0], _COLUMNS), _names(lines[ends], _TOTALS)
    rows = [_row(f"row {number}", header, line) for number, line in enumerate(lines[1:ends], start=1)]
    totals = _row("the footer", footer, lines[ends + 1])
    if not totals["总交易单数"].isdecimal():
        raise Contradiction("its footer does not say how many rows there are")
    return rows, totals


def _names(line: str, wanted: tuple[str, ...]) -> list[str]:
    names = [name.strip().lstrip("`") for name in line.split(",")]
    if missing := [name for name in wanted if name not in names]:
        raise Contradiction(f"it has no column {missing[0]}")
    return names


def _row(place: str, header: list[str], line: str) -> Mapping[str, str]:
    cells = line.removeprefix("`").split(",`")
    if len(cells) == len(header) - 1 and header[-1] == _OPTIONAL:
        cells.append("")
    if len(cells) != len(header):
        raise Contradiction(f"{place} has {len(cells)} cells, its header {len(header)}")
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _line(number: int, row: Mapping[str, str]) -> StatementLine:
    kind, currency = _KINDS.get(row["交易状态"]), row["货币种类"]
    if kind is None:
        raise Contradiction(f"row {number}: {row['交易状态'][:40]} is neither a payment nor a refund")
    paid = kind == "payment"
    try:
        amount = minor(row["应结订单金额"], currency) if paid else -minor(row["退款金额"], currency)
        return StatementLine(
            line_id=f"{row['微信订单号']}:{'' if paid else row['微信退款单号']}",
            trade_no=row["微信订单号"],
            order_no=row["商户订单号"],
            kind=kind,
            # A refund that failed moved nothing.
            amount=Money(0 if row["退款状态"] == _FAILED else amount, currency),
            fee=Money(-minor(row["手续费"], currency), currency),
            happened_at=_time(row["交易时间"]),
            title=row["商品名称"],
        )
    except ValueError as error:
        raise Contradiction(f"row {number}: {error}") from error


def _minor(text: str) -> int:
    try:
        return minor(text, "CNY")
    except AmountError as error:
        raise Contradiction(str(error)) from error


def _time(text: str) -> datetime:
    try:
        return from_beijing(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a time") from None
