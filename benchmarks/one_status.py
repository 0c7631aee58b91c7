"""How long a change takes to reach all systems: from the warehouse shipping until ERP and channel know it.

``python -m benchmarks.one_status [--orders 30]`` starts what ``orderspine up`` starts, Prefect server, web and warm
worker, with the sandbox as every partner, lets that many orders leave the warehouse one after the other, and reads the
sandbox's own ledger: when each parcel left, and when each partner was told. Nothing of it outlives the command.
"""

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.control import World
from cli import stack as machine
from cli.rehearsal import enter, rehearse
from models.messages import CatalogueItem
from sandbox.catalogue import make_catalogue
from settings import ROOT, get_settings

PATIENCE = 300.0
UNITS = 10_000


@contextmanager
def hub() -> Iterator[World]:
    """The whole hub on loopback with plenty of stock, warmed up."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        sandbox, api, web = (machine.claim_port(port, "", any_free=True) for port in (8700, 4200, 8600))
        url = f"http://127.0.0.1:{sandbox}"
        enter({**rehearse(home, url), "ORDERSPINE_DATABASE_URL": "", "ORDERSPINE_RULES": str(ROOT / "orderspine.toml")})
        with machine.running(home, api, web) as stack:
            enter(stack.environment)
            get_settings.cache_clear()
            _open_company()
            stack.start(
                "sandbox", machine.python("sandbox", "--port", str(sandbox), "--hub", f"http://127.0.0.1:{web}")
            )
            machine.start_web(stack, web)
            machine.start_prefect(stack, api)
            machine.start_worker(stack)
            machine.deploy(stack)
            from tasks.automations import ensure_automations  # noqa: PLC0415 - Prefect reads its settings when imported

            ensure_automations()
            stack.await_answer("sandbox", f"{url}/_sandbox/requests")
            stack.await_answer("web", f"http://127.0.0.1:{web}/healthz")
            log = home / "logs" / "worker.log"
            wait_for("the warm worker", lambda: "is warm after" in log.read_text(errors="replace"))
            yield World(url)


def _open_company() -> None:
    from tasks.connections import connections  # noqa: PLC0415 - imports Prefect, see above
    from tasks.hub import unit_of_work  # noqa: PLC0415 - likewise
    from tasks.masters import add_products, open_stock, prepare_database, warehouse_id_of  # noqa: PLC0415 - likewise

    prepare_database(connections())
    with unit_of_work("benchmark") as work:
        ids = add_products(work, [CatalogueItem(p.sku, p.title, p.weight_grams) for p in make_catalogue(seed=1)])
        for warehouse in connections().warehouse:
            open_stock(work, warehouse_id_of(work, warehouse.code), dict.fromkeys(ids.values(), UNITS), "opening:bench")


def wait_for(what: str, true: Any) -> None:
    """Until it is so. Raises ``SystemExit`` when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: not within {PATIENCE:.0f} s")
        time.sleep(0.25)


def told_as(world: World, progress: str) -> dict[str, datetime]:
    """When the ERP heard that an outbound is so far."""
    return {
        words[2]: at
        for key, at in world.moments("order-filled-in").items()
        if len(words := key.split()) > 2 and words[1] == progress
    }


def measure(world: World, orders: int, pause: float) -> list[float]:
    """Seconds from each parcel's leaving until both ERP and channel know."""
    before = {it["code"] for it in world.state("qimen")["outbounds"]}
    now = datetime.now(UTC)
    since = (now - timedelta(minutes=30)).isoformat()
    placed = world.do("/orders", channel="shop", count=2 * orders, since=since, until=now.isoformat())["order_nos"]
    world.do("/orders/shop/push", order_nos=placed)
    wait_for("orders at the warehouse", lambda: len(told_as(world, "released").keys() - before) >= orders)
    leaving = sorted(told_as(world, "released").keys() - before)[:orders]
    for code in leaving:
        world.do("/warehouse/work", codes=[code])
        time.sleep(pause)
    number = {it["outbound_no"]: it["order_no"] for it in _bound(leaving)}
    left = world.moments("outbound-shipped")

    def known() -> bool:
        return {*leaving} <= told_as(world, "shipped").keys() and {*number.values()} <= world.moments("shipped").keys()

    wait_for("everybody to know", known)
    in_erp, in_shop = told_as(world, "shipped"), world.moments("shipped")
    return [(max(in_erp[code], in_shop[number[code]]) - left[code]).total_seconds() for code in leaving]


def _bound(outbounds: list[str]) -> list[dict[str, str]]:
    from tasks.story import order_story  # noqa: PLC0415 - imports Prefect, see above

    stories = [(code, order_story(code)) for code in outbounds]
    return [{"outbound_no": code, "order_no": story.order.channel_order_no} for code, story in stories if story]


def main(orders: int, pause: float) -> None:
    """Measure and print."""
    with hub() as world:
        from benchmarks.agreement import disagreements, systems_of  # noqa: PLC0415 - imports Prefect, see above

        measure(world, 3, 0.5)  # the first runs of a fresh server are not what is asked for
        seconds = sorted(measure(world, orders, pause))
        apart = disagreements(systems_of(world.state))
    p95 = seconds[min(len(seconds) - 1, round(0.95 * len(seconds)))]
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()},")
    print(f"Prefect {version('prefect')}, load {os.getloadavg()[0]:.1f}; SQLite; all on one machine\n")
    print(f"from leaving the warehouse to ERP and channel, {len(seconds)} orders, one every {pause:g} s")
    print(f"  p50 {statistics.median(seconds):5.2f} s")
    print(f"  p95 {p95:5.2f} s   aim 5 s")
    print(f"  max {seconds[-1]:5.2f} s")
    print(f"on how many things partners and hub disagree in the end: {len(apart)}")
    for sentence in apart:
        print(f"  {sentence}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_status", description=__doc__)
    parser.add_argument("--orders", type=int, default=30, help="orders that leave (30)")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between two (2)")
    options = parser.parse_args()
    main(options.orders, options.pause)
