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
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from life import Clock, assert_books_are_sound, effects, place, place_good, rows, ship, warn
from played import Sandbox
from prefect.settings import PREFECT_API_URL
from sqlalchemy import create_engine, text
from state import state_of_the_hub

from flows.check_gates import check_gates
from flows.fulfil_orders import fulfil_orders
from flows.import_files import import_files
from flows.ingest_channels import ingest_channels
from flows.reconcile_payments import reconcile_payments
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.database import open_engine
from sandbox.bills import Distortion
from sandbox.clock import BEIJING
from settings import ROOT, get_settings

TRIES = 4
MOST_MOMENTS = 1_000


@pytest.fixture(scope="module")
def killer(prefect_api: None) -> Iterator[subprocess.Popen[str]]:
    """The process that forks the ones to be killed; it has no threads and has imported everything."""
    here = Path(__file__).parent
    # Prefect reads its settings when it is imported: told later of the server, each child would start one of its own.
    told = {"PREFECT_API_URL": PREFECT_API_URL.value(), "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false"}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **told}
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


async def run_and_kill(killer: subprocess.Popen[str], flow: Any, parameters: Mapping[str, Any], kill_at: int) -> str:
    """Run a flow in its own process and kill it at that moment; how it ended."""
    mine = {name: value for name, value in os.environ.items() if name.startswith("ORDERSPINE_")}
    order = {
        "flow": f"{flow.fn.__module__}:{flow.fn.__name__}",
        "environment": mine,
        "parameters": parameters,
        "kill_at": kill_at,
    }
    killer.stdin.write(json.dumps(order) + "\n")
    killer.stdin.flush()
    return (await asyncio.to_thread(killer.stdout.readline)).strip()


async def nothing(hub: Sandbox, clock: Clock, folder: Path) -> dict[str, Any]:
    """Only the channels have orders."""
    place(hub, "shop", 2)
    place(hub, "taobao", 1)
    return {}


async def arrived(hub: Sandbox, clock: Clock, folder: Path) -> dict[str, Any]:
    """Orders wait in the inbox, a bad one among them."""
    place(hub, "shop", 3, dirty_share=0.3)
    await ingest_channels()
    return {}


async def owed(hub: Sandbox, clock: Clock, folder: Path) -> dict[str, Any]:
    """Waybills, outbounds and ERP orders are owed."""
    place(hub, "shop", 1)
    place(hub, "taobao", 1)
    await ingest_channels()
    await fulfil_orders()
    return {}


async def confirmed(hub: Sandbox, clock: Clock, folder: Path) -> dict[str, Any]:
    """The warehouses have shipped and their confirmations wait."""
    await owed(hub, clock, folder)
    await relay_outbox()
    clock.advance(hours=2)
    await ship(hub)
    clock.advance(hours=31)
    hub.world.work_at_carrier()
    return {}


async def shipped(hub: Sandbox, clock: Clock, folder: Path) -> dict[str, Any]:
    """Channels and customers are owed word of what left."""
    await confirmed(hub, clock, folder)
    await track_shipments()
    return {}


async def called_off(hub: Sandbox, clock: Clock, folder: Path) -> dict[str, Any]:
    """The warehouse is to be asked to stop."""
    await owed(hub, clock, folder)
    await relay_outbox()
    clock.advance(minutes=5)
    for channel in hub.world.channels.values():
        for order in list(channel.book):
            hub.world.cancel_order(channel.name, order["order_no"])
    clock.advance(minutes=5)
    await ingest_channels()
    await fulfil_orders()
    return {}


async def stated(hub: Sandbox, clock: Clock, folder: Path) -> dict[str, Any]:
    """The payment provider has yesterday's statement: an order is paid, one is not, one is unknown."""
    place_good(hub, 3)
    await ingest_channels()
    await fulfil_orders()
    day = (clock.now - timedelta(hours=1)).astimezone(BEIJING).date()
    for order in hub.world.channels["shop"].book:
        order["paid_at"] = f"{day.isoformat()}T12:00:00+08:00"
    hub.world.make_bill(day, distortions=list(Distortion))
    return {"day": day.isoformat()}


async def filed(hub: Sandbox, clock: Clock, folder: Path) -> dict[str, Any]:
    """A file lies there, one of its lines bad."""
    file = folder / "orders.csv"
    lines = (
        f"F-{n},2026-03-01 10:00:00,C1,王伟,13800000000,浙江省,杭州市,文一路 1 号,SKU-0001,{n},10.00" for n in (1, 2)
    )
    bad = "F-3,2026-03-01 10:00:00,C1,王伟,13800000000,浙江省,杭州市,文一路 1 号,SKU-0001,二,10.00"
    head = "订单号,下单时间,客户,收货人,电话,省,市,地址,商品编码,数量,单价"
    file.write_text("\n".join([head, *lines, bad]), encoding="utf-8")
    return {"path": str(file), "preset": "plain"}


async def stormy(hub: Sandbox, clock: Clock, folder: Path) -> dict[str, Any]:
    """A red alert is in force, and people are to be told."""
    warn(hub, clock, "A1", "red")
    return {}


Prepare = Callable[[Sandbox, Clock, Path], Awaitable[dict[str, Any]]]
STEPS: dict[str, tuple[Any, Prepare]] = {
    "reading the channels": (ingest_channels, nothing),
    "accepting and reserving": (fulfil_orders, arrived),
    "asking carrier, warehouse and ERP": (relay_outbox, owed),
    "booking confirmations and tracking": (track_shipments, confirmed),
    "telling channel and customer": (relay_outbox, shipped),
    "stopping the warehouse": (relay_outbox, called_off),
    "importing files": (import_files, filed),
    "comparing money with orders": (reconcile_payments, stated),
    "closing a gate": (check_gates, stormy),
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
    parameters = await prepare(hub, clock, tmp_path)
    before = Snapshot.take(hub, database_url, tmp_path)
    await flow(**parameters)
    undisturbed = state_of_the_hub(hub)
    assert set(effects(hub).values()) <= {1}

    for moment in await moments_to_try(killer, flow, parameters, before):
        before.restore()
        assert await run_and_kill(killer, flow, parameters, moment) == "killed"
        wait_until_gone(database_url)
        await flow(**parameters)
        assert state_of_the_hub(hub) == undisturbed, f"killed at moment {moment}"
        assert set(effects(hub).values()) <= {1}, f"killed at moment {moment}"
        assert_books_are_sound()


async def moments_to_try(
    killer: subprocess.Popen[str], flow: Any, parameters: Mapping[str, Any], before: Snapshot
) -> list[int]:
    """Every moment of the step, or a few that lie evenly and differ between the databases."""
    before.restore()
    ended, _, passed = (await run_and_kill(killer, flow, parameters, MOST_MOMENTS)).partition(" ")
    assert ended == "completed"
    every = range(1, int(passed) + 1)
    if os.environ.get("EVERY_MOMENT"):
        return [*every]
    stride = max(1, len(every) // TRIES)
    return [*every[0 if before.url.startswith("sqlite") else stride // 2 :: stride]]
