"""What a decision looks at of those who buy: what they owe, what is late, what they ordered, what waits for them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from models.lifecycle import OrderKind, Status
from models.many import among
from models.order_book import ORDER
from models.stock import LEVEL, RESERVATION
from models.work import Work
from policies.facts import CustomerFacts, LookedUp
from tasks.debts import debts_of
from tasks.supplements import IS_SUPPLEMENT


def customers_of(work: Work, rows: Sequence[Any], looked_up: LookedUp) -> tuple[CustomerFacts, ...]:
    """The facts of the customers whose orders these are, as far as the rules look."""
    usual = looked_up.due_days
    agreed = {row.customer_id: usual if row.due_days is None else row.due_days for row in rows if not row.paid}
    debts = debts_of(work, agreed)
    lately = _ordered_at(work, rows, looked_up.hours_back)
    waiting = _waiting(work, rows) if looked_up.waiting else {}
    return tuple(
        CustomerFacts(
            customer_id,
            row.grade,
            row.risk,
            row.credit_limit_minor,
            row.credit_currency,
            debts.get(customer_id, ()),
            lately.get(customer_id, ()),
            waiting.get(customer_id, ()),
            row.due_days,
        )
        for customer_id, row in {row.customer_id: row for row in rows}.items()
    )


def _ordered_at(work: Work, rows: Sequence[Any], hours: int) -> dict[int, tuple[datetime, ...]]:
    """When the customers ordered within the longest time that a review rule looks back, oldest first: sales as they
    were placed, not what follows from one (a part that goes later, an exchange) or comes before it (a deposit)."""
    if not hours or not rows:
        return {}
    since = min(row.placed_at for row in rows) - timedelta(hours=hours)
    found: dict[int, list[datetime]] = {}
    query = select(ORDER.c.customer_id, ORDER.c.placed_at).where(
        among(ORDER.c.customer_id, {row.customer_id for row in rows}),
        ORDER.c.placed_at >= since,
        ORDER.c.status != Status.CANCELLED,
        ORDER.c.kind == OrderKind.SALE,
        ~IS_SUPPLEMENT,
    )
    for customer_id, placed_at in work.rows(query.order_by(ORDER.c.placed_at, ORDER.c.id)):
        found.setdefault(customer_id, []).append(placed_at)
    return {customer_id: tuple(times) for customer_id, times in found.items()}


def _waiting(work: Work, rows: Sequence[Any]) -> dict[int, tuple[tuple[int, int], ...]]:
    """What waits for each customer and may expire, without what the orders of this batch hold themselves."""
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    query = (
        select(ORDER.c.customer_id, LEVEL.c.product_id, func.sum(RESERVATION.c.quantity))
        .join(ORDER, ORDER.c.id == RESERVATION.c.order_id)
        .join(LEVEL, LEVEL.c.id == RESERVATION.c.stock_level_id)
        .where(among(ORDER.c.customer_id, {row.customer_id for row in rows}))
        .where(RESERVATION.c.state == "open", RESERVATION.c.expires_at.is_not(None))
        .where(~among(RESERVATION.c.order_id, [row.id for row in rows]))
        .group_by(ORDER.c.customer_id, LEVEL.c.product_id)
        .order_by(LEVEL.c.product_id)
    )
    for customer_id, product_id, units in work.rows(query):
        found[customer_id] = (*found.get(customer_id, ()), (product_id, int(units)))
    return found
