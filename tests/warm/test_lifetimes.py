"""Worker, nursery and runs: none outlives the one above it, and a nursery that dies is replaced."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.prefect_api import Pool, until
from tests.warm.test_endings import alive, noted_processes
from tests.warm.worker_process import Worker, running_worker


@pytest.fixture
def own_worker(pool: Pool, tmp_path: Path) -> Iterator[Worker]:
    """A worker for one test, which may do to it what it likes."""
    with running_worker(pool, tmp_path) as worker:
        yield worker


def test_a_killed_nursery_takes_its_runs_along_and_is_replaced(own_worker: Worker, note: Path) -> None:
    run = own_worker.pool.run("sleep", path=str(note))
    processes = noted_processes(note)
    nursery = own_worker.nursery
    nursery.kill()
    assert own_worker.pool.finished(run)["type"] == "CRASHED"
    until(lambda: not any(alive(process) for process in [nursery, *processes]), "their end")
    assert own_worker.pool.finished(own_worker.pool.run("hello", name="next"))["type"] == "COMPLETED"
    assert own_worker.nursery.pid != nursery.pid
    assert not [child for child in processes_of(own_worker) if child.status() == psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_its_worker(own_worker: Worker, note: Path, number: signal.Signals) -> None:
    run = own_worker.pool.run("sleep", path=str(note))
    family = [*noted_processes(note), own_worker.nursery]
    os.kill(own_worker.process.pid, number)
    try:
        own_worker.process.wait(60)
    except subprocess.TimeoutExpired:  # Prefect makes an exception of the first SIGTERM; a busy loop may swallow it
        own_worker.process.terminate()
        own_worker.process.wait(60)
    until(lambda: not any(alive(process) for process in family), "the end of what the worker started")
    until(lambda: own_worker.pool.state(run)["type"] == "CRASHED", "the report of the run that was ended")


def test_a_module_that_cannot_be_preloaded_is_named_and_stops_no_other_run(own_worker: Worker, note: Path) -> None:
    run = own_worker.pool.run("hello", job_variables={"preload": "no_such_module"}, name="nobody")
    state = own_worker.pool.finished(run)
    assert state["type"] == "CRASHED"
    assert "cannot preload 'no_such_module': No module named 'no_such_module'" in state["message"]
    assert own_worker.pool.finished(own_worker.pool.run("hello", name="other"))["type"] == "COMPLETED"


def test_limit_bounds_the_runs_at_once(pool: Pool, tmp_path: Path, note: Path) -> None:
    with running_worker(pool, tmp_path, "--limit", "1") as worker:
        first = worker.pool.run("sleep", path=str(note))
        noted_processes(note)
        second = worker.pool.run("hello", name="patient")
        runs = [child for child in worker.nursery.children() if child.is_running()]
        assert len(runs) == 1
        assert worker.pool.state(second)["type"] == "SCHEDULED"
        worker.pool.cancel(first)
        assert worker.pool.finished(second)["type"] == "COMPLETED"


def test_runs_wait_neither_for_a_poll_nor_longer_than_for_a_free_place(pool: Pool, tmp_path: Path) -> None:
    with running_worker(pool, tmp_path, "--limit", "1", poll_seconds=3600) as worker:
        run_many(worker, 2)


def test_thirty_runs_leave_no_process_no_descriptor_and_no_memory_behind(pool: Pool, tmp_path: Path) -> None:
    with running_worker(pool, tmp_path, "--limit", "4") as worker:
        run_many(worker, 10)
        nursery, process = worker.nursery, psutil.Process(worker.process.pid)
        before = [(one.num_fds(), one.memory_info().rss) for one in (nursery, process)]
        run_many(worker, 30)
        until(lambda: not nursery.children(), "the end of the last child")
        after = [(one.num_fds(), one.memory_info().rss) for one in (nursery, process)]
        assert worker.nursery.pid == nursery.pid
        assert after[0][0] == before[0][0]
        assert after[1][0] <= before[1][0] + 5, "the worker's connections to the server may come and go"
        assert after[0][1] - before[0][1] < 2 << 20
        assert after[1][1] - before[1][1] < 16 << 20


def run_many(worker: Worker, number: int) -> None:
    """So many runs, all of which complete."""
    runs = [worker.pool.run("hello", name=str(index)) for index in range(number)]
    assert {worker.pool.finished(run, seconds=180)["type"] for run in runs} == {"COMPLETED"}


def processes_of(worker: Worker) -> list[psutil.Process]:
    """Everything that the worker has started."""
    return psutil.Process(worker.process.pid).children(recursive=True)
