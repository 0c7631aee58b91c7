"""The processes of one machine: Prefect server, worker, web and, in rehearsals, the sandbox."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cli.engine import answers
from cli.failures import Unusable
from cli.screen import t
from settings import ROOT

POOL = "orderspine"


@dataclass(slots=True)
class Stack:
    """What runs, where it listens and where it logs."""

    logs: Path
    environment: dict[str, str]
    _running: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process in its own group, its output in ``<logs>/<name>.log``."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  (our own commands)
                [*command], cwd=ROOT, env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        self._running.append((name, process))

    def await_answer(self, name: str, url: str, seconds: float = 180) -> None:
        """Wait until something answers there. Raises ``Unusable`` that shows the end of its log if it does not."""
        deadline = time.monotonic() + seconds
        while not answers(url):
            self.check()
            if time.monotonic() > deadline:
                raise Unusable(t("cli-not-up", name=name, log=str(self.logs / f"{name}.log")))
            time.sleep(0.3)

    def check(self) -> None:
        """Raise ``Unusable`` if one of the processes has ended by itself."""
        for name, process in self._running:
            if process.poll() is not None:
                end = (self.logs / f"{name}.log").read_text(errors="replace").strip().splitlines()[-3:]
                raise Unusable(t("cli-ended", name=name, code=str(process.returncode), log="\n".join(end)))

    def stop(self) -> None:
        """End all, the last started first: politely, then not."""
        for _, process in reversed(self._running):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + 15
        for _, process in reversed(self._running):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._running.clear()


def claim_port(wanted: int, option: str, *, any_free: bool = False) -> int:
    """The port if nobody listens there; else another free one, or ``Unusable`` that names the option to change it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            if not any_free:
                raise Unusable(t("cli-port-in-use", port=str(wanted), option=option)) from error
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prefect_environment(home: Path, port: int) -> dict[str, str]:
    """What a Prefect of our own needs, beside this process's environment."""
    return {
        **os.environ,
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_UI_URL": f"http://127.0.0.1:{port}",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def running(home: Path, prefect_port: int, web_port: int) -> Iterator[Stack]:
    """A stack that is stopped at the end, however it ends."""
    environment = prefect_environment(home, prefect_port) | {"ORDERSPINE_WEB_URL": f"http://127.0.0.1:{web_port}"}
    stack = Stack(home / "logs", environment)
    try:
        yield stack
    finally:
        stack.stop()


def python(*arguments: str) -> list[str]:
    """This Python, running a module."""
    return [sys.executable, "-m", *arguments]


def start_prefect(stack: Stack, port: int) -> None:
    """The Prefect server, until it answers."""
    stack.start("prefect", python("cli.prefect_server", "server", "start", "--host", "127.0.0.1", "--port", str(port)))
    stack.await_answer("prefect", f"http://127.0.0.1:{port}/api/health")


def start_web(stack: Stack, port: int) -> None:
    """Webhooks and console."""
    options = ("--factory", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning")
    stack.start("web", python("uvicorn", "web.app:create_app", *options))


def deploy(stack: Stack) -> None:
    """Every deployment of ``prefect.yaml``. Raises ``Unusable`` with Prefect's own words."""
    command = python("prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(ROOT / "prefect.yaml"))
    done = subprocess.run(command, cwd=ROOT, env=stack.environment, capture_output=True, check=False)  # noqa: S603  (our own command)
    if done.returncode:
        raise Unusable(t("cli-deploy-failed", words=(done.stdout + done.stderr).decode(errors="replace")[-500:]))


async def make_pool() -> None:
    """The work pool that ``prefect.yaml`` names, of the warm type, unless there is one."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists

    from warm.worker import WarmWorker

    template = WarmWorker.get_default_base_job_template()
    async with get_client() as client:
        try:
            await client.create_work_pool(WorkPoolCreate(name=POOL, type=WarmWorker.type, base_job_template=template))
        except ObjectAlreadyExists:
            return


def register_credentials() -> None:
    """Forms for partners' credentials; this process must report to the stack's Prefect already."""
    from tasks.partners.credentials import register_block_types

    asyncio.run(register_block_types())


def start_worker(stack: Stack) -> None:
    """The work pool and its warm worker; this process must report to the stack's Prefect already."""
    asyncio.run(make_pool())
    stack.start("worker", python("prefect", "worker", "start", "--pool", POOL, "--type", "warm", "--limit", "4"))
