"""Whether a customer may have the goods before the money (B1)."""

from models.lifecycle import HoldKind, OrderKind
from models.money import Money
from models.reasons import Reason
from policies.decision import Held
from policies.facts import CustomerFacts, OrderFacts
from policies.rules import Credit

_ASKS_NO_MONEY = frozenset({OrderKind.TRANSFER, OrderKind.EXCHANGE})


def judge_credit(order: OrderFacts, customer: CustomerFacts, owed: int, rules: Credit) -> Held | None:
    """The hold that the customer's standing asks for, if any.

    Who is marked high-risk waits for a sign-off, paid or not. Who has a credit limit may owe up to it, ``owed`` minor
    units of this batch included, unless something is overdue; who has none pays first. A person's answer to the
    question (``risk``, ``credit``) settles it for this version of the order.
    """
    if order.kind in _ASKS_NO_MONEY:
        return None
    if rules.hold_high_risk and customer.risk == "high" and HoldKind.RISK not in order.answered:
        return Held(HoldKind.RISK, (Reason("customer-high-risk"),))
    if order.paid or HoldKind.CREDIT in order.answered:
        return None
    return _judge_account(order, customer, owed, rules)


def _judge_account(order: OrderFacts, customer: CustomerFacts, owed: int, rules: Credit) -> Held | None:
    limit = customer.limit_minor if customer.limit_minor is not None else rules.default_limit.get(customer.grade)
    if limit is None:
        return Held(HoldKind.PAYMENT, (Reason("not-paid"),))
    if rules.hold_overdue and customer.overdue_minor > 0:
        overdue = str(Money(customer.overdue_minor, order.currency))
        return Held(HoldKind.CREDIT, (Reason("credit-overdue", {"overdue": overdue}),))
    exposure = customer.exposure_minor + owed + order.amount_minor
    if exposure <= limit:
        return None
    facts = {"limit": str(Money(limit, order.currency)), "exposure": str(Money(exposure, order.currency))}
    return Held(HoldKind.CREDIT, (Reason("credit-over-limit", facts),))
