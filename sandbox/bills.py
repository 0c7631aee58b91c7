"""What the payment provider took in, a statement per day, with known distortions on demand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import InvalidOperation
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sandbox.clock import BEIJING
from sandbox.money import fen

FEE_PER_MILLE = 6


class Distortion(StrEnum):
    WRONG_AMOUNT = "wrong_amount"
    UNKNOWN_ORDER = "unknown_order"
    REFUND = "refund"


@dataclass(frozen=True)
class BillRow:
    """One line of the statement, amounts in fen; a refund is negative and repeats the trade number."""

    trade_no: str
    merchant_order_no: str
    title: str
    paid_at: datetime
    amount_fen: int
    buyer: str = "138****0000"
    refund_no: str = ""

    @property
    def fee_fen(self) -> int:
        """The provider's fee, negative for a payment; a refund gives nothing back."""
        return 0 if self.amount_fen < 0 else -round(self.amount_fen * FEE_PER_MILLE / 1000)


@dataclass
class Bills:
    days: dict[date, list[BillRow]] = field(default_factory=dict)
    codes: dict[str, tuple[date, datetime]] = field(default_factory=dict)
    """Download code → day of the bill and when the link was given out."""


def trade_number(order_number: str, paid_at: datetime) -> str:
    """Alipay's own number of the payment of an order: 28 digits that start with the day in Beijing."""
    serial = int(sha256(order_number.encode()).hexdigest(), 16) % 10**15
    return f"{paid_at.astimezone(BEIJING):%Y%m%d}22001{serial:015d}"


def payments_of(channel: str, orders: Iterable[dict[str, Any]], day: date) -> list[BillRow]:
    """A row per order paid on that day in Beijing; Taobao's numbers get Alipay's prefix `T200P`."""
    rows = []
    for order in orders:
        if not order.get("paid_at"):
            continue
        paid_at = datetime.fromisoformat(order["paid_at"])
        if paid_at.astimezone(BEIJING).date() != day:
            continue
        try:
            amount = fen(order["amount"])
        except InvalidOperation:
            continue
        number = order["order_no"]
        prefix = "T200P" if channel == "taobao" else ""
        trade_no = trade_number(number, paid_at)
        title = order["lines"][0]["title"] if order["lines"] else "商品"
        rows.append(BillRow(trade_no, prefix + number, title, paid_at, amount))
    return rows


def distort(rows: Sequence[BillRow], wanted: Sequence[Distortion]) -> tuple[list[BillRow], dict[str, str]]:
    """`rows` with each wanted distortion once, and which merchant order number it struck.

    The first row gets the wrong amount (one yuan too much), the last is refunded; the unknown order is added.
    Raises ``ValueError`` for a bill without rows.
    """
    if wanted and not rows:
        raise ValueError("a bill without rows cannot be distorted")
    result = list(rows)
    struck: dict[str, str] = {}
    if Distortion.WRONG_AMOUNT in wanted:
        result[0] = replace(result[0], amount_fen=result[0].amount_fen + 100)
        struck[Distortion.WRONG_AMOUNT] = result[0].merchant_order_no
    if Distortion.REFUND in wanted:
        paid = rows[-1]
        later = paid.paid_at + timedelta(minutes=1)
        result.append(replace(paid, amount_fen=-paid.amount_fen, paid_at=later, refund_no=f"R{paid.trade_no[-12:]}"))
        struck[Distortion.REFUND] = paid.merchant_order_no
    if Distortion.UNKNOWN_ORDER in wanted:
        stray = replace(rows[0], trade_no=f"{rows[0].trade_no[:13]}999999999999999", merchant_order_no="XX00099999999")
        result.append(stray)
        struck[Distortion.UNKNOWN_ORDER] = stray.merchant_order_no
    return result, struck
