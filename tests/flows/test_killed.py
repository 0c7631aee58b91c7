"""A step that is killed at any commit or request, and started again, ends as if nothing had happened (invariant 4).

The ledger of the sandbox is the witness that each partner acted once. A run takes a second, so a plain test run tries
some moments of each step, others on PostgreSQL than on SQLite; ``EVERY_MOMENT=1`` in the environment tries them all.
"""

import asyncio
import copy
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from life import Clock, assert_books_are_sound, effects, place, rows, ship
from played import Sandbox
from prefect.settings import PREFECT_API_URL
from sqlalchemy import create_engine, text
from state import state_of_the_hub

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.database import open_engine
from settings import ROOT, get_settings

TRIES = 4
MOST_MOMENTS = 1_000


@pytest.fixture(scope="module")
def killer(prefect_api: None) -> Iterator[subprocess.Popen[str]]:
    """The process that forks the ones to be killed; it has no threads and has imported everything."""
    here = Path(__file__).parent
    # Prefect reads its settings when it is imported: told later of the server, each child would start one of its own.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PREFECT_API_URL": PREFECT_API_URL.value()}
    with subprocess.Popen(  # noqa: S603  (our own script)
        [sys.executable, str(here / "killable.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
        cwd=ROOT,
    ) as process:
        yield process
        process.stdin.close()
        process.wait(timeout=30)


@dataclass
class Snapshot:
    """The hub's database and the partners' world at one moment, to return to."""

    hub: Sandbox
    url: str
    kept: Path
    world: dict[str, Any]

    @classmethod
    def take(cls, hub: Sandbox, url: str, folder: Path) -> "Snapshot":
        """Keep how everything stands."""
        open_engine(url).dispose()
        kept = folder / "kept.db"
        if url.startswith("sqlite"):
            shutil.copy(url.removeprefix("sqlite:///"), kept)
        else:
            _copy_database(url, _name(url), f"{_name(url)}_kept")
        return cls(hub, url, kept, _copied(hub, vars(hub.world)))

    def restore(self) -> None:
        """Make everything stand as it did."""
        open_engine(self.url).dispose()
        if self.url.startswith("sqlite"):
            file = self.url.removeprefix("sqlite:///")
            for rest in ("-wal", "-shm"):
                Path(file + rest).unlink(missing_ok=True)
            shutil.copy(self.kept, file)
        else:
            _copy_database(self.url, f"{_name(self.url)}_kept", _name(self.url))
        vars(self.hub.world).update(_copied(self.hub, self.world))


def _copied(hub: Sandbox, world: dict[str, Any]) -> dict[str, Any]:
    """The partners' state; the line to the hub, whose open connections cannot be copied, stays the same."""
    return copy.deepcopy(world, {id(hub.world.hub): hub.world.hub})


def _name(url: str) -> str:
    return url.rpartition("/")[2].partition("?")[0]


def _copy_database(url: str, source: str, target: str) -> None:
    admin = create_engine(url.replace(f"/{_name(url)}", "/postgres", 1), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {target} TEMPLATE {source}"))
    admin.dispose()


def wait_until_gone(url: str, seconds: float = 10) -> None:
    """PostgreSQL notices the death of a client a moment later; until then its locks stand."""
    if url.startswith("sqlite"):
        return
    deadline = time.monotonic() + seconds
    others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    open_engine(url).dispose()
    while rows(others):
        assert time.monotonic() < deadline, "the killed run still holds its connection"
        time.sleep(0.01)


async def run_and_kill(killer: subprocess.Popen[str], flow: Any, kill_at: int) -> str:
    """Run a flow in its own process and kill it at that moment; how it ended."""
    mine = {name: value for name, value in os.environ.items() if name.startswith("ORDERSPINE_")}
    order = {
        "flow": f"{flow.fn.__module__}:{flow.fn.__name__}",
        "environment": mine,
        "kill_at": kill_at,
    }
    killer.stdin.write(json.dumps(order) + "\n")
    killer.stdin.flush()
    return (await asyncio.to_thread(killer.stdout.readline)).strip()


async def nothing(hub: Sandbox, clock: Clock) -> None:
    """Only the channels have orders."""
    place(hub, "shop", 2)
    place(hub, "taobao", 1)


async def arrived(hub: Sandbox, clock: Clock) -> None:
    """Orders wait in the inbox, a bad one among them."""
    place(hub, "shop", 3, dirty_share=0.3)
    await ingest_channels()


async def owed(hub: Sandbox, clock: Clock) -> None:
    """Waybills, outbounds and ERP orders are owed."""
    place(hub, "shop", 1)
    place(hub, "taobao", 1)
    await ingest_channels()
    await fulfil_orders()


async def confirmed(hub: Sandbox, clock: Clock) -> None:
    """The warehouses have shipped and their confirmations wait."""
    await owed(hub, clock)
    await relay_outbox()
    clock.advance(hours=2)
    await ship(hub)
    clock.advance(hours=31)
    hub.world.work_at_carrier()


async def shipped(hub: Sandbox, clock: Clock) -> None:
    """Channels and customers are owed word of what left."""
    await confirmed(hub, clock)
    await track_shipments()


async def called_off(hub: Sandbox, clock: Clock) -> None:
    """The warehouse is to be asked to stop."""
    await owed(hub, clock)
    await relay_outbox()
    clock.advance(minutes=5)
    for channel in hub.world.channels.values():
        for order in list(channel.book):
            hub.world.cancel_order(channel.name, order["order_no"])
    clock.advance(minutes=5)
    await ingest_channels()
    await fulfil_orders()


STEPS: dict[str, tuple[Any, Callable[[Sandbox, Clock], Awaitable[None]]]] = {
    "reading the channels": (ingest_channels, nothing),
    "accepting and reserving": (fulfil_orders, arrived),
    "asking carrier, warehouse and ERP": (relay_outbox, owed),
    "booking confirmations and tracking": (track_shipments, confirmed),
    "telling channel and customer": (relay_outbox, shipped),
    "stopping the warehouse": (relay_outbox, called_off),
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("step", STEPS)
async def test_a_killed_step_started_again_leaves_no_trace_of_it(
    step: str,
    hub: Sandbox,
    clock: Clock,
    database_url: str,
    killer: subprocess.Popen[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ORDERSPINE_LEASE_SECONDS", "0.01")
    get_settings.cache_clear()
    flow, prepare = STEPS[step]
    await prepare(hub, clock)
    before = Snapshot.take(hub, database_url, tmp_path)
    await flow()
    undisturbed = state_of_the_hub(hub)
    assert set(effects(hub).values()) <= {1}

    for moment in await moments_to_try(killer, flow, before):
        before.restore()
        assert await run_and_kill(killer, flow, moment) == "killed"
        wait_until_gone(database_url)
        await flow()
        assert state_of_the_hub(hub) == undisturbed, f"killed at moment {moment}"
        assert set(effects(hub).values()) <= {1}, f"killed at moment {moment}"
        assert_books_are_sound()


async def moments_to_try(killer: subprocess.Popen[str], flow: Any, before: Snapshot) -> list[int]:
    """Every moment of the step, or a few that lie evenly and differ between the databases."""
    before.restore()
    ended, _, passed = (await run_and_kill(killer, flow, MOST_MOMENTS)).partition(" ")
    assert ended == "completed"
    every = range(1, int(passed) + 1)
    if os.environ.get("EVERY_MOMENT"):
        return [*every]
    stride = max(1, len(every) // TRIES)
    return [*every[0 if before.url.startswith("sqlite") else stride // 2 :: stride]]
