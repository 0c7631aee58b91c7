"""UnionPay's settlement file ``INN…ZM_…``: lines of fixed width in GBK, cut by bytes. No I/O.

The layout is that of third-party parsers; a line that does not have its length is refused rather than guessed.
"""

import base64
import binascii
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import accumulate
from typing import Final

from integrations.beijing import BEIJING
from models.messages import StatementLine
from models.money import Money

CURRENCY: Final = "CNY"
WIDTHS: Final = (
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13,
    13, 8, 32, 13, 13, 12, 2, 1, 32, 98,
)  # fmt: skip
"""Bytes of each field of a transaction; one space between two."""

_STARTS: Final = tuple(accumulate((width + 1 for width in WIDTHS[:-1]), initial=0))
# Positions in the documented order, counted from 1.
_SENT_AT, _AMOUNT, _QUERY_ID, _ORDER_ID, _FEE, _TYPE, _ORIGINAL_QUERY_ID, _ORIGINAL_ORDER_ID = (
    5,
    7,
    10,
    12,
    16,
    20,
    27,
    41,
)
_KINDS: Final = {"01": "payment", "04": "refund", "31": "refund"}
_SIGNS: Final = {"C": 1, "D": -1}
_LARGEST_FILE: Final = 512 * 2**20


class CannotOpen(ValueError):
    """The reply holds no settlement file, or a cut one."""


class Contradiction(ValueError):
    """The file is one, but a line cannot be read."""


def open_file(content: str) -> bytes:
    """The transactions in the packed ``fileContent``: base64 of deflate of a ZIP. Raises ``CannotOpen``."""
    try:
        inflater = zlib.decompressobj()
        packed = inflater.decompress(base64.b64decode(content), _LARGEST_FILE)
        with zipfile.ZipFile(BytesIO(packed)) as archive:
            for member in archive.infolist():
                if "ZM_" in member.filename:
                    if member.file_size > _LARGEST_FILE:
                        raise CannotOpen("the statement is larger than 512 MiB")
                    return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, binascii.Error, NotImplementedError, RuntimeError) as error:
        raise CannotOpen("fileContent cannot be unpacked") from error
    raise CannotOpen("the archive holds no ZM file")


def read_file(content: bytes, day: date) -> list[StatementLine]:
    """The lines in the order of the file; the fee apart, refunds negative and under the number of what they refund.

    ``day`` is the settlement's, which tells the year that the file leaves out. Raises ``Contradiction``.
    """
    lines = content.replace(b"\r\n", b"\n").split(b"\n")
    return [_line(number, line, day) for number, line in enumerate(lines, start=1) if line.strip()]


def _line(number: int, line: bytes, day: date) -> StatementLine:
    cells = _cells(number, line)
    kind = _KINDS.get(cells[_TYPE])
    if kind is None:
        raise Contradiction(f"line {number}: txnType {cells[_TYPE]!r} is neither a purchase nor a refund")
    refund = kind == "refund"
    try:
        amount = _fen(cells[_AMOUNT])
        return StatementLine(
            line_id=cells[_QUERY_ID],
            trade_no=(refund and cells[_ORIGINAL_QUERY_ID]) or cells[_QUERY_ID],
            order_no=(refund and cells[_ORIGINAL_ORDER_ID]) or cells[_ORDER_ID],
            kind=kind,
            amount=Money(-amount if refund else amount, CURRENCY),
            fee=Money(_signed(cells[_FEE]), CURRENCY),
            happened_at=_time(cells[_SENT_AT], day),
        )
    except ValueError as error:
        raise Contradiction(f"line {number}: {error}") from error


def _cells(number: int, line: bytes) -> Mapping[int, str]:
    needed = _STARTS[_ORIGINAL_ORDER_ID - 1] + WIDTHS[_ORIGINAL_ORDER_ID - 1]
    if len(line) < needed:
        raise Contradiction(f"line {number} has {len(line)} bytes: it was cut off, or is of another layout")
    if any(line[start - 1 : start] != b" " for start in _STARTS[1:_ORIGINAL_ORDER_ID]):
        raise Contradiction(f"line {number} is of another layout")
    try:
        return {
            at: line[start : start + width].decode("gb18030").strip()
            for at, (start, width) in enumerate(zip(_STARTS, WIDTHS, strict=True), start=1)
        }
    except UnicodeDecodeError as error:
        raise Contradiction(f"line {number} is not GBK, or of another layout") from error


def _fen(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text[:20]!r} is not an amount in fen")
    return int(text)


def _signed(text: str) -> int:
    if text[:1] not in _SIGNS:
        raise ValueError(f"{text[:20]!r} is neither a credit nor a debit")
    return _SIGNS[text[0]] * _fen(text[1:])


def _time(text: str, day: date) -> datetime:
    try:
        sent_at = datetime.strptime(f"{day.year}{text}", "%Y%m%d%H%M%S").replace(tzinfo=BEIJING)
    except ValueError:
        raise ValueError(f"{text[:20]!r} is not a time") from None
    if sent_at.date() > day + timedelta(days=31):  # settled in January, sent in December
        sent_at = sent_at.replace(year=day.year - 1)
    return sent_at.astimezone(UTC)
