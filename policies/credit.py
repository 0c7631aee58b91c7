"""Whether a customer may have the goods before the money (B1)."""

from collections.abc import Mapping

from models.lifecycle import HoldKind, OrderKind
from models.money import Money
from models.reasons import Reason
from policies.currencies import RateMissing, worth
from policies.decision import Held
from policies.facts import CustomerFacts, OrderFacts
from policies.rules import Rules

_ASKS_NO_MONEY = frozenset({OrderKind.TRANSFER, OrderKind.EXCHANGE})


def judge_credit(order: OrderFacts, customer: CustomerFacts, owed: Mapping[str, int], rules: Rules) -> Held | None:
    """The hold that the customer's standing asks for, if any.

    Who is marked high-risk waits for a sign-off, paid or not. Who has a credit limit may owe up to it, ``owed`` for
    earlier orders of this batch (minor units by currency) included, unless something is overdue; who has none pays
    first. A person's answer to the question (``risk``, ``credit``) settles it for this version of the order.
    """
    if order.kind in _ASKS_NO_MONEY:
        return None
    if rules.credit.hold_high_risk and customer.risk == "high" and HoldKind.RISK not in order.answered:
        return Held(HoldKind.RISK, (Reason("customer-high-risk"),))
    if order.paid or HoldKind.CREDIT in order.answered:
        return None
    return _judge_account(order, customer, owed, rules)


def credit_limit(customer: CustomerFacts, rules: Rules) -> Money | None:
    """Up to how much the customer may owe: their own limit, or that of their grade; ``None``: pays first."""
    if customer.limit_minor is not None:
        return Money(customer.limit_minor, customer.limit_currency or rules.currencies.base)
    of_grade = rules.credit.default_limit.get(customer.grade)
    return None if of_grade is None else Money(of_grade, rules.currencies.base)


def _judge_account(order: OrderFacts, customer: CustomerFacts, owed: Mapping[str, int], rules: Rules) -> Held | None:
    limit = credit_limit(customer, rules)
    if limit is None:
        return Held(HoldKind.PAYMENT, (Reason("not-paid"),))
    late = [Money(debt.overdue_minor, debt.currency) for debt in customer.debts if debt.overdue_minor > 0]
    if rules.credit.hold_overdue and late:
        return Held(HoldKind.CREDIT, (Reason("credit-overdue", {"overdue": ", ".join(map(str, late))}),))
    owing = (
        Money(order.amount_minor, order.currency),
        *(Money(debt.minor, debt.currency) for debt in customer.debts),
        *(Money(minor, currency) for currency, minor in owed.items()),
    )
    try:
        exposure = worth(limit.currency, owing, rules.currencies)
    except RateMissing as missing:
        return Held(HoldKind.CREDIT, (missing.reason,))
    if exposure.minor <= limit.minor:
        return None
    return Held(HoldKind.CREDIT, (Reason("credit-over-limit", {"limit": str(limit), "exposure": str(exposure)}),))
