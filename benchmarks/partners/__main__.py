"""How fast partners are spoken to, next to bare httpx, and how fast what they say is understood.

``python -m benchmarks.partners [--calls 320] [--orders 12000] [--only sap,nuonuo]`` starts the sandbox as a process of
its own and prints three tables; with ``--only`` the first alone, for those partners.
"""

import argparse
import asyncio
import os
import platform
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.ingest.services import sandbox_server
from benchmarks.partners.push import (
    DELAY_SECONDS,
    ROBOTS_TAKE,
    Together,
    push_everywhere,
    push_together,
)
from benchmarks.partners.read import TIMES, Understood, understand
from cli.rehearsal import enter, rehearse
from settings import get_settings
from tasks.relay import AT_ONCE

OUTBOUNDS = 200
SIZES = (1, 50)
"""How many outbounds a call to Qimen carries."""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.partners")
    options.add_argument("--calls", type=int, default=320, help="pushes to each partner")
    options.add_argument("--orders", type=int, default=12_000, help="Taobao orders to understand")
    options.add_argument("--only", default="", help="names of partners, with commas; left out: all")
    given = options.parse_args()
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as folder, sandbox_server(Path(folder)) as sandbox:
        enter(rehearse(Path(folder) / "home", sandbox))
        get_settings.cache_clear()
        asyncio.run(pushes(sandbox, given.calls, given.only.split(",") if given.only else []))
        if given.only:
            return
        print(together(asyncio.run(push_together(sandbox, OUTBOUNDS, SIZES))))
        print(reading(asyncio.run(understand(sandbox, given.orders))))


async def pushes(sandbox: str, calls: int, only: Sequence[str]) -> None:
    """The first table, a line as soon as it is measured."""
    print(f"{calls} pushes to each partner, {ROBOTS_TAKE} to one that tells people, {AT_ONCE} at a time;")
    print(f"a request is answered in {DELAY_SECONDS * 1000:.0f} ms; CPU of this process in ms a request\n")
    print(
        f"{'':<20}{'requests':>9}{'ours /s':>9}{'httpx /s':>9}{'share':>7}{'aim':>6}{'ours CPU':>10}{'httpx CPU':>10}"
    )
    async for one in push_everywhere(sandbox, calls, only):
        rates = "".join(f"{one.requests / took.seconds:>9.0f}" for took in (one.ours, one.bare))
        cpu = "".join(f"{1000 * took.cpu_seconds / one.requests:>10.1f}" for took in (one.ours, one.bare))
        share = one.bare.seconds / one.ours.seconds
        print(f"{one.partner:<20}{one.requests:>9}{rates}{share:>7.0%}{'80%':>6}{cpu}", flush=True)
    print(f"load of the machine afterwards: {os.getloadavg()[0]:.1f}\n")


def together(measured: list[Together]) -> str:
    """The second table."""
    lines = [
        f"{OUTBOUNDS} outbounds to Qimen, {AT_ONCE} calls at a time",
        f"{'outbounds a call':<22}{'requests':>10}{'seconds':>10}",
    ]
    return "\n".join([*lines, *(f"{one.size:<22}{one.requests:>10}{one.seconds:>10.2f}" for one in measured)]) + "\n"


def reading(done: Understood) -> str:
    """The third table."""
    return "\n".join(
        [
            f"{done.orders:,} Taobao orders, {done.megabytes:.0f} MB of JSON, median of {TIMES}",
            f"{'parsed and mapped, s of CPU':<42}{done.seconds:>10.2f}{'2.00':>9}",
            f"{'  the same JSON through json.loads alone, s':<42}{done.floor_seconds:>10.2f}",
        ]
    )


if __name__ == "__main__":
    main()
