"""A Prefect server of the benchmark's own, its REST API, and workers that end with it."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from warm.environment import QUIET
from warm.worker import WarmWorker

PRELOAD = "pandas,great_expectations"
POLL_SECONDS = 2.0
"""As `orderspine up` sets it."""

REPOSITORY = Path(__file__).parents[2]


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
            entrypoint="benchmarks/worker_start/five_tasks.py:five_tasks",
            pull_steps=[{"prefect.deployments.steps.set_working_directory": {"directory": str(REPOSITORY)}}],
        )
        return str(deployment["id"])

    async def schedule(self, deployment: str) -> str:
        """A run of the deployment, due now; the result is its id."""
        run = await self.call("POST", f"/deployments/{deployment}/create_flow_run", state={"type": "SCHEDULED"})
        return str(run["id"])

    async def completed(self, runs: list[str]) -> None:
        """Wait until all have completed. Ends the benchmark if one does not, or none has for four minutes."""
        left, deadline = set(runs), time.monotonic() + 240
        while left:
            found = await self.call("POST", "/flow_runs/filter", flow_runs={"id": {"any_": sorted(left)}})
            types = {run["id"]: run["state"]["type"] for run in found}
            if ended := [f"{run}: {kind}" for run, kind in types.items() if kind in {"FAILED", "CRASHED", "CANCELLED"}]:
                raise SystemExit(f"runs did not complete: {', '.join(ended)}")
            if done := {run for run, kind in types.items() if kind == "COMPLETED"}:
                left, deadline = left - done, time.monotonic() + 240
            if time.monotonic() > deadline:
                raise SystemExit(f"runs did not end: {types}")
            await asyncio.sleep(0.2)


@asynccontextmanager
async def running_server(home: Path) -> AsyncIterator[tuple[Server, dict[str, str]]]:
    """A server on an ephemeral port, and the environment in which workers find it.

    It keeps its data in SQLite, unless ``PREFECT_SERVER_DATABASE_CONNECTION_URL`` is set.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    temporary = home / "temporary"
    temporary.mkdir()
    environment = {
        **os.environ,
        **QUIET,
        "TMPDIR": str(temporary),
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_WORKER_QUERY_SECONDS": str(POLL_SECONDS),
    }
    with started(environment, home, "cli.prefect_server", "server", "start", "--host", "127.0.0.1", "--port", port):
        async with httpx.AsyncClient(base_url=environment["PREFECT_API_URL"], timeout=120) as client:
            for _ in range(600):
                try:
                    await client.get("/health")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.2)
            yield Server(client), environment


@contextmanager
def started(environment: dict[str, str], home: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A module that runs, ended on the way out; what it prints goes to a file in ``home``."""
    with (home / f"{arguments[0]}-{arguments[-1]}.log").open("wb") as log:
        command = [sys.executable, "-m", *arguments]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=REPOSITORY)  # noqa: S603
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
