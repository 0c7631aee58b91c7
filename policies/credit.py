"""Whether a customer may have the goods before the money (B1)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from models.lifecycle import HoldKind, OrderKind
from models.money import Money
from models.reasons import Reason
from policies.currencies import RateMissing, worth
from policies.decision import Held
from policies.facts import CustomerFacts, OrderFacts
from policies.rules import Rules

_ASKS_NO_MONEY = frozenset({OrderKind.TRANSFER, OrderKind.EXCHANGE})


def judge_credit(
    order: OrderFacts, customer: CustomerFacts, owed: Mapping[str, int], rules: Rules, at: datetime
) -> Held | None:
    """The hold that the customer's standing asks for, if any.

    Who is marked high-risk waits for a sign-off, paid or not. Who has a credit limit may owe up to it, ``owed`` for
    earlier orders of this batch (minor units by currency) included, unless something is overdue; who has none pays
    first. A person's answer to the question (``risk``, ``credit``) settles it for this version of the order. What an
    order that is served already adds to its customer's debts itself does not count against it.
    """
    if order.kind in _ASKS_NO_MONEY:
        return None
    if rules.credit.hold_high_risk and customer.risk == "high" and HoldKind.RISK not in order.answered:
        return Held(HoldKind.RISK, (Reason("customer-high-risk"),))
    if order.paid or HoldKind.CREDIT in order.answered:
        return None
    return _judge_account(order, customer, owed, rules, at)


def credit_limit(customer: CustomerFacts, rules: Rules) -> Money | None:
    """Up to how much the customer may owe: their own limit, or that of their grade; ``None``: pays first."""
    if customer.limit_minor is not None:
        return Money(customer.limit_minor, customer.limit_currency or rules.currencies.base)
    of_grade = rules.credit.default_limit.get(customer.grade)
    return None if of_grade is None else Money(of_grade, rules.currencies.base)


def _judge_account(
    order: OrderFacts, customer: CustomerFacts, owed: Mapping[str, int], rules: Rules, at: datetime
) -> Held | None:
    limit = credit_limit(customer, rules)
    if limit is None:
        return Held(HoldKind.PAYMENT, (Reason("not-paid"),))
    late = _late(order, customer, rules, at)
    if rules.credit.hold_overdue and late:
        return Held(HoldKind.CREDIT, (Reason("credit-overdue", {"overdue": ", ".join(map(str, late))}),))
    owing = [
        *(Money(debt.minor, debt.currency) for debt in customer.debts),
        *(Money(minor, currency) for currency, minor in owed.items()),
    ]
    if order.served_from is None:
        owing.append(Money(order.amount_minor, order.currency))
    try:
        exposure = worth(limit.currency, owing, rules.currencies)
    except RateMissing as missing:
        return Held(HoldKind.CREDIT, (missing.reason,))
    if exposure.minor <= limit.minor:
        return None
    return Held(HoldKind.CREDIT, (Reason("credit-over-limit", {"limit": str(limit), "exposure": str(exposure)}),))


def _late(order: OrderFacts, customer: CustomerFacts, rules: Rules, at: datetime) -> list[Money]:
    days = rules.credit.due_days if customer.due_days is None else customer.due_days
    of_its_own = order.served_from is not None and order.placed_at < at - timedelta(days=days)
    own = {order.currency: order.amount_minor} if of_its_own else {}
    late = (Money(debt.overdue_minor - own.get(debt.currency, 0), debt.currency) for debt in customer.debts)
    return [amount for amount in late if amount.minor > 0]
