"""The settlement file as UnionPay packs it (partners.md §21): GBK lines of fixed width, in a ZIP, deflated, base64."""

from __future__ import annotations

import io
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import date

from sandbox.bills import BillRow
from sandbox.clock import BEIJING
from sandbox.credentials import UNIONPAY_MERCHANT_ID

_LENGTHS = "3,11,11,6,10,19,12,4,2,21,2,32,2,6,10,13,13,4,15,2,2,6,2,4,32,1,21,15,1,15,32,13,13,8,32,13,13,12,2,1,32,98"


def packed_file(day: date, rows: Sequence[BillRow]) -> str:
    """`fileContent` of a day: the transactions (ZM) and an empty list of disputes (ZME)."""
    stem = f"INN{day:%y%m%d}88"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{stem}ZME_{UNIONPAY_MERCHANT_ID}", b"")
        archive.writestr(f"{stem}ZM_{UNIONPAY_MERCHANT_ID}", b"".join(_line(row) for row in rows))
    return b64encode(zlib.compress(packed.getvalue())).decode()


def _line(row: BillRow) -> bytes:
    refund = row.amount_fen < 0
    settled = row.amount_fen + row.fee_fen
    values = {
        1: "S30" if refund else "S22",
        2: "00010000",
        3: "00010000",
        4: row.trade_no[-6:],
        5: f"{row.paid_at.astimezone(BEIJING):%m%d%H%M%S}",
        6: "6226********0048",
        7: f"{abs(row.amount_fen):012d}",
        8: "5311",
        9: "07",
        10: row.refund_no if refund else row.trade_no,
        12: row.refund_no if refund else row.merchant_order_no,
        13: "01",
        16: _signed(row.fee_fen),
        17: _signed(settled),
        20: "04" if refund else "01",
        21: "00" if refund else "01",
        22: "000201",
        27: row.trade_no if refund else "",
        28: UNIONPAY_MERCHANT_ID,
        33: _signed(settled),
        35: "备注",
        41: row.merchant_order_no if refund else "",
    }
    lengths = [int(length) for length in _LENGTHS.split(",")]
    cells = (values.get(at, "").encode("gbk").ljust(length) for at, length in enumerate(lengths, start=1))
    return b" ".join(cells) + b"\r\n"


def _signed(fen: int) -> str:
    return f"{'C' if fen >= 0 else 'D'}{abs(fen):012d}"
