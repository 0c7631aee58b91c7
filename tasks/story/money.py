"""The money of an order: what the customer paid, what providers settled, and how the two agree."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from models.base import table_of
from models.money import Money
from models.money_flow import Payment as PaymentRow
from models.money_flow import SettlementLine, SettlementMatch
from models.work import Work

PAYMENT = table_of(PaymentRow)
STATEMENT = table_of(SettlementLine)
MATCH = table_of(SettlementMatch)


@dataclass(frozen=True, slots=True)
class Payment:
    """What the channel or the payment provider says was paid; a refund is negative."""

    reference: str
    amount: Money
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line of a provider's statement; a refund is negative."""

    provider: str
    line_id: str
    trade_no: str
    kind: str
    amount: Money
    fee: Money
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """How order and statements agree; ``outcome`` is one of ``models.money_flow.OUTCOMES``."""

    outcome: str
    ordered: Money
    settled: Money
    lines: int
    matched_at: datetime
    policy_version: str


def payments_of(work: Work, order_id: int) -> tuple[Payment, ...]:
    """The payments that the channel or a provider told of."""
    query = select(PAYMENT).where(PAYMENT.c.order_id == order_id).order_by(PAYMENT.c.id)
    return tuple(Payment(r.reference, Money(r.amount_minor, r.currency), r.paid_at) for r in work.rows(query))


def statement_of(work: Work, channel_order_no: str) -> tuple[StatementLine, ...]:
    """The providers' lines that name the channel's order number."""
    mine = (STATEMENT.c.company_id == work.company_id, STATEMENT.c.order_key == channel_order_no)
    query = select(STATEMENT).where(*mine).order_by(STATEMENT.c.happened_at, STATEMENT.c.id)
    return tuple(
        StatementLine(
            row.provider, row.line_id, row.trade_no, row.kind, Money(row.amount_minor, row.currency),
            Money(row.fee_minor, row.currency), row.happened_at,
        )
        for row in work.rows(query)
    )  # fmt: skip


def settlement_of(work: Work, order_id: int) -> Settlement | None:
    """The verdict on the order's account; ``None`` before the first statement."""
    subject = (MATCH.c.company_id == work.company_id, MATCH.c.subject == f"order:{order_id}")
    for row in work.rows(select(MATCH).where(*subject)):
        ordered, settled = Money(row.order_minor, row.currency), Money(row.settled_minor, row.currency)
        return Settlement(row.outcome, ordered, settled, row.lines, row.matched_at, row.policy_version)
    return None
