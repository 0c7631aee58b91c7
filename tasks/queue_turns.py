"""Whose turn it is in the whole queue, as the database sorts it: the first batch is the one that comes first (B2).

The twin of ``policies.fairness.turn_by``, which decides within a batch.
"""

from typing import Any

from sqlalchemy import ColumnElement, case, select

from models.base import table_of
from models.company import Customer
from models.order_book import ORDER
from policies.rules import Reservation

CUSTOMER = table_of(Customer)


def turns_of(rules: Reservation) -> tuple[ColumnElement[Any], ...]:
    """What undecided orders are sorted by; those that are equal in it come by their number."""
    by_policy: tuple[ColumnElement[Any], ...] = ()
    if rules.fairness == "promised-date":
        by_policy = (ORDER.c.promised_on.is_(None), ORDER.c.promised_on)
    elif rules.fairness == "customer-grade" and rules.grades:
        place = case(
            {grade: n for n, grade in enumerate(rules.grades)}, value=CUSTOMER.c.grade, else_=len(rules.grades)
        )
        by_policy = (select(place).where(CUSTOMER.c.id == ORDER.c.customer_id).scalar_subquery(),)
    return (ORDER.c.urgent.desc(), *by_policy, ORDER.c.placed_at)
