"""The whole machine as an operator starts it: Prefect server, warm worker, web, every step deployed, PostgreSQL.

The same on SQLite is what the demo in CI goes through.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from played import Sandbox

from cli.rehearsal import rehearse
from settings import ROOT, get_settings
from tasks.automations import ensure_automations
from tasks.connections import connections
from tasks.hub import unit_of_work
from tasks.masters import prepare_database
from tests.conftest import database_like, stock_everything
from tests.prefect_api import FINAL, QUIET, ended, running_server, until

POOL = "orderspine"


@dataclass(frozen=True)
class Machine:
    """A running hub. ``api`` is Prefect's REST API, the witness of what ran."""

    api: httpx.Client
    web: str
    sandbox: Sandbox
    home: Path

    def ask(self, path: str, **body: Any) -> Any:
        """What the API answers to a POST."""
        return self._call("POST", path, body).json()

    def change(self, path: str, **body: Any) -> None:
        """PATCH something."""
        self._call("PATCH", path, body)

    def _call(self, method: str, path: str, body: dict[str, Any]) -> httpx.Response:
        """Call until the server is not busy: its SQLite answers 503 while another request writes."""

        def answered() -> httpx.Response | None:
            response = self.api.request(method, path, json=body)
            return None if response.status_code == httpx.codes.SERVICE_UNAVAILABLE else response

        return until(answered, f"an answer to {method} {path}").raise_for_status()

    def deployments(self) -> dict[str, dict[str, Any]]:
        """What is deployed, by name."""
        return {found["name"]: found for found in self.ask("/deployments/filter")}

    def finished_runs(self, step: str, created_by: str) -> list[dict[str, Any]]:
        """Ended runs of a step that a ``SCHEDULE`` or an ``AUTOMATION`` made."""
        of_step = {"deployment_id": {"any_": [self.deployments()[step]["id"]]}}
        runs = self.ask("/flow_runs/filter", flow_runs={**of_step, "state": {"type": {"any_": [*FINAL]}}})
        return [run for run in runs if (run["created_by"] or {}).get("type") == created_by]

    def active_runs(self, step: str) -> list[dict[str, Any]]:
        """Runs of a step that are at work, or that an event has asked for."""
        of_step = {"deployment_id": {"any_": [self.deployments()[step]["id"]]}}
        runs = self.ask("/flow_runs/filter", flow_runs={**of_step, "state": {"type": {"not_any_": [*FINAL]}}})
        asked_for = [run for run in runs if (run["created_by"] or {}).get("type") == "AUTOMATION"]
        return asked_for + [run for run in runs if run["state_type"] in ("RUNNING", "PENDING") and run not in asked_for]

    def started_by(self, run_id: str) -> str:
        """Who made a run: the ``SCHEDULE`` or an ``AUTOMATION``."""
        return str(self._call("GET", f"/flow_runs/{run_id}", {}).json()["created_by"]["type"])

    def set_interval(self, step: str, seconds: float) -> None:
        """Give a step's schedule another interval."""
        deployment = self.deployments()[step]
        schedule = deployment["schedules"][0]
        path = f"/deployments/{deployment['id']}/schedules/{schedule['id']}"
        self.change(path, schedule={"interval": seconds}, active=True)


def deploy(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """``prefect deploy --all`` as in ``prefect.yaml``."""
    return run_prefect(environment, "--no-prompt", "deploy", "--all")


def run_prefect(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "prefect", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)  # noqa: S603


@pytest.fixture(scope="module")
def environment(
    tmp_path_factory: pytest.TempPathFactory, _sandbox_server: Sandbox, postgres: str, migrated_postgres: str
) -> Iterator[dict[str, str]]:
    """The environment of every process of the machine, with a fresh Prefect server; this process is in it too."""
    home = tmp_path_factory.mktemp("machine")
    with (
        database_like(postgres, migrated_postgres) as database,
        running_server(tmp_path_factory.mktemp("prefect")) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        own = {
            **QUIET,
            **rehearse(home, _sandbox_server.url),
            "ORDERSPINE_DATABASE_URL": database,
            "ORDERSPINE_WEB_URL": f"http://127.0.0.1:{port}",
            "ORDERSPINE_RULES": str(ROOT / "orderspine.toml"),
            "PREFECT_HOME": str(home / "prefect"),
            "PREFECT_API_URL": server.api,
            "PREFECT_WORKER_QUERY_SECONDS": "0.5",
        }
        for name, value in own.items():
            patch.setenv(name, value)
        get_settings.cache_clear()
        yield {**os.environ}
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def machine(environment: dict[str, str], _sandbox_server: Sandbox) -> Iterator[Machine]:
    """The machine, with a database in which every article has stock."""
    _sandbox_server.world.reset()
    prepare_database(connections())
    with unit_of_work("test") as work:
        stock_everything(work, _sandbox_server.world, 1_000)
    created = run_prefect(environment, "work-pool", "create", POOL, "--type", "warm")
    assert created.returncode == 0, created.stderr + created.stdout
    deployed = deploy(environment)
    assert deployed.returncode == 0, deployed.stderr + deployed.stdout
    home, web = Path(environment["ORDERSPINE_HOME"]), environment["ORDERSPINE_WEB_URL"]
    port = web.rpartition(":")[2]
    serve = ["uvicorn", "--factory", "web.app:create_app", "--host", "127.0.0.1", "--port", port]
    work_on = ["prefect", "worker", "start", "--pool", POOL]
    with (
        httpx.Client(base_url=environment["PREFECT_API_URL"], timeout=60) as api,
        process(environment, home / "web.log", serve),
        process(environment, home / "worker.log", work_on),
    ):
        until(lambda: is_up(f"{web}/healthz"), "the web", seconds=120)
        until(lambda: "is warm after" in (home / "worker.log").read_text() or None, "the worker", seconds=180)
        run_ensure_automations(environment)
        httpx.put(f"{_sandbox_server.url}/_sandbox/hub", json={"url": web}).raise_for_status()
        yield Machine(api, web, _sandbox_server, home)
        nowhere = {"url": "http://127.0.0.1:9"}
        httpx.put(f"{_sandbox_server.url}/_sandbox/hub", json=nowhere).raise_for_status()  # closes its connections


def run_ensure_automations(environment: dict[str, str]) -> None:
    """Twice, in a process of its own: this one read Prefect's settings before the server was there."""
    command = [sys.executable, "-c", f"import {ensure_automations.__module__} as a; a.{ensure_automations.__name__}()"]
    for _ in range(2):
        subprocess.run(command, env=environment, cwd=ROOT, check=True, timeout=120)  # noqa: S603


@contextmanager
def process(environment: dict[str, str], log: Path, arguments: list[str]) -> Iterator[None]:
    """A Python module that runs until the end of the block."""
    with log.open("wb") as output:
        command = [sys.executable, "-m", *arguments]
        started = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=output)  # noqa: S603
        with ended(started):
            yield


def is_up(address: str) -> bool:
    """Whether somebody answers there with success."""
    try:
        return httpx.get(address).is_success
    except httpx.TransportError:
        return False
