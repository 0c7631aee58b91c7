"""What the plan of a change looks at, read from an order, its stock and its outbounds (B8)."""

from typing import Any

from sqlalchemy import select

from models.base import table_of
from models.company import Product, Warehouse
from models.content import OrderContent
from models.lifecycle import LineKind, Status
from models.many import among
from models.shipment import Outbound
from models.stock import LEVEL
from models.work import Work
from policies.change import AskedOutbound, ChangeFacts, Shelf
from tasks.call_off import outbounds_there
from tasks.needs import needs_of
from tasks.order_content import content_of, goes_in_parts, known_products

OUTBOUND = table_of(Outbound)
WAREHOUSE = table_of(Warehouse)
PRODUCT = table_of(Product)


def change_facts(work: Work, order: Any, after: OrderContent, *, of_channel: bool) -> ChangeFacts:
    """The facts of a change of ``order``, a row, to ``after``. A channel states the whole order, also what goes as an
    order of its own by now; a person says what one of the parts is to be."""
    return ChangeFacts(
        status=Status(order.status),
        before=content_of(work, order),
        after=after,
        shelves=_shelves(work, order.id, after),
        outbounds=_outbounds(work, order.id),
        in_parts=of_channel and goes_in_parts(work, order),
    )


def _outbounds(work: Work, order_id: int) -> tuple[AskedOutbound, ...]:
    there = {row.id for row in outbounds_there(work, [order_id])}
    query = (
        select(OUTBOUND.c.id, OUTBOUND.c.outbound_no, OUTBOUND.c.waybill_no, WAREHOUSE.c.code)
        .join(WAREHOUSE, WAREHOUSE.c.id == OUTBOUND.c.warehouse_id)
        .where(OUTBOUND.c.order_id == order_id, OUTBOUND.c.state.in_(("planned", "accepted")))
        .order_by(OUTBOUND.c.id)
    )
    return tuple(
        AskedOutbound(row.outbound_no, row.code, row.id in there, row.waybill_no or "") for row in work.rows(query)
    )


def _shelves(work: Work, order_id: int, after: OrderContent) -> tuple[Shelf, ...]:
    """What the order holds and would need, in the warehouse that serves it; nothing while it holds no stock."""
    held: dict[int, int] = {}
    for take in work.stock.held_by([order_id]):
        held[take.stock_level_id] = held.get(take.stock_level_id, 0) + take.quantity
    if not held:
        return ()
    levels = {row.id: row for row in work.rows(select(LEVEL).where(among(LEVEL.c.id, held)))}
    warehouse_id = next(iter(levels.values())).warehouse_id
    by_product = {levels[level].product_id: units for level, units in held.items()}
    wanted = _wanted(work, after)
    products = sorted({*by_product, *wanted})
    free = {s.product_id: s.available for s in work.stock.on_shelf(products) if s.warehouse_id == warehouse_id}
    code = work.session.execute(select(WAREHOUSE.c.code).where(WAREHOUSE.c.id == warehouse_id)).scalar_one()
    skus = dict(work.rows(select(PRODUCT.c.id, PRODUCT.c.sku).where(among(PRODUCT.c.id, products))))
    return tuple(Shelf(skus[p], code, by_product.get(p, 0), wanted.get(p, 0), free.get(p, 0)) for p in products)


def _wanted(work: Work, after: OrderContent) -> dict[int, int]:
    """Base units of products, kits and units of measure resolved."""
    goods = [line for line in after.lines if line.kind is LineKind.GOODS]
    products = known_products(work, {line.sku for line in goods})
    wanted: dict[int, int] = {}
    for product, units in needs_of(work, [(products[n.sku], n.unit, n.quantity) for n in goods if n.sku in products]):
        wanted[product] = wanted.get(product, 0) + units
    return wanted
