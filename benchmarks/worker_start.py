"""How soon a flow run starts, from a warm worker and from Prefect's process worker, and what many runs leave behind.

``python -m benchmarks.worker_start [--runs 10] [--many 1000]`` starts a Prefect server of its own, deploys one flow of
five tasks to both, and prints two tables. Nothing of it outlives the command.
"""

import argparse
import asyncio
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import great_expectations  # noqa: F401 - the flow's module imports what the product's flows import
import httpx
import pandas  # noqa: F401 - likewise
import prefect
import psutil
from prefect import flow, task

from warm.environment import QUIET
from warm.processes import Nursery
from warm.protocol import Fork

PRELOAD = "pandas,great_expectations"
POLL_SECONDS = 0.5
REPOSITORY = Path(__file__).parents[1]


@task
async def step(number: int) -> int:
    """Do next to nothing."""
    return number + 1


@flow
async def five_tasks() -> int:
    """Five tasks, one after another."""
    number = 0
    for _ in range(5):
        number = await step(number)
    return number


@dataclass(frozen=True)
class Timing:
    """Seconds of one run: from its scheduled time to Running and to Completed, and from its pick-up to Running."""

    start: float
    picked: float
    total: float


class Server:
    """The REST API of the benchmark's server."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def call(self, method: str, path: str, **body: Any) -> Any:
        """Call until the server is not busy: its SQLite answers 503 while another request writes."""
        for _ in range(200):
            response = await self._client.request(method, path, json=body or None)
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                response.raise_for_status()
                return response.json() if response.content else None
            await asyncio.sleep(0.1)
        raise SystemExit(f"the server stayed busy: {method} {path}")

    async def deploy(self, kind: str) -> str:
        """A pool of that worker type and the flow deployed to it; the result is the deployment's id."""
        template: dict[str, Any] = {}
        if kind == "warm":
            # Not on top: each run of the flow would pay for it.
            from warm.worker import WarmWorker  # noqa: PLC0415

            template = WarmWorker.get_default_base_job_template()
            template["variables"]["properties"]["preload"]["default"] = PRELOAD
        await self.call("POST", "/work_pools/", name=kind, type=kind, base_job_template=template)
        flow_id = (await self.call("POST", "/flows/", name="five-tasks"))["id"]
        deployment = await self.call(
            "POST",
            "/deployments/",
            name=kind,
            flow_id=flow_id,
            work_pool_name=kind,
            entrypoint="benchmarks/worker_start.py:five_tasks",
            pull_steps=[{"prefect.deployments.steps.set_working_directory": {"directory": str(REPOSITORY)}}],
        )
        return str(deployment["id"])

    async def schedule(self, deployment: str, state: str = "SCHEDULED") -> str:
        """A run of the deployment, due now; the result is its id."""
        run = await self.call("POST", f"/deployments/{deployment}/create_flow_run", state={"type": state})
        return str(run["id"])

    async def completed(self, run: str) -> dict[str, Any]:
        """Wait for the end of a run. Ends the benchmark if it did not complete."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            seen: dict[str, Any] = await self.call("GET", f"/flow_runs/{run}")
            if seen["state"]["type"] == "COMPLETED":
                return seen
            if seen["state"]["type"] in {"FAILED", "CRASHED", "CANCELLED"}:
                raise SystemExit(f"a run ended {seen['state']}")
            await asyncio.sleep(0.1)
        raise SystemExit(f"a run did not end: {seen['state']}")


async def measure(server: Server, deployment: str, runs: int) -> list[Timing]:
    """So many runs, one after another; one before them is not counted."""
    timings = []
    for _ in range(runs + 1):
        run = await server.completed(await server.schedule(deployment))
        states = await server.call("GET", f"/flow_run_states/?flow_run_id={run['id']}")
        at = {state["type"]: datetime.fromisoformat(state["timestamp"]) for state in reversed(states)}
        due = datetime.fromisoformat(run["expected_start_time"])
        timings.append(
            Timing(
                start=(at["RUNNING"] - due).total_seconds(),
                picked=(at["RUNNING"] - at["PENDING"]).total_seconds(),
                total=(at["COMPLETED"] - due).total_seconds(),
            )
        )
    return timings[1:]


@dataclass(frozen=True)
class Footprint:
    """What a process holds: resident bytes, open descriptors, children."""

    rss: int
    descriptors: int
    children: int

    @classmethod
    def of(cls, pid: int) -> "Footprint":
        """The footprint of a process now."""
        process = psutil.Process(pid)
        return cls(process.memory_info().rss, process.num_fds(), len(process.children()))

    def row(self, label: str) -> str:
        """As a row of the table."""
        return f"{label:<24}{self.rss / 2**20:>12.1f}{self.descriptors:>14}{self.children:>12}"


async def fork_many(server: Server, deployment: str, environment: dict[str, str], many: int) -> None:
    """Real flow runs, two at a time, straight from a nursery; prints what it held before and after."""
    lost: list[int] = []
    nursery = Nursery(PRELOAD, on_death=lambda _, number: lost.append(number))
    await nursery.start()
    assert nursery.pid is not None
    waiting = iter(range(many + 20))

    async def fork_next(limit: int) -> None:
        for index in waiting:
            await fork_one(server, deployment, nursery, environment)
            if index + 1 >= limit:
                return

    await asyncio.gather(fork_next(19), fork_next(19))
    rows = [Footprint.of(nursery.pid).row("nursery, before"), Footprint.of(os.getpid()).row("driver, before")]
    started = time.monotonic()
    await asyncio.gather(fork_next(many + 20), fork_next(many + 20))
    seconds = time.monotonic() - started
    rows += [Footprint.of(nursery.pid).row("nursery, after"), Footprint.of(os.getpid()).row("driver, after")]
    await nursery.close()
    print(f"\n{many} runs forked straight from a nursery, without a worker between, two at")
    print(f"a time: {seconds:.0f} s, {seconds / many:.2f} s each, {sum(lost)} lost\n")
    print(f"{'':<24}{'RSS, MiB':>12}{'descriptors':>14}{'children':>12}")
    print("\n".join(rows))


async def fork_one(server: Server, deployment: str, nursery: Nursery, environment: dict[str, str]) -> None:
    """One real flow run in a child of the nursery, to its end. Ends the benchmark if it did not complete."""
    run = await server.schedule(deployment, "PENDING")
    with tempfile.TemporaryDirectory() as directory:
        child = await nursery.fork(
            Fork(
                key=str(uuid4()),
                entry="flow_run",
                arguments=[run, directory, str(Path(directory) / "manifest.json")],
                environment={**environment, "PREFECT__FLOW_RUN_ID": run},
                directory=directory,
                stream_output=False,
            )
        )
        await child.wait()
    await server.completed(run)


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ends the process on the way out."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def start(environment: dict[str, str], home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A ``prefect`` command in the background; what it prints goes to a file in ``home``."""
    with (home / f"{arguments[0]}-{arguments[-1]}.log").open("wb") as log:
        command = [sys.executable, "-m", "prefect", *arguments]
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=REPOSITORY)  # noqa: S603


