"""Faults at scale: orders of three channels, while every partner is in trouble, end whole at all systems.

``python -m benchmarks.faults [--orders 2000] [--seed 1]`` starts the sandbox, a Prefect server and the web on loopback,
and nothing of it outlives the command. It fails if an order is lost, anything is done twice, two systems disagree, or
one of the channels, ERPs, warehouses and carriers had no part in it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.faults.connected import connect
from benchmarks.ingest.services import prefect_server, sandbox_server
from settings import ROOT


def main(orders: int, seed: int) -> int:
    """Run the hub in its surroundings; its exit code."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        log = home / "hub.log"
        with sandbox_server(home) as sandbox, prefect_server(home) as api, log.open("wb") as output:
            environment = {**os.environ, **connect(home, sandbox), "PREFECT_API_URL": api}
            command = [sys.executable, "-m", "benchmarks.faults.play", sandbox, name, str(orders), str(seed)]
            code = subprocess.run(command, cwd=ROOT, env=environment, stderr=output, check=False).returncode  # noqa: S603  (our own command)
        if code not in {0, 1} or b"\nTraceback" in log.read_bytes()[-3000:]:
            print(log.read_text(errors="replace")[-3000:], file=sys.stderr)
        return code


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--orders", type=int, default=2000, help="orders that are placed (2000)")
    parser.add_argument("--seed", type=int, default=1, help="for everything that is drawn by lot (1)")
    options = parser.parse_args()
    raise SystemExit(main(options.orders, options.seed))
