"""How fast partners are spoken to, next to bare httpx, and how fast what they say is understood.

``python -m benchmarks.partners [--calls 320] [--orders 12000]`` starts the sandbox as a process of its own and prints
three tables.
"""

import argparse
import asyncio
import os
import platform
import tempfile
from pathlib import Path

from benchmarks.ingest.services import sandbox_server
from benchmarks.partners.push import DELAY_SECONDS, Pushed, Together, push_everywhere, push_together
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
    given = options.parse_args()
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as folder, sandbox_server(Path(folder)) as sandbox:
        enter(rehearse(Path(folder) / "home", sandbox))
        get_settings.cache_clear()
        print(pushes(asyncio.run(push_everywhere(sandbox, given.calls)), given.calls))
        print(together(asyncio.run(push_together(sandbox, OUTBOUNDS, SIZES))))
        print(reading(asyncio.run(understand(sandbox, given.orders))))


def pushes(measured: list[Pushed], calls: int) -> str:
    """The first table."""
    lines = [
        f"{calls} pushes to each partner, {AT_ONCE} at a time; a request is answered in {DELAY_SECONDS * 1000:.0f} ms",
        f"{'':<22}{'requests':>10}{'ours /s':>10}{'httpx /s':>10}{'share':>8}{'aim':>7}",
    ]
    lines += [
        f"{one.partner:<22}{one.requests:>10}{one.ours_a_second:>10.0f}{one.bare_a_second:>10.0f}"
        f"{one.ours_a_second / one.bare_a_second:>8.0%}{'80%':>7}"
        for one in measured
    ]
    return "\n".join(lines) + f"\nload of the machine afterwards: {os.getloadavg()[0]:.1f}\n"


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
