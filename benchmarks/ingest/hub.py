"""The hub's side of the benchmark, alone in a process: one line of JSON in for each run, one out.

A run takes a fresh database from nothing to every order reserved or held. Its three ways do the same work in the same
batches: ``flows`` under Prefect, ``plain`` as bare functions, ``unaudited`` as plain but without the audit trail.
"""

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from prefect.logging import disable_run_logger
from sqlalchemy import func, select

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from models.database import open_engine
from models.event import Events
from models.messages import CatalogueItem
from models.order_book import HOLD, ORDER
from sandbox.world import World
from settings import get_settings
from tasks import reserve_orders as reserving
from tasks.accept_orders import accept_orders
from tasks.connections import connections
from tasks.follow_channel import follow_channel
from tasks.hub import current_rules, unit_of_work
from tasks.masters import add_products, open_stock, prepare_database, warehouse_id_of
from tasks.pull_orders import pull_orders
from tasks.ready import arrived_orders, reported_orders, undecided_orders
from tasks.reserve_orders import reserve_orders

WAREHOUSES = ("SZ-01", "SH-01")
SCARCE = 20
"""One product in so many is scarce."""


async def under_prefect(channel: str) -> None:
    """The flows, as a worker runs them."""
    await ingest_channels([channel])
    await fulfil_orders()


async def plainly(channel: str) -> None:
    """The functions that the flows call, in the same order and batches, without Prefect's engine."""
    rules = current_rules()
    with disable_run_logger():
        await pull_orders.fn(channel)
        for batch in arrived_orders():
            await accept_orders.fn(batch, rules)
        for batch in undecided_orders(rules):
            await reserve_orders.fn(batch, rules)
        for batch in reported_orders():
            await follow_channel.fn(batch)


@contextmanager
def no_audit_trail() -> Iterator[None]:
    """Write neither order events nor decisions."""
    with patch.object(Events, "add", lambda *_, **__: None), patch.object(reserving, "remember", lambda *_: {}):
        yield


def stock_for(orders: int) -> None:
    """The company on this database, with the sandbox's catalogue in stock: plenty, but for the scarce products about
    half of what so many orders want. A database that has all this stays as it is."""
    prepare_database(connections())
    with unit_of_work("benchmark") as work:
        catalogue = [CatalogueItem(p.sku, p.title, p.weight_grams) for p in World().catalogue]
        ids = add_products(work, catalogue)
        wanted = 4 * orders // len(ids)
        units = {id_: wanted // 4 if place % SCARCE == 0 else 2 * wanted for place, id_ in enumerate(ids.values())}
        for code in WAREHOUSES:
            open_stock(work, warehouse_id_of(work, code), units, "opening:benchmark")


def run(way: str, url: str, channel: str, orders: int) -> dict[str, Any]:
    """Ingest one channel into that database. Wall-clock and CPU seconds of this process, and how its orders ended."""
    os.environ["ORDERSPINE_DATABASE_URL"] = url
    get_settings.cache_clear()
    stock_for(orders)
    before = outcome()
    wall, cpu = time.perf_counter(), time.process_time()
    if way == "flows":
        asyncio.run(under_prefect(channel))
    elif way == "plain":
        asyncio.run(plainly(channel))
    else:
        with no_audit_trail():
            asyncio.run(plainly(channel))
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    ended = {name: count - before.get(name, 0) for name, count in outcome().items()}
    open_engine(url).dispose()  # others copy or drop the database next
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mib": peak_mib(), "ended": ended}


def peak_mib() -> float:
    """The most memory that this process ever held."""
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kib / 1024 if sys.platform != "darwin" else kib / 2**20  # bytes there


def outcome() -> dict[str, int]:
    """How many orders stand where; ``held`` are those that an open hold stops."""
    held = select(HOLD.c.order_id).where(HOLD.c.closed_at.is_(None))
    with unit_of_work("benchmark") as work:
        free = select(ORDER.c.status, func.count()).where(ORDER.c.id.not_in(held)).group_by(ORDER.c.status)
        counts = dict(work.rows(free))
        stopped = select(func.count()).select_from(ORDER).where(ORDER.c.id.in_(held))
        return {**counts, "held": work.session.execute(stopped).scalar_one()}


if __name__ == "__main__":
    imported = peak_mib()
    for line in sys.stdin:
        print(json.dumps({**run(**json.loads(line)), "imported_mib": imported}), flush=True)
