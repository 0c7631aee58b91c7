"""Why no saga stands on Prefect's rollback hooks: they live in the process, and end with it (docs/decisions/0015)."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL

pytestmark = pytest.mark.usefixtures("prefect_api")

STEP = """
import os, pathlib, signal, sys
from prefect.transactions import transaction

def undo(transaction):
    pathlib.Path(sys.argv[1], "undone").touch()

with transaction():
    with transaction() as push:
        pathlib.Path(sys.argv[1], "pushed").touch()
        push.stage("pushed", on_rollback_hooks=[undo])
    if sys.argv[2] == "fails":
        raise RuntimeError("the next partner said no")
    if sys.argv[2] == "is killed":
        os.kill(os.getpid(), signal.SIGKILL)
"""


def run(folder: Path, how: str) -> int:
    """Carry the step out in a process of its own; its exit code."""
    # Without the session's server Prefect would start one, which a killed process leaves behind.
    environment = {**os.environ, "PREFECT_API_URL": PREFECT_API_URL.value()}
    with subprocess.Popen(  # noqa: S603  (our own script)
        [sys.executable, "-c", STEP, str(folder), how],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as process:
        return process.wait(timeout=120)


@pytest.mark.parametrize(("how", "ended", "undone"), [("fails", 1, True), ("is killed", -signal.SIGKILL, False)])
async def test_a_rollback_hook_runs_when_a_step_fails_and_is_lost_when_it_is_killed(
    tmp_path: Path, how: str, ended: int, undone: bool
) -> None:
    assert run(tmp_path, how) == ended
    assert ((tmp_path / "pushed").exists(), (tmp_path / "undone").exists()) == (True, undone)

    run(tmp_path, "goes on")

    assert (tmp_path / "undone").exists() == undone, "started again, the step knows nothing of what it left behind"
