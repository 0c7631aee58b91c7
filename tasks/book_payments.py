"""What payment providers tell by themselves: verified when it came, booked here (F1)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from integrations.errors import Rejected
from integrations.ports import PushesPayments
from models.inbox import INBOX
from models.many import among
from models.messages import PaymentNews, RawMessage
from models.reasons import Reason
from models.work import Work
from policies.rules import Rules
from tasks.connections import partner
from tasks.hub import Batch, LookAt, hub_task, tell, unit_of_work
from tasks.quarantine import Refusal, refuse
from tasks.told_payments import book, is_known, orders_numbered, set_aside, told_by


@dataclass(frozen=True, slots=True)
class PaymentsBooked:
    """How many notifications were booked, how many were repeats, how many fit no order or could not be read."""

    booked: int = 0
    repeated: int = 0
    refused: int = 0
    look_at: tuple[LookAt, ...] = ()


@hub_task
async def book_payments(batch: Batch, rules: Rules) -> PaymentsBooked:
    """Book a claimed batch of notifications, each in its own transaction; a repeat changes nothing.

    Money that fits no order is kept and stands in quarantine until its order comes or somebody decides.
    """
    with unit_of_work() as work:
        query = select(INBOX).where(among(INBOX.c.id, batch.ids), INBOX.c.state == "waiting").order_by(INBOX.c.id)
        messages = work.rows(query)
    counts = {"booked": 0, "repeated": 0, "refused": 0}
    look_at: list[LookAt] = []
    for source in sorted({message.source for message in messages}):
        async with partner(source) as provider:
            for message in messages:
                if message.source == source:
                    outcome, look = _book(message, provider, rules)
                    counts[outcome] += 1
                    look_at += [look] if look else []
    tell("payments told: %(booked)d booked, %(repeated)d repeats, %(refused)d refused", counts)
    return PaymentsBooked(**counts, look_at=tuple(look_at))


def _book(message: Any, provider: PushesPayments, rules: Rules) -> tuple[str, LookAt | None]:
    with unit_of_work() as work:
        try:
            news = provider.read_payment(RawMessage(message.message_key, message.body, message.occurred_at))
        except Rejected as error:
            return _refuse(work, message, message.message_key, Reason("message-unreadable", {"why": error.message}))
        if not news.reference:
            return _refuse(work, message, message.message_key, Reason("payment-number-missing"), news)
        told = told_by(message.source, news)
        if is_known(work, told):
            work.inbox.finish([message.id])
            return "repeated", None
        orders = orders_numbered(work, news.order_no)
        if len(orders) != 1:
            set_aside(work, told, news.order_no)
            why = Reason("order-ambiguous", {"orders": len(orders)}) if orders else Reason("order-unknown")
            return _refuse(work, message, told.reference, why, news)
        work.inbox.finish([message.id])
        return "booked", book(work, orders[0], told, rules)


def _refuse(
    work: Work, message: Any, key: str, reason: Reason, news: PaymentNews | None = None
) -> tuple[str, LookAt | None]:
    told = {"order_no": news.order_no, "trade_no": news.trade_no, "amount": str(news.amount)} if news else {}
    refuse(work, [Refusal(message.source, "message", key, told, (reason,), None, message.id)])
    work.inbox.finish([message.id], "refused")
    return "refused", None
