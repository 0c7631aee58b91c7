"""The hub's process, driven from outside: a run is one line to it and one line back."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from settings import ROOT


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: seconds by the clock and of this process's CPU, its peak memory until then, and how the orders ended."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    imported_mib: float
    ended: Mapping[str, int]


class HubProcess:
    """A process that runs ``benchmarks.ingest.hub``."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self._process = process
        self._log = log

    def run(self, way: str, url: str, orders: int, channel: str = "shop") -> Ran:
        """Ingest a channel into that database. Ends the benchmark if the hub does not survive it."""
        assert self._process.stdin
        assert self._process.stdout
        job = {"way": way, "url": url, "channel": channel, "orders": orders}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"the hub ended in the middle of a run:\n{self._log.read_text()[-3000:]}")
        return Ran(**json.loads(answer))


@contextmanager
def hub_process(environment: Mapping[str, str], log: Path) -> Iterator[HubProcess]:
    """A fresh hub, which ends with the block; what it logs goes to the file."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.ingest.hub"],
            env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, text=True,
        )  # fmt: skip
        try:
            yield HubProcess(process, log)
        finally:
            process.stdin.close()  # type: ignore[union-attr]  # it is a pipe
            process.wait(60)
