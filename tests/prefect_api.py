"""A real Prefect server and workers in processes of their own; its REST API is the witness of what happened."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx

REPOSITORY = Path(__file__).parents[1]
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
QUIET = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_COLORS": "false",
}
Seen = TypeVar("Seen")


def until(look: Callable[[], Seen | None], what: str, *, seconds: float = 90) -> Seen:
    """Look until there is something to see; fails when the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (seen := look()) is not None and seen is not False:
            return seen
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


def clean_environment() -> dict[str, str]:
    """This process's environment without what earlier tests told Prefect."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}


@dataclass(frozen=True)
class PrefectServer:
    """A running server: the address of its REST API, and the SQLite database of all that it keeps."""

    api: str
    database: Path


@contextmanager
def running_server(home: Path) -> Iterator[PrefectServer]:
    """Prefect's server as ``orderspine up`` starts it, on an ephemeral port, with all that it keeps in ``home``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    api = f"http://127.0.0.1:{port}/api"
    server = ["cli.prefect_server", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    environment = {**clean_environment(), **QUIET, "PREFECT_HOME": str(home), "PREFECT_API_URL": api}
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, "-m", *server], env=environment, stdout=log, stderr=log, cwd=home
        )
    with ended(process):

        def healthy() -> bool:
            assert process.poll() is None, (home / "server.log").read_text()
            try:
                return httpx.get(f"{api}/health").is_success
            except httpx.TransportError:
                return False

        until(healthy, "the server", seconds=120)
        yield PrefectServer(api, home / "prefect.db")


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Ends the process, if it still runs."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Pool:
    """A work pool with deployments of the sample flows."""

    api: httpx.Client
    name: str = field(default_factory=lambda: f"pool-{uuid4().hex[:8]}")

    def create(self, template: dict[str, Any]) -> "Pool":
        """Have the server create it."""
        self._post("/work_pools/", name=self.name, type="warm", base_job_template=template)
        return self

    def run(self, flow: str, *, job_variables: dict[str, Any] | None = None, **parameters: Any) -> str:
        """Schedule a run of a sample flow for now; the result is its id."""
        flow_id = self._post("/flows/", name=flow)["id"]
        deployment = self._post(
            "/deployments/",
            name=f"{flow}-{self.name}",
            flow_id=flow_id,
            work_pool_name=self.name,
            entrypoint=f"tests/warm/sample_flows.py:{flow}",
            pull_steps=[{"prefect.deployments.steps.set_working_directory": {"directory": str(REPOSITORY)}}],
            enforce_parameter_schema=False,
        )["id"]
        run = self._post(
            f"/deployments/{deployment}/create_flow_run",
            parameters=parameters,
            job_variables=job_variables or {},
            state={"type": "SCHEDULED"},
        )
        return str(run["id"])

    def state(self, run: str) -> dict[str, Any]:
        """The state of a run as the server has it."""
        return dict(self._read(f"/flow_runs/{run}")["state"])

    def finished(self, run: str, *, seconds: float = 90) -> dict[str, Any]:
        """Wait for the final state of a run."""
        try:
            return until(
                lambda: state if (state := self.state(run))["type"] in FINAL else None,
                "a final state",
                seconds=seconds,
            )
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.state(run)}; {self.logs(run)}") from error

    def cancel(self, run: str) -> None:
        """Ask for the cancellation of a run, as the button in the UI does."""
        self._post(f"/flow_runs/{run}/set_state", state={"type": "CANCELLING", "name": "Cancelling"}, force=False)

    def logs(self, run: str) -> list[str]:
        """The messages that the server has of a run."""
        found = self._post("/logs/filter", logs={"flow_run_id": {"any_": [run]}}, sort="TIMESTAMP_ASC")
        return [entry["message"] for entry in found]

    def _post(self, path: str, **body: Any) -> Any:
        return self._answer("POST", path, body)

    def _read(self, path: str) -> Any:
        return self._answer("GET", path, None)

    def _answer(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        """Ask until the server is not busy: its SQLite answers 503 while another request writes."""

        def answered() -> httpx.Response | None:
            response = self.api.request(method, path, json=body)
            return None if response.status_code == httpx.codes.SERVICE_UNAVAILABLE else response

        response = until(answered, f"an answer to {method} {path}", seconds=300)
        assert response.is_success, response.text
        return response.json()
