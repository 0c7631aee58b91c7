"""Goods moved between our own warehouses and stores: an order at the source, an arrival at the destination (A9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from models.arrival_book import Goods
from models.lifecycle import OrderKind
from models.many import among
from models.messages import Address
from models.order_number import order_number
from models.stock import LEVEL, Cause
from models.stock_book import Take
from models.work import Work
from tasks.hub import unit_of_work
from tasks.masters import WAREHOUSE
from tasks.shelf.again import again_if_moved
from tasks.shelf.find import CannotMoveStock, above_zero, product_named, warehouse_named
from tasks.shelf.own_orders import Item, own_order


@dataclass(frozen=True, slots=True)
class Ordered:
    """The order that moves the goods; it is decided like any other by the next ``fulfil-orders``."""

    number: str
    new: bool


@again_if_moved
def transfer(sku: str, quantity: int, source: str, destination: str, reference: str, by: str) -> Ordered:
    """Order goods from one warehouse for another, once per reference. Raises ``CannotMoveStock``."""
    if source == destination:
        raise CannotMoveStock("A transfer goes from one warehouse to another; these are the same.")
    with unit_of_work(by) as work:
        item = Item(sku, product_named(work, sku), above_zero(quantity))
        from_id, to_id = warehouse_named(work, source), warehouse_named(work, destination)
        receiver = _address(work.rows(select(WAREHOUSE).where(WAREHOUSE.c.id == to_id))[0])
        order_id, new = own_order(
            work,
            reference,
            destination,
            [item],
            kind=OrderKind.TRANSFER,
            source_id=from_id,
            destination_id=to_id,
            region=receiver.region,
            receiver=receiver.to_json(),
        )
        return Ordered(order_number(order_id), new)


def expect_transfer(work: Work, order: Any, gone: Sequence[Take], at: datetime) -> None:
    """What has left the source is on its way to the destination, under the order's number.

    ``order`` has ``order_id``, ``destination_id`` and ``promised_on``.
    """
    levels = [take.stock_level_id for take in gone]
    products = dict(work.rows(select(LEVEL.c.id, LEVEL.c.product_id).where(among(LEVEL.c.id, levels))))
    pieces: dict[int, int] = {}
    for take in gone:
        product = products[take.stock_level_id]
        pieces[product] = pieces.get(product, 0) + take.quantity
    work.arrivals.announce(
        order_number(order.order_id),
        order.destination_id,
        [Goods(product, quantity) for product, quantity in sorted(pieces.items())],
        order.promised_on or at.astimezone(ZoneInfo(work.zone)).date(),
        at,
        Cause.TRANSFERRED,
    )


def _address(warehouse: Any) -> Address:
    return Address(
        name=warehouse.name or warehouse.code, phone=warehouse.phone, province=warehouse.region, city=warehouse.city,
        street=warehouse.street,
    )  # fmt: skip
