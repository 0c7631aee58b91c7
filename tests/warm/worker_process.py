"""A warm worker started as an operator starts it, and the processes that belong to it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.prefect_api import QUIET, REPOSITORY, Pool, clean_environment, ended, until


@dataclass(frozen=True)
class Worker:
    """A running worker for ``pool``; what it and its runs print goes to ``log``."""

    pool: Pool
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def nursery(self) -> psutil.Process:
        """The one nursery of the worker."""
        [nursery] = [
            child for child in psutil.Process(self.process.pid).children() if "warm.nursery" in child.cmdline()
        ]
        return nursery

    def output(self) -> str:
        """All that was printed so far."""
        return self.log.read_text()

    def wait_until_warm(self) -> "Worker":
        """Wait for the nursery."""
        until(lambda: "is warm after" in self.output() or None, "the nursery")
        return self


@contextmanager
def running_worker(pool: Pool, home: Path, *options: str, poll_seconds: float = 0.5) -> Iterator[Worker]:
    """``prefect worker start`` for the pool; ended with SIGTERM, as a service manager does."""
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool.name, *options]
    environment = {
        **clean_environment(),
        **QUIET,
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": str(pool.api.base_url).rstrip("/"),
        "PREFECT_WORKER_QUERY_SECONDS": str(poll_seconds),
        "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "0.2",
    }
    log = home / f"worker-{pool.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the arguments are the test's own
            command, env=environment, stdout=output, stderr=output, cwd=REPOSITORY
        )
    with ended(process):
        yield Worker(pool, process, log).wait_until_warm()
