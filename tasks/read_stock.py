"""What our partners say that is in stock: asked, checked, and kept as the newest snapshot (A6, D2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pandas import DataFrame
from sqlalchemy import select

from expectations.apply import find_failures
from expectations.stock import stock_snapshot
from models.lifecycle import Bucket
from models.messages import StockLine
from models.reasons import Reason
from models.stock import LEVEL
from models.stock_snapshot import Pieces, keep_snapshot
from models.work import Work
from settings import get_settings
from tasks.connections import connections, partner
from tasks.hub import hub_task, tell, unit_of_work
from tasks.masters import PRODUCT, WAREHOUSE, warehouse_id_of
from tasks.order_content import known_products
from tasks.quarantine import storable
from tasks.reading import reading
from tasks.refused_stock import RefusedStock, restate_refused


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
    erp = connected.stock_book
    return [
        StockSource(system, warehouse.code)
        for warehouse in connected.warehouse
        for system in (warehouse.code, erp)
        if system is not None
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
    good, refused = _check(lines, products)
    pieces = {products[sku]: Pieces(line.available, line.locked) for sku, line in good.items()}
    with unit_of_work() as work:
        here = warehouse_id_of(work, source.warehouse)
        keep_snapshot(work.session, work.company_id, source.system, here, pieces, asked_at)
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


def _check(lines: Sequence[StockLine], products: Mapping[str, int]) -> tuple[dict[str, StockLine], list[RefusedStock]]:
    """The sound figure of each SKU, and the SKUs that are refused: every row of theirs, every reason once."""
    columns = ["warehouse", "sku", "sku_known", "available", "locked"]
    rows = [(line.warehouse, line.sku, line.sku in products, line.available, line.locked) for line in lines]
    reasons: dict[str, list[Reason]] = {}
    for row, found in find_failures(DataFrame(rows, columns=columns), stock_snapshot()).items():
        mine = reasons.setdefault(lines[row].sku, [])
        mine += [reason for reason in found if reason not in mine]
    stated: dict[str, list[StockLine]] = {}
    for line in lines:
        stated.setdefault(line.sku, []).append(line)
    refused = [RefusedStock(sku, stated[sku], why) for sku, why in reasons.items()]
    return {sku: told[0] for sku, told in stated.items() if sku not in reasons}, refused
