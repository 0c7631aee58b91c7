"""The oversell proof in small: it proves what it says, and would see what it is there to see."""

import subprocess
import sys

import pytest

from settings import ROOT


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_small_crowd_never_oversells_and_its_twin_does(database: str) -> None:
    command = [sys.executable, "-m", "benchmarks.oversell", "--database", database, "--workers", "6", "--lines", "300"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  (our own command)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    told = [(line[:36].strip(), line.split()[-1]) for line in done.stdout.splitlines() if line[76:].strip().isdigit()]
    assert [too_many for scene, too_many in told if scene != "without the guard"] == ["0"] * 6
    assert "0" not in [too_many for scene, too_many in told if scene == "without the guard"]
