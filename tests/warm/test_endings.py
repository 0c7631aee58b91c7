"""However a run ends, Prefect says so and why, nothing of it stays, and the worker goes on."""

import sys
from pathlib import Path

import psutil
import pytest

from tests.prefect_api import until
from tests.warm.worker_process import Worker


@pytest.mark.parametrize(
    ("flow", "parameters", "words"),
    [
        ("leave", {"status": 3}, ["status code: 3"]),
        ("abort", {}, ["status code: -6", "SIGABRT", "memory that it could not get"]),
        ("killed", {}, ["status code: -9", "SIGKILL", "exceeding memory limits"]),
    ],
)
def test_a_process_that_dies_is_a_crash_with_its_likely_cause(
    worker: Worker, flow: str, parameters: dict[str, int], words: list[str]
) -> None:
    state = worker.pool.finished(worker.pool.run(flow, **parameters))
    assert state["type"] == "CRASHED"
    for word in words:
        assert word in state["message"]
    assert worker.pool.finished(worker.pool.run("hello", name="again"))["type"] == "COMPLETED"


def test_python_out_of_memory_is_a_failure_that_says_so(worker: Worker) -> None:
    state = worker.pool.finished(worker.pool.run("raise_memory_error"))
    assert state["type"] == "FAILED"
    assert "MemoryError: no room for the table" in state["message"]


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not enforce RLIMIT_AS")
def test_a_process_at_its_memory_limit_fails_and_takes_no_other_with_it(worker: Worker) -> None:
    state = worker.pool.finished(worker.pool.run("outgrow"))
    assert state["type"] == "FAILED"
    assert "MemoryError" in state["message"]
    assert worker.pool.finished(worker.pool.run("hello", name="after"))["type"] == "COMPLETED"


@pytest.mark.parametrize("stubborn", [False, True], ids=["on SIGTERM", "on SIGKILL"])
def test_cancelling_ends_the_run_with_all_that_it_started(worker: Worker, note: Path, stubborn: bool) -> None:
    run = worker.pool.run("sleep", path=str(note), stubborn=stubborn)
    processes = noted_processes(note)
    worker.pool.cancel(run)
    assert worker.pool.finished(run)["type"] == "CANCELLED"
    until(lambda: not any(alive(process) for process in processes), "their end")


@pytest.mark.parametrize(("crash", "seen"), [(False, "Flow Cancelling"), (True, "Flow Crashed")])
def test_hooks_run_after_the_process_is_gone(worker: Worker, note: Path, crash: bool, seen: str) -> None:
    hook_note = note.with_name("hook")
    env = {"SAMPLE_HOOK_FILE": str(hook_note)}
    run = worker.pool.run("hooked", job_variables={"env": env}, path=str(note), crash=crash)
    if not crash:
        until(note.exists, "the start")
        worker.pool.cancel(run)
    worker.pool.finished(run)
    until(lambda: hook_note.exists() and hook_note.read_text() == seen, "the hook")


def noted_processes(note: Path) -> list[psutil.Process]:
    """The processes whose pids a flow has left at ``note``."""
    until(lambda: note.exists() and len(note.read_text().split()) == 2, "the flow's note")
    return [psutil.Process(int(pid)) for pid in note.read_text().split()]


def alive(process: psutil.Process) -> bool:
    """Whether it runs; one that has ended and waits for its parent does not."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
