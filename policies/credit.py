"""Whether a customer may have the goods before the money (B1)."""

from datetime import datetime, timedelta

from models.lifecycle import HoldKind, OrderKind
from models.money import Money
from models.reasons import Reason
from policies.decision import Held
from policies.facts import CustomerFacts, OrderFacts
from policies.rules import Credit

_ASKS_NO_MONEY = frozenset({OrderKind.TRANSFER, OrderKind.EXCHANGE})


def judge_credit(order: OrderFacts, customer: CustomerFacts, owed: int, rules: Credit, at: datetime) -> Held | None:
    """The hold that the customer's standing asks for, if any.

    Who is marked high-risk waits for a sign-off, paid or not. Who has a credit limit may owe up to it, ``owed`` minor
    units of this batch included, unless something is overdue; who has none pays first. A person's answer to the
    question (``risk``, ``credit``) settles it for this version of the order. What an order that is served already adds
    to its customer's debts itself does not count against it.
    """
    if order.kind in _ASKS_NO_MONEY:
        return None
    if rules.hold_high_risk and customer.risk == "high" and HoldKind.RISK not in order.answered:
        return Held(HoldKind.RISK, (Reason("customer-high-risk"),))
    if order.paid or HoldKind.CREDIT in order.answered:
        return None
    return _judge_account(order, customer, owed, rules, at)


def _judge_account(order: OrderFacts, customer: CustomerFacts, owed: int, rules: Credit, at: datetime) -> Held | None:
    limit = customer.limit_minor if customer.limit_minor is not None else rules.default_limit.get(customer.grade)
    if limit is None:
        return Held(HoldKind.PAYMENT, (Reason("not-paid"),))
    own = order.amount_minor if order.served_from is not None else 0
    late = customer.overdue_minor - (own if order.placed_at < at - timedelta(days=rules.due_days) else 0)
    if rules.hold_overdue and late > 0:
        overdue = str(Money(late, order.currency))
        return Held(HoldKind.CREDIT, (Reason("credit-overdue", {"overdue": overdue}),))
    exposure = customer.exposure_minor - own + owed + order.amount_minor
    if exposure <= limit:
        return None
    facts = {"limit": str(Money(limit, order.currency)), "exposure": str(Money(exposure, order.currency))}
    return Held(HoldKind.CREDIT, (Reason("credit-over-limit", facts),))
