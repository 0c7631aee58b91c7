"""What orders draw on together besides stock: what a customer may owe or keep waiting, what a warehouse ships in a day.

Each is a sum over other orders, so no balance guards it: whoever decides locks the row that it belongs to, and the next
one reads the sum with what this one has added.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, select

from models.base import table_of
from models.company import Customer, Warehouse
from models.many import among
from models.work import Work
from policies.rules import Rules

CUSTOMER = table_of(Customer)
WAREHOUSE = table_of(Warehouse)


def lock_limits(work: Work, rows: Sequence[Any], rules: Rules) -> None:
    """Wait until nobody else decides about orders with the same limits as these; held until the transaction ends.

    Customers before warehouses, each in id order, and stock after both: two workers never deadlock.
    """
    customers = among(CUSTOMER.c.id, {row.customer_id for row in rows if _limited(row, rules)})
    _lock(work, CUSTOMER, customers)
    if rows:
        _lock(work, WAREHOUSE, (WAREHOUSE.c.company_id == work.company_id) & WAREHOUSE.c.orders_a_day.is_not(None))


def _limited(row: Any, rules: Rules) -> bool:
    """Whether other orders of the customer may decide about this one: paid and not fetched, it asks for nothing."""
    on_account = row.credit_limit_minor is not None or row.grade in rules.credit.default_limit
    capped = rules.reservation.customer_cap > 0
    return (not row.paid and (on_account or capped)) or (capped and row.appointment_at is not None)


def _lock(work: Work, table: Table, which: Any) -> None:
    # FOR NO KEY UPDATE: who only stores an order or an outbound of the same customer or warehouse need not wait.
    work.rows(select(table.c.id).where(which).order_by(table.c.id).with_for_update(key_share=True))
