"""Runs flows in processes of their own and kills them at a chosen moment; a script for ``test_killed``.

Reads one JSON object a line, ``{"flow": "module:name", "parameters": {…}, "environment": {…}, "kill_at": n}``, forks
for each (everything is imported already) and answers ``killed``, ``failed``, or ``completed N`` with the number of
moments. A moment is a commit that is about to be made or just made, or a request to a partner that is about to be sent
or just answered; they are counted from one.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
from typing import IO, Any

import httpx
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from warm.tls import share_contexts

FLOWS = (
    "check_gates", "fulfil_orders", "import_files", "ingest_channels", "reconcile_payments", "relay_outbox",
    "track_shipments",
)  # fmt: skip


class Moments:
    """Counts moments and ends the process, without any goodbye, at the chosen one."""

    def __init__(self, kill_at: int) -> None:
        self._kill_at = kill_at
        self.passed = 0

    def pass_one(self, *_: Any) -> None:
        """One more moment."""
        self.passed += 1
        if self.passed == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, api: str) -> None:
        """Count commits, and requests to anybody but Prefect's server at ``api``."""
        event.listen(Engine, "commit", self.pass_one)
        event.listen(Session, "after_commit", self.pass_one)
        send = httpx.AsyncHTTPTransport.handle_async_request
        prefect = httpx.URL(api).port

        async def counted(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
            if request.url.port == prefect:
                return await send(transport, request)
            self.pass_one()
            response = await send(transport, request)
            self.pass_one()
            return response

        httpx.AsyncHTTPTransport.handle_async_request = counted  # type: ignore[method-assign]  # this script's purpose


def run(order: dict[str, Any], answers: IO[str]) -> None:
    """Run one flow in this process, which ends with it."""
    os.environ.update(order["environment"])
    moments = Moments(order["kill_at"])
    moments.watch(os.environ["PREFECT_API_URL"])
    module, name = order["flow"].split(":")
    try:
        asyncio.run(getattr(importlib.import_module(module), name)(**order["parameters"]))
        answer(answers, f"completed {moments.passed}")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def answer(answers: IO[str], words: str) -> None:
    """Say how a run ended."""
    answers.write(words + "\n")
    answers.flush()


def serve() -> None:
    """Fork for each order that comes in, and say how it ended."""
    for name in FLOWS:
        importlib.import_module(f"flows.{name}")
    share_contexts()  # as in every run of the warm worker
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                run(json.loads(line), answers)
                status = 0
            finally:
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        if ended != 0:
            killed = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
            answer(answers, "killed" if killed else "failed")


if __name__ == "__main__":
    serve()
