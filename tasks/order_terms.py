"""What a statement says beyond goods and money: units of measure, where it is fetched, which deposit it completes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from models.base import table_of
from models.company import Product, ProductUnit, Warehouse
from models.many import among
from models.messages import ChannelLine, ChannelOrder
from models.reasons import Reason
from models.work import Work

PRODUCT = table_of(Product)
UNIT = table_of(ProductUnit)
WAREHOUSE = table_of(Warehouse)


def units_of(work: Work, skus: Collection[str]) -> set[tuple[str, str]]:
    """``(SKU, unit)`` for every unit in which these products can be ordered, their base unit apart."""
    query = select(PRODUCT.c.sku, UNIT.c.unit).join(UNIT, UNIT.c.product_id == PRODUCT.c.id)
    query = query.where(PRODUCT.c.company_id == work.company_id, among(PRODUCT.c.sku, skus))
    return {(sku, unit) for sku, unit in work.rows(query)}


def known_units(work: Work, lines: Sequence[ChannelLine]) -> set[tuple[str, str]]:
    """The units of the products of those lines that name one."""
    return units_of(work, {line.sku for line in lines if line.unit})


def known_stores(work: Work, orders: Sequence[ChannelOrder]) -> dict[str, int]:
    """The warehouse ids of those stores, named by orders that are fetched, that the company has."""
    codes = {order.pickup_store for order in orders if order.pickup_store}
    query = select(WAREHOUSE.c.code, WAREHOUSE.c.id).where(
        WAREHOUSE.c.company_id == work.company_id, among(WAREHOUSE.c.code, codes)
    )
    return dict(work.rows(query)) if codes else {}


def with_known_store(order: ChannelOrder, stores: Mapping[str, int]) -> ChannelOrder:
    """The order, with a flaw if it is to be fetched in a store that there is not."""
    if not order.pickup_store or order.pickup_store in stores:
        return order
    return replace(order, flaws=(*order.flaws, Reason("store-unknown", {"store": order.pickup_store[:40]})))


def terms_of(order: ChannelOrder, stores: Mapping[str, int]) -> dict[str, Any]:
    """The columns of the order that hold them."""
    return {
        "deposit_no": order.deposit_no,
        "pickup_id": stores.get(order.pickup_store),
        "appointment_at": order.appointment_at,
    }
