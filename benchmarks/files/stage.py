"""Stage one file as ``orderspine import`` does, and say what that took: ``python -m benchmarks.files.stage FILE``."""

import asyncio
import json
import resource
import sys
import time

from prefect.logging import disable_run_logger

from tasks.connections import Connections
from tasks.import_files import open_catalogue, stage_orders
from tasks.masters import prepare_database

PRESET = "plain"


def peak_mib() -> float:
    """The largest resident size of this process so far."""
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kib / 1024


async def staged(file: str) -> int:
    """Catalogue and orders of the file; how many orders."""
    with disable_run_logger():
        await open_catalogue.fn(file, PRESET)
        return (await stage_orders.fn(file, PRESET)).orders


def main() -> None:
    """Measure and print."""
    prepare_database(Connections())
    before, started, used = peak_mib(), time.perf_counter(), time.process_time()
    orders = asyncio.run(staged(sys.argv[1]))
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - used
    told = {
        "orders": orders,
        "before_mib": before,
        "peak_mib": peak_mib(),
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
