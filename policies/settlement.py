"""How an order's money stands: its worth against what was settled for it (F1, F2)."""

from dataclasses import dataclass

from models.money import Money
from models.reasons import Reason
from policies.rules import Settlement


@dataclass(frozen=True, slots=True)
class Account:
    """One order's money, or the money of an order number that belongs to no order, or to several of different channels:
    then ``order_id`` is ``None``, and ``orders`` says how many."""

    subject: str
    order_id: int | None
    currency: str
    order_minor: int
    settled_minor: int
    goods_lines: int
    statement_lines: int
    orders: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome for an account, one of ``models.money_flow.OUTCOMES``."""

    account: Account
    outcome: str
    reasons: tuple[Reason, ...]


def judge_account(account: Account, rules: Settlement) -> Verdict:
    """Judge one account. Every cent of it is in exactly one outcome."""
    if account.order_id is None:
        return _judge_stray(account)
    if account.statement_lines == 0:
        return Verdict(account, "unpaid", (Reason("nothing-settled"),))
    if account.goods_lines == 0:
        return Verdict(account, "no-items", (Reason("paid-without-items"),))
    difference = account.settled_minor - account.order_minor
    if difference == 0:
        return Verdict(account, "equal", (Reason("amounts-equal"),))
    facts = {
        "order": str(Money(account.order_minor, account.currency)),
        "settled": str(Money(account.settled_minor, account.currency)),
    }
    if abs(difference) <= rules.rounding_minor:
        return Verdict(account, "rounding", (Reason("rounding-tolerated", facts),))
    return Verdict(account, "off", (Reason("amounts-differ", facts),))


def _judge_stray(account: Account) -> Verdict:
    if account.orders > 1:
        return Verdict(account, "ambiguous", (Reason("order-ambiguous", {"orders": account.orders}),))
    return Verdict(account, "unknown-order", (Reason("order-unknown"),))
