"""How soon a flow run starts, from a warm worker and from Prefect's process worker, and what many runs leave behind.

``python -m benchmarks.worker_start [--runs 10] [--many 1000]`` starts a Prefect server of its own, deploys one flow of
five tasks to both, and prints two tables. Nothing of it outlives the command.
"""

import argparse
import asyncio
import os
import platform
import tempfile
from pathlib import Path

import prefect

from benchmarks.worker_start import latency, leaks
from benchmarks.worker_start.server import POLL_SECONDS, Server, running_server, started

WARM_UP = 20
"""Runs before the first line of the second table: they open connections and fill caches once."""


async def main(runs: int, many: int) -> None:
    """Measure and print."""
    print(
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, Prefect {prefect.__version__}"
    )
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        async with running_server(home) as (server, environment):
            deployments = {kind: await server.deploy(kind) for kind in ("process", "warm")}
            if runs:
                await print_latencies(server, environment, home, deployments, runs)
            if many:
                await print_leaks(server, environment, home, deployments["warm"], many)


async def print_latencies(
    server: Server, environment: dict[str, str], home: Path, deployments: dict[str, str], runs: int
) -> None:
    """The first table."""
    print(f"{runs} runs of 5 tasks, one after another; the workers poll every {POLL_SECONDS} s")
    print("start: from the scheduled time to Running; picked: from the worker's pick-up")
    print("to Running; total: from the scheduled time to Completed\n")
    timings = {}
    for kind, deployment in deployments.items():
        with started(environment, home, "prefect", "worker", "start", "--pool", kind):
            timings[kind] = await latency.measure(server, deployment, runs)
    print("\n".join(latency.table(timings)))


async def print_leaks(server: Server, environment: dict[str, str], home: Path, deployment: str, many: int) -> None:
    """The second table, a line at a time."""
    print(f"\n{many} runs through one warm worker, four at a time, after {WARM_UP} that are not counted\n")
    print(leaks.HEADINGS, flush=True)
    with started(environment, home, "prefect", "worker", "start", "--limit", "4", "--pool", "warm") as worker:
        await server.completed([await server.schedule(deployment) for _ in range(WARM_UP)])
        every = min(many, 100)
        temporary = Path(environment["TMPDIR"])
        async for line in leaks.measure(server, deployment, worker.pid, temporary, many=many, every=every):
            print(line, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="runs per worker (10), 0 for none")
    parser.add_argument("--many", type=int, default=1000, help="runs for the leak figures (1000), 0 for none")
    options = parser.parse_args()
    asyncio.run(main(options.runs, options.many))
