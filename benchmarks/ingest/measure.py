"""The measurements on one kind of database; what is compared is alternated, so a busy machine strikes all alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from benchmarks.ingest.databases import Databases
from benchmarks.ingest.floor import read_all, write_all
from benchmarks.ingest.process import HubProcess, Ran, hub_process
from benchmarks.ingest.stored import multiply_orders

WAYS = ("flows", "plain", "unaudited")
ON_TOP = 2_000
"""Orders that are ingested on top of what is stored."""
WARM_UP = 100
"""Orders of another channel that pay for everything that a process does only once."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that was measured on one kind of database."""

    version: str
    alone: Ran
    """A process that did nothing else: what it held in memory."""
    ways: Mapping[str, Sequence[Ran]]
    floor: Sequence[float]
    rows: int
    on_top: Mapping[int, Sequence[Ran]]
    """By the number of orders that were stored before."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the hub runs: the sandbox's address, the environment that points at everything, and its logs."""

    sandbox: str
    environment: Mapping[str, str]
    logs: Path

    def measure(self, databases: Databases, orders: int, stored: Sequence[int], repetitions: int) -> Measured:
        """All measurements, one after another."""
        self._offer(shop=orders, taobao=WARM_UP)
        with hub_process(self.environment, self.logs / "alone.log") as hub:
            alone = _once(hub, "flows", databases, orders)
        with hub_process(self.environment, self.logs / "hub.log") as hub:
            _once(hub, "flows", databases, WARM_UP, channel="taobao")
            self._offer(shop=ON_TOP)
            on_top = _on_top(hub, databases, stored, repetitions)
            self._offer(shop=orders)
            ways: dict[str, list[Ran]] = {way: [] for way in WAYS}
            for repetition in range(repetitions):
                for way in _turned(WAYS, repetition):
                    ways[way].append(_once(hub, way, databases, orders))
            floor, rows = _floor(hub, databases, orders, repetitions)
        return Measured(databases.version, alone, ways, floor, rows, on_top)

    def _offer(self, **orders: int) -> None:
        """A sandbox as new, whose channels got that many orders in the last two days, one in fifty of them bad."""
        httpx.post(f"{self.sandbox}/_sandbox/reset").raise_for_status()
        now = datetime.now(UTC)
        for channel, count in orders.items():
            wish = {
                "channel": channel, "count": count, "dirty_share": 0.02, "since": (now - timedelta(days=2)).isoformat(),
                "until": now.isoformat(),
            }  # fmt: skip
            httpx.post(f"{self.sandbox}/_sandbox/orders", json=wish, timeout=120).raise_for_status()


def _turned(ways: Sequence[str], by: int) -> Sequence[str]:
    return [*ways[by % len(ways) :], *ways[: by % len(ways)]]


def _once(hub: HubProcess, way: str, databases: Databases, orders: int, channel: str = "shop") -> Ran:
    database = databases.new()
    ran = hub.run(way, database, orders, channel)
    databases.drop(database)
    return ran


def _floor(hub: HubProcess, databases: Databases, orders: int, repetitions: int) -> tuple[list[float], int]:
    finished = databases.new()
    hub.run("plain", finished, orders)
    tables = read_all(finished)
    databases.drop(finished)
    seconds = []
    for _ in range(repetitions):
        database = databases.new()
        seconds.append(write_all(database, tables))
        databases.drop(database)
    return seconds, sum(len(table.rows) for table in tables)


def _on_top(hub: HubProcess, databases: Databases, stored: Sequence[int], repetitions: int) -> dict[int, list[Ran]]:
    models = {size: _with_stored(hub, databases, size) for size in stored}
    ran: dict[int, list[Ran]] = {size: [] for size in stored}
    for _ in range(repetitions):
        for size, model in models.items():
            database = databases.new(like=model)
            ran[size].append(hub.run("plain", database, ON_TOP))
            databases.drop(database)
            assert ran[size][-1].ended == ran[stored[0]][0].ended, "what is stored changed how the orders ended"
    for model in models.values():
        databases.drop(model)
    return ran


def _with_stored(hub: HubProcess, databases: Databases, size: int) -> str:
    database = databases.new()
    if size:
        hub.run("plain", database, ON_TOP)
        multiply_orders(database, round(size / ON_TOP))
    return database
