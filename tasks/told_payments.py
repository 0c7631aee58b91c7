"""Payments and refunds that providers tell of: one row each, bound to the order that they are for (F1).

The number of a payment is the provider's, and stands in its statement too. What a channel says of the same payment is
the same row; what it says without any number gives way to what the provider knows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, text, update

from models.event import Happened
from models.lifecycle import HoldKind, Status
from models.many import among
from models.messages import PaymentNews
from models.money import Money
from models.order_book import ORDER, Stop
from models.work import Work
from policies.payment import ToldPayment, judge_payment
from policies.rules import Rules
from tasks.hub import LookAt
from tasks.payments import PAYMENT
from tasks.quarantine import QUARANTINE


@dataclass(frozen=True, slots=True)
class Told:
    """One payment or refund as its provider told of it; ``provider`` is a connection, ``reference`` its number."""

    provider: str
    reference: str
    amount: Money
    done: bool
    happened_at: datetime


def told_by(provider: str, news: PaymentNews) -> Told:
    """What a notification says, with the number by which the statement will name it."""
    return Told(provider, news.reference, news.amount, news.done, news.happened_at)


def orders_numbered(work: Work, number: str) -> list[Any]:
    """The orders with that number of their channel, locked. Several channels may use one number."""
    mine = (ORDER.c.company_id == work.company_id, ORDER.c.channel_order_no == number)
    return work.rows(select(ORDER).where(*mine).order_by(ORDER.c.id).with_for_update())


def is_known(work: Work, told: Told) -> bool:
    """Whether this very payment was told of before and has its order."""
    return any(row.order_id is not None for row in _rows(work, told))


def set_aside(work: Work, told: Told, order_key: str) -> None:
    """Keep money that no order fits, so that the order finds it if it comes; a repeat changes nothing."""
    if told.done and not _rows(work, told):
        work.session.execute(insert(PAYMENT), _row(work, told) | {"order_key": order_key})


def book(work: Work, order: Any, told: Told, rules: Rules) -> LookAt | None:
    """Book it for an order, and what follows from it. Returns what a person should look at."""
    if told.done:
        _bind(work, order.id, told)
    received = select(func.coalesce(func.sum(PAYMENT.c.amount_minor), 0)).where(
        PAYMENT.c.order_id == order.id, PAYMENT.c.currency == order.currency
    )
    worth = Money(order.amount_minor, order.currency)
    sum_minor = int(work.session.execute(received).scalar_one())
    facts = ToldPayment(told.amount, told.done, worth, sum_minor, Status(order.status), order.paid)
    verdict = judge_payment(facts, rules.settlement)
    because = (verdict.reason,)
    noticed = Happened(order.id, "noticed", told.happened_at, reasons=because, detail={"payment": told.reference})
    work.events.add([noticed])
    if verdict.paid_now:
        work.session.execute(update(ORDER).where(ORDER.c.id == order.id).values(paid=True))
        work.orders.unhold([order.id], HoldKind.PAYMENT, told.provider, because)
    if verdict.hold:
        work.orders.hold([Stop(order.id, HoldKind.DATA, because)])
    return LookAt(order.id, verdict.reason) if verdict.hold or verdict.look else None


def find_their_orders(work: Work, rules: Rules) -> None:
    """Money that was told of before its order was here: each whose order is here now finds it."""
    same_number = and_(
        ORDER.c.company_id == PAYMENT.c.company_id,
        ORDER.c.channel_order_no == PAYMENT.c.order_key,
    )
    stray = (PAYMENT.c.company_id == work.company_id, PAYMENT.c.order_id.is_(None))
    found = select(PAYMENT.c.id).join(ORDER, same_number).where(*stray)
    waiting = work.rows(select(PAYMENT).where(PAYMENT.c.id.in_(found)).order_by(PAYMENT.c.id))
    for row in waiting:
        orders = orders_numbered(work, row.order_key)
        if len(orders) == 1:
            amount = Money(row.amount_minor, row.currency)
            told = Told(row.provider, row.reference, amount, done=True, happened_at=row.paid_at)
            book(work, orders[0], told, rules)
            _close_refusal(work, told)


def _bind(work: Work, order_id: int, told: Told) -> None:
    """One row for it: the one set aside, the one that the channel told of under this number, or a new one."""
    of_order = (PAYMENT.c.order_id == order_id, PAYMENT.c.reference == told.reference)
    aside = [row.id for row in _rows(work, told)]
    if work.rows(select(PAYMENT.c.id).where(*of_order)):
        work.session.execute(delete(PAYMENT).where(among(PAYMENT.c.id, aside), PAYMENT.c.order_id.is_(None)))
        work.session.execute(update(PAYMENT).where(*of_order).values(provider=told.provider))
    elif aside:
        work.session.execute(update(PAYMENT).where(among(PAYMENT.c.id, aside)).values(order_id=order_id))
    else:
        work.session.execute(insert(PAYMENT), _row(work, told) | {"order_id": order_id})
    if told.amount.minor > 0:
        unnamed = (PAYMENT.c.order_id == order_id, PAYMENT.c.reference == "")
        work.session.execute(delete(PAYMENT).where(*unnamed))


def _rows(work: Work, told: Told) -> list[Any]:
    same = (PAYMENT.c.provider == told.provider, PAYMENT.c.reference == told.reference)
    # The last in words that SQLite recognises as the condition of the partial index.
    query = select(PAYMENT).where(PAYMENT.c.company_id == work.company_id, *same, text("payment.provider <> ''"))
    return work.rows(query)


def _row(work: Work, told: Told) -> dict[str, Any]:
    return {
        "company_id": work.company_id, "provider": told.provider, "reference": told.reference,
        "currency": told.amount.currency, "amount_minor": told.amount.minor, "paid_at": told.happened_at,
    }  # fmt: skip


def _close_refusal(work: Work, told: Told) -> None:
    """What stood in quarantine because no order fitted is mended: the order came."""
    refused = (QUARANTINE.c.company_id == work.company_id, QUARANTINE.c.source == told.provider)
    this = (QUARANTINE.c.subject == "message", QUARANTINE.c.subject_key == told.reference)
    closed = {"state": "mended", "mended_at": work.now, "mended_by": work.run.actor}
    work.session.execute(update(QUARANTINE).where(*refused, *this, QUARANTINE.c.state == "open").values(**closed))
