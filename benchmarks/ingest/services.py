"""What surrounds the hub that is measured, each in a process of its own: the sandbox, a Prefect server, the web."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from settings import ROOT

START_SECONDS = 120


@contextmanager
def sandbox_server(home: Path) -> Iterator[str]:
    """The simulated partners on loopback; their address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with _served(["sandbox", "--port", str(port)], {}, f"{url}/_sandbox/requests", home / "sandbox.log"):
        yield url


@contextmanager
def prefect_server(home: Path) -> Iterator[str]:
    """A Prefect server with its embedded SQLite on loopback; the address of its API."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    command = ["cli.prefect_server", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with _served(command, {"PREFECT_HOME": str(home / "prefect")}, f"{url}/health", home / "prefect.log"):
        yield url


@contextmanager
def web_server(home: Path) -> Iterator[str]:
    """The hub's own web, in the environment of this process, on loopback: where partners call back; its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["uvicorn", "web.app:create_app", "--factory", "--port", str(port), "--log-level", "warning"]
    with _served(command, {}, f"{url}/healthz", home / "web.log"):
        yield url


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _served(module: list[str], environment: Mapping[str, str], probe: str, log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  (our own commands)
            [sys.executable, "-m", *module], env={**os.environ, **environment}, stdout=output, stderr=output, cwd=ROOT
        )
        try:
            _wait_for(probe, process)
            yield
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(probe: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(probe).raise_for_status()
            return
        except (httpx.TransportError, httpx.HTTPStatusError):
            time.sleep(0.2)
    raise SystemExit(f"{probe} did not come up")
