"""What customers owe for orders that are promised or on their way, and not paid (B1)."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import case, func, select

from models.lifecycle import Status
from models.many import among
from models.order_book import ORDER
from models.work import Work
from policies.facts import Debt

_OWING = tuple(
    status.value
    for status in (
        Status.RESERVED, Status.RELEASED, Status.PICKED, Status.SHIPPED, Status.DELIVERED, Status.COMPLETED,
    )
)  # fmt: skip


def debts_of(work: Work, due_days: Mapping[int, int]) -> dict[int, tuple[Debt, ...]]:
    """What each customer owes, by currency; ``due_days`` says for each how many days after it was placed an order is
    overdue. Who owes nothing is not among them."""
    found: dict[int, tuple[Debt, ...]] = {}
    for days in sorted(set(due_days.values())):
        found |= _owed(work, {customer for customer, theirs in due_days.items() if theirs == days}, days)
    return found


def _owed(work: Work, customers: Collection[int], days: int) -> dict[int, tuple[Debt, ...]]:
    late = case((ORDER.c.placed_at < work.now - timedelta(days=days), ORDER.c.amount_minor), else_=0)
    query = (
        select(ORDER.c.customer_id, ORDER.c.currency, func.sum(ORDER.c.amount_minor), func.sum(late))
        .where(among(ORDER.c.customer_id, customers), ORDER.c.paid.is_(False), ORDER.c.status.in_(_OWING))
        .group_by(ORDER.c.customer_id, ORDER.c.currency)
        .order_by(ORDER.c.customer_id, ORDER.c.currency)
    )
    found: dict[int, tuple[Debt, ...]] = {}
    for customer, currency, owed, overdue in work.rows(query):
        found[customer] = (*found.get(customer, ()), Debt(currency, int(owed), int(overdue)))
    return found
