"""What channels say that customers paid (F1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from models.base import insert_or_ignore, table_of
from models.lifecycle import OrderKind
from models.many import among
from models.messages import ChannelOrder, Paid
from models.money_flow import Payment
from models.work import Work

PAYMENT = table_of(Payment)


def note_payments(work: Work, stated: Mapping[int, ChannelOrder]) -> None:
    """Keep a payment for each order that its channel says is paid; ``stated`` is by order id.

    One row per order and reference: what was said before changes nothing. A channel that says 'paid' and no amount
    means all that the order costs; without a number it says nothing new of an order with payments whose numbers are
    known. An order whose cost cannot be read has no payment yet, a credit document has none.
    """
    rows: list[dict[str, Any]] = [
        {
            "company_id": work.company_id,
            "order_id": order_id,
            "reference": payment.reference,
            "currency": order.currency,
            "amount_minor": amount,
            "paid_at": payment.paid_at,
        }
        for order_id, order in stated.items()
        if order.paid and order.kind != OrderKind.CREDIT
        for payment in [order.payment or Paid()]
        for amount in [order.amount_minor if payment.amount_minor is None else payment.amount_minor]
        if amount is not None
    ]
    numbered = _numbered(work, [row["order_id"] for row in rows if not row["reference"]])
    rows = [row for row in rows if row["reference"] or row["order_id"] not in numbered]
    if rows:
        work.session.execute(insert_or_ignore(work.session, PAYMENT, ("order_id", "reference")), rows)


def _numbered(work: Work, order_ids: Sequence[int]) -> set[int]:
    """Those of these orders of which a payment is known by its number."""
    if not order_ids:
        return set()
    query = select(PAYMENT.c.order_id).where(among(PAYMENT.c.order_id, order_ids), PAYMENT.c.reference != "")
    return set(work.session.execute(query.where(PAYMENT.c.amount_minor > 0)).scalars())
