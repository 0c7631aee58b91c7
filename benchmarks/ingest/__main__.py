"""How long orders take from a sales channel to their reservation, and what that time consists of.

``python -m benchmarks.ingest [--orders 12000] [--database sqlite|postgresql|both] [--stored 0,100000]`` starts the
sandbox, a Prefect server and the databases that it needs, prints one table, and leaves nothing behind.
"""

import argparse
import os
import platform
import shutil
import tempfile
from pathlib import Path

import prefect

from benchmarks.ingest.databases import CHOICES, databases
from benchmarks.ingest.measure import Bench, Measured
from benchmarks.ingest.services import prefect_server, sandbox_server
from benchmarks.ingest.table import notes, table
from cli.rehearsal import rehearse
from settings import ROOT


def main(orders: int, dialects: list[str], stored: list[int], repetitions: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        with sandbox_server(home) as sandbox, prefect_server(home) as api:
            environment = {
                **os.environ,
                **rehearse(home / "company", sandbox),
                "ORDERSPINE_RULES": str(shutil.copy(ROOT / "orderspine.toml", home)),
                "PREFECT_API_URL": api,
                "PREFECT_HOME": str(home / "client"),
            }
            measured: dict[str, Measured] = {}
            for dialect in dialects:
                with databases(dialect, home) as made:
                    measured[dialect] = Bench(sandbox, environment, home).measure(made, orders, stored, repetitions)
    versions = ", ".join(m.version for m in measured.values())
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()},")
    print(f"Prefect {prefect.__version__} with its SQLite server, {versions}")
    print(f"medians of {repetitions} runs; the hub, the sandbox, the Prefect server and PostgreSQL")
    print("share the machine\n")
    print(table(measured, orders))
    print(f"\n{notes(measured)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    parser.add_argument("--orders", type=int, default=12_000, help="orders to ingest (12000)")
    parser.add_argument("--database", choices=CHOICES, default="both", help="which kind of database (both)")
    parser.add_argument("--stored", default="0,100000", help="orders stored before 2,000 more come (0,100000)")
    parser.add_argument("--repetitions", type=int, default=3, help="runs of which the median counts (3)")
    options = parser.parse_args()
    sizes = [int(size) for size in options.stored.split(",")]
    main(options.orders, CHOICES[options.database], sizes, options.repetitions)
