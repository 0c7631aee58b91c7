"""What our partners say that is in stock: asked, checked, and kept as the newest snapshot (A6, D2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pandas import DataFrame
from sqlalchemy import select

from expectations.apply import find_failures
from expectations.stock import stock_snapshot
from models.base import table_of
from models.company import Product, Warehouse
from models.lifecycle import Bucket
from models.messages import StockLine
from models.reasons import Reason
from models.stock import LEVEL
from models.stock_snapshot import Pieces, keep_snapshot
from models.work import Work
from settings import get_settings
from tasks.accept_orders import known_products
from tasks.connections import connections, partner
from tasks.hub import hub_task, tell, unit_of_work
from tasks.quarantine import storable
from tasks.reading import reading
from tasks.refused_stock import RefusedStock, restate_refused

PRODUCT = table_of(Product)
WAREHOUSE = table_of(Warehouse)


@dataclass(frozen=True, slots=True)
class StockSource:
    """Who is asked about which warehouse, by code; the ERP knows our warehouses under our codes."""

    system: str
    warehouse: str


@dataclass(frozen=True, slots=True)
class StockRead:
    """What a system said of a warehouse: SKUs kept as they were stated, and SKUs whose figures were refused."""

    system: str
    warehouse: str
    kept: int
    refused: int


def stock_sources() -> list[StockSource]:
    """Each warehouse's own system, and for each warehouse the ERP. Raises ``BadConnections``."""
    connected = connections()
    return [
        StockSource(system, warehouse.code)
        for warehouse in connected.warehouse
        for system in (warehouse.code, *(erp.code for erp in connected.erp[:1]))
    ]


@hub_task
async def read_stock(source: StockSource) -> StockRead:
    """Ask a system for every SKU that we keep in a warehouse; what it says replaces what it said before.

    A SKU whose figures fail a check is not kept, and goes to quarantine with every reason. The client asks in batches
    of the partner's size. Raises ``Unavailable`` to be retried, ``Misconfigured`` to be mended.
    """
    asked_at = get_settings().now()
    with reading() as work:
        skus = _skus_kept_in(work, source.warehouse)
    async with partner(source.system) as client:
        lines: list[StockLine] = await client.pull_stock(source.warehouse, skus)
    with reading() as work:
        products = known_products(work, {line.sku for line in lines if storable(line.sku) == line.sku})
    bad = _failures(lines, products)
    refused = [RefusedStock(sku, _stated(lines, sku), reasons) for sku, reasons in bad.items()]
    good = {line.sku: line for line in lines if line.sku not in bad}
    with unit_of_work() as work:
        here = (WAREHOUSE.c.company_id == work.company_id, WAREHOUSE.c.code == source.warehouse)
        warehouse_id = work.session.execute(select(WAREHOUSE.c.id).where(*here)).scalar_one()
        pieces = {products[sku]: Pieces(line.available, line.locked) for sku, line in good.items()}
        keep_snapshot(work.session, work.company_id, source.system, warehouse_id, pieces, asked_at)
        restate_refused(work, source.system, source.warehouse, refused, good)
    tell("%s: %d SKUs in %s, %d refused", source.system, len(good), source.warehouse, len(refused))
    return StockRead(source.system, source.warehouse, len(good), len(refused))


def _skus_kept_in(work: Work, warehouse: str) -> list[str]:
    query = (
        select(PRODUCT.c.sku)
        .join(LEVEL, LEVEL.c.product_id == PRODUCT.c.id)
        .join(WAREHOUSE, WAREHOUSE.c.id == LEVEL.c.warehouse_id)
        .where(WAREHOUSE.c.company_id == work.company_id, WAREHOUSE.c.code == warehouse)
        .where(LEVEL.c.bucket == Bucket.SELLABLE)
        .order_by(PRODUCT.c.sku)
    )
    return list(work.session.execute(query).scalars())


def _failures(lines: Sequence[StockLine], products: Mapping[str, int]) -> dict[str, tuple[Reason, ...]]:
    """Every reason against each SKU that fails, each once: a SKU stated twice has several rows."""
    columns = ["warehouse", "sku", "sku_known", "available", "locked"]
    rows = [(line.warehouse, line.sku, line.sku in products, line.available, line.locked) for line in lines]
    found: dict[str, tuple[Reason, ...]] = {}
    for row, reasons in find_failures(DataFrame(rows, columns=columns), stock_snapshot()).items():
        before = found.get(lines[row].sku, ())
        found[lines[row].sku] = (*before, *(reason for reason in reasons if reason not in before))
    return found


def _stated(lines: Sequence[StockLine], sku: str) -> tuple[StockLine, ...]:
    return tuple(line for line in lines if line.sku == sku)
