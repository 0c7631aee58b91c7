"""Goods arrive: they are booked in, and the orders that waited for them are decided again (B2, B4)."""

from dataclasses import dataclass

from sqlalchemy import select

from models.reasons import Reason
from models.stock import Cause
from tasks.hub import unit_of_work
from tasks.masters import WAREHOUSE
from tasks.order_content import known_products
from tasks.waiting import decide_again


class CannotReceive(ValueError):
    """There is no such product or warehouse, or nothing to book; the message says which."""


@dataclass(frozen=True, slots=True)
class Received:
    """How many orders were waiting for these goods; they are decided again, oldest first."""

    orders_freed: int


def receive_stock(sku: str, warehouse: str, quantity: int, reference: str, by: str) -> Received:
    """Book ``quantity`` pieces of a SKU into a warehouse, once per ``reference`` (a delivery note).

    Raises ``CannotReceive``.
    """
    if quantity <= 0:
        raise CannotReceive(f"The quantity must be above zero, not {quantity}.")
    with unit_of_work(by) as work:
        product_id = known_products(work, {sku}).get(sku)
        if product_id is None:
            raise CannotReceive(f"There is no product {sku}.")
        query = select(WAREHOUSE.c.id).where(WAREHOUSE.c.company_id == work.company_id, WAREHOUSE.c.code == warehouse)
        warehouse_id = work.session.execute(query).scalar()
        if warehouse_id is None:
            raise CannotReceive(f"There is no warehouse {warehouse}.")
        level = work.stock.open_level(product_id, warehouse_id)
        if not work.stock.moved(level, Cause.RECEIVED, reference):
            work.stock.move([(level, quantity, reference)], Cause.RECEIVED, work.now)
        reason = Reason("stock-arrived", {"sku": sku, "quantity": quantity, "warehouse": warehouse})
        freed = decide_again(work, {level}, (reason,))
    return Received(len(freed))
