"""The hub of this proof, alone in a process: its flows in a loop while the partners are in trouble, then in peace.

The clock of hub and world stands still within a flow and moves between two, so that hours pass in minutes.
"""

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, select

from benchmarks.control import World
from benchmarks.faults.connected import CHANNELS, WAREHOUSES
from benchmarks.faults.report import tell_end, tell_faults, tell_where
from benchmarks.faults.trouble import Trouble
from benchmarks.faults.verdict import judge
from benchmarks.ingest.services import web_server
from flows.follow_erp import follow_erp
from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from integrations.errors import Conflict, Misconfigured, Unavailable
from models.lifecycle import Status
from models.messages import CatalogueItem
from models.order_book import ORDER
from models.outbox import OUTBOX
from sandbox.catalogue import make_catalogue
from settings import get_settings, set_clock
from tasks.connections import connections
from tasks.hub import unit_of_work
from tasks.masters import add_products, open_stock, prepare_database, warehouse_id_of

UNITS = 100_000
WAVES = 8
"""In so many waves the orders come."""
ROUNDS = 8
"""Rounds of four hours in which parcels are on their way, still in trouble: a parcel takes thirty hours."""
PEACE = 24
"""Rounds of three hours after which everything must have settled."""
ON_THE_WAY = (Status.RELEASED, Status.PICKED, Status.SHIPPED)
FLOWS: tuple[Callable[[], Awaitable[Any]], ...] = (
    ingest_channels, fulfil_orders, relay_outbox, track_shipments, follow_erp,
)  # fmt: skip


class Play:
    """The world, the clock that hub and world share, and the flows that failed so far."""

    def __init__(self, world: World, rng: Random) -> None:
        self.failed: Counter[str] = Counter()
        self._world, self._rng = world, rng
        self._now = datetime.now(UTC).replace(microsecond=0)
        self.advance()

    def advance(self, **span: float) -> None:
        """Let time pass, in the words of ``timedelta``."""
        self._now += timedelta(**span)
        file = get_settings().clock_file
        assert file
        set_clock(file, self._now)
        self._world.do("/clock", now=self._now.isoformat())

    def place(self, orders: int) -> None:
        """A wave of orders in every channel; the shop tells half of them at once, twice and backwards."""
        since = self._now - timedelta(minutes=10)
        for place, channel in enumerate(CHANNELS):
            count = orders // len(CHANNELS) + (place < orders % len(CHANNELS))
            span = {"since": since.isoformat(), "until": self._now.isoformat(), "seed": self._rng.randrange(10**6)}
            numbers = self._world.do("/orders", channel=channel, count=count, **span)["order_nos"]
            if channel == "shop":
                told = self._rng.sample(numbers, count // 2)
                self._world.do("/orders/shop/push", order_nos=told, repeat=2, reverse=True)

    async def run(self) -> None:
        """Every flow once. One that fails for a partner's sake is left to the next round, as a schedule would."""
        for flow in FLOWS:
            try:
                await flow()
            except (Conflict, Misconfigured, Unavailable):
                self.failed[flow.name] += 1  # type: ignore[attr-defined]  # a flow has a name
            self.advance(seconds=70)

    def work(self, parcels: int | None) -> None:
        """The warehouses ship so many parcels, and carriers bring further what they have."""
        self._world.do("/warehouse/work", limit=parcels)
        self._world.do("/carrier/work")

    async def through_trouble(self, orders: int) -> None:
        """The orders come, leave and travel."""
        for wave in range(WAVES):
            self.advance(minutes=10)
            self.place(orders // WAVES + (wave < orders % WAVES))
            await self.run()
            self.work(orders // WAVES // 2)
        for _ in range(ROUNDS):
            self.advance(hours=4)
            self.work(orders // WAVES)
            await self.run()

    async def settle(self) -> None:
        """Until nothing is owed and nothing is on its way any more."""
        for _ in range(PEACE):
            self.advance(hours=3)
            self.work(None)
            await self.run()
            if not _under_way():
                break


def _under_way() -> int:
    """Messages that are due, and orders that a warehouse or a carrier has."""
    due = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.state == "due", OUTBOX.c.kind != "notice")
    gone = select(func.count()).select_from(ORDER).where(ORDER.c.status.in_(ON_THE_WAY))
    with unit_of_work("benchmark") as work:
        return int(work.session.execute(due).scalar_one() + work.session.execute(gone).scalar_one())


def _open_company(world: World) -> None:
    prepare_database(connections())
    with unit_of_work("benchmark") as work:
        items = [CatalogueItem(p.sku, p.title, p.weight_grams) for p in make_catalogue(seed=1)]
        ids = add_products(work, items)
        for code in WAREHOUSES:
            open_stock(work, warehouse_id_of(work, code), dict.fromkeys(ids.values(), UNITS), "opening:benchmark")
            world.put("/stock", [{"warehouse": code, "sku": item.sku, "quantity": UNITS} for item in items])


def main(sandbox: str, home: Path, orders: int, seed: int) -> bool:
    """Play, judge and tell; whether it is proven."""
    world = World(sandbox)
    play = Play(world, Random(seed))
    _open_company(world)
    seconds = {}
    with web_server(home) as web:
        world.put("/hub", {"url": web})
        tell_where(orders, seed)
        started = time.perf_counter()
        with asyncio.Runner() as runner:
            with Trouble(world, Random(seed)) as trouble:
                runner.run(play.through_trouble(orders))
            seconds["in trouble"] = time.perf_counter() - started
            failed = Counter(play.failed)
            requests = world.requests()
            runner.run(play.settle())
        seconds["in peace"] = time.perf_counter() - started - seconds["in trouble"]
    tell_faults(trouble.laid, requests)
    verdict = judge(world)
    tell_end(verdict, failed, seconds)
    return not verdict.bad


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sandbox")
    parser.add_argument("home", type=Path)
    parser.add_argument("orders", type=int)
    parser.add_argument("seed", type=int)
    given = parser.parse_args()
    raise SystemExit(0 if main(given.sandbox, given.home, given.orders, given.seed) else 1)