@asynccontextmanager
async def running_server(home: Path) -> AsyncIterator[tuple[Server, dict[str, str]]]:
    """A server on an ephemeral port, and the environment in which workers find it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        **os.environ,
        **QUIET,
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_WORKER_QUERY_SECONDS": str(POLL_SECONDS),
    }
    process = start(environment, home, "server", "start", "--host", "127.0.0.1", "--port", port)
    async with httpx.AsyncClient(base_url=environment["PREFECT_API_URL"], timeout=60) as client:
        with ended(process):
            for _ in range(600):
                try:
                    await client.get("/health")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.2)
            yield Server(client), environment


def print_timings(timings: dict[str, list[Timing]]) -> None:
    """The table of both workers, and their ratio."""
    columns = {kind: summary(measured) for kind, measured in timings.items()}
    print(f"{'seconds':<9}" + "".join(f"{title:>11}" for title in columns["warm"]))
    for kind, values in columns.items():
        print(f"{kind:<9}" + "".join(f"{value:>11.2f}" for value in values.values()))
    ratios = [columns["process"][title] / columns["warm"][title] for title in columns["warm"]]
    print(f"{'ratio':<9}" + "".join(f"{ratio:>10.1f}x" for ratio in ratios))


def summary(timings: list[Timing]) -> dict[str, float]:
    """Median and 95th percentile (the largest, for fewer than twenty) of each time."""
    columns = {}
    for name in ("start", "picked", "total"):
        values = sorted(getattr(timing, name) for timing in timings)
        columns[f"{name} p50"] = statistics.median(values)
        columns[f"{name} p95"] = values[min(len(values) - 1, int(0.95 * len(values)))]
    return columns


async def main(runs: int, many: int) -> None:
    """Measure and print."""
    print(
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, Prefect {prefect.__version__}"
    )
    print(f"{runs} runs of 5 tasks, one after another; the workers poll every {POLL_SECONDS} s")
    print("start: from the scheduled time to Running; picked: from the worker's pick-up")
    print("to Running; total: from the scheduled time to Completed\n")
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        async with running_server(home) as (server, environment):
            timings = {}
            for kind in ("process", "warm"):
                deployment = await server.deploy(kind)
                with ended(start(environment, home, "worker", "start", "--pool", kind)):
                    timings[kind] = await measure(server, deployment, runs)
            print_timings(timings)
            if many:
                await fork_many(server, deployment, environment, many)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="runs per worker (10)")
    parser.add_argument("--many", type=int, default=1000, help="runs for the leak figures (1000), 0 for none")
    options = parser.parse_args()
    asyncio.run(main(options.runs, options.many))
