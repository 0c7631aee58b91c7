"""How much memory an import of a large file takes, next to the size of the file.

``python -m benchmarks.files [--megabytes 100] [--kinds csv,xlsx]`` writes files of that size (a workbook: unpacked) and
stages each of them as ``orderspine import`` does, in a process of its own with an empty SQLite database.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.files.large import ROW_BYTES, write_csv, write_workbook
from settings import ROOT

MIB = 1 << 20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.files", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--kinds", default="csv,xlsx", help="csv, xlsx, or both")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}\n")
    print(f"{'':<44}{'MiB':>10}")
    for kind in asked.kinds.split(","):
        with tempfile.TemporaryDirectory(prefix="orderspine-files-") as home:
            _measure(kind, asked.megabytes * MIB, Path(home))


def _measure(kind: str, size: int, home: Path) -> None:
    file = home / f"large.{kind}"
    rows = size // ROW_BYTES
    inside = write_csv(file, rows) if kind == "csv" else write_workbook(file, size)
    environment = {**os.environ, "ORDERSPINE_HOME": str(home), "ORDERSPINE_DATABASE_URL": "", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "benchmarks.files.stage", str(file)]
    ran = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  (ours)
    if ran.returncode:
        raise SystemExit(ran.stderr[-3000:])
    told = json.loads(ran.stdout.splitlines()[-1])
    content, grown = inside / MIB, told["peak_mib"] - told["before_mib"]
    print(f"{kind + ': the file':<44}{file.stat().st_size / MIB:>10.0f}")
    if kind == "xlsx":
        print(f"{'  unpacked':<44}{content:>10.0f}")
    print(f"{'  the process before the file':<44}{told['before_mib']:>10.0f}")
    print(f"{'  its peak':<44}{told['peak_mib']:>10.0f}")
    print(f"{'  more for the file':<44}{grown:>10.0f}   {grown / content:.2f}x of its content")
    took = f"{told['cpu_seconds']:.0f} s of CPU, {told['seconds']:.0f} s by the clock"
    print(f"  {told['orders']:,} orders staged in {took}\n")


if __name__ == "__main__":
    main()
