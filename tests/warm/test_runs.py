"""What a user of the process worker expects of a run, a warm run does as well."""

import sys
from pathlib import Path

from tests.prefect_api import REPOSITORY, until
from tests.warm.worker_process import Worker


def test_a_run_completes_with_its_logs_in_the_api_and_its_output_in_the_workers(worker: Worker) -> None:
    run = worker.pool.run("hello", name="Ada")
    assert worker.pool.finished(run)["type"] == "COMPLETED"
    until(lambda: "hello Ada" in worker.pool.logs(run) or None, "the log of the run")
    assert "printed for Ada" in worker.output()


def test_a_run_finds_what_is_preloaded_and_its_own_environment_and_directory(worker: Worker, note: Path) -> None:
    env = {"SAMPLE_COLOUR": "blau", "PREFECT_LOGGING_LEVEL": "DEBUG"}
    run = worker.pool.run("describe", job_variables={"env": env}, path=str(note))
    assert worker.pool.finished(run)["type"] == "COMPLETED"
    seen = note.read_text().splitlines()
    assert {"module:pandas", "module:great_expectations", "env:SAMPLE_COLOUR=blau"} <= set(seen)
    assert f"env:PREFECT__FLOW_RUN_ID={run}" in seen
    assert f"cwd={REPOSITORY}" in seen
    assert f"parent={worker.nursery.pid}" in seen
    values = dict(line.split("=", 1) for line in seen if "=" in line)
    assert values["pid"] == values["group"]
    # Prefect logs this at DEBUG only: the settings that the nursery was started with do not hold for the run.
    until(lambda: [m for m in worker.pool.logs(run) if "Executing flow" in m] or None, "a DEBUG message")


def test_two_runs_at_once_do_not_see_each_others_globals(worker: Worker) -> None:
    runs = [worker.pool.run("count_up", times=times, module="pandas", pause=0.5) for times in (4, 6)]
    assert [worker.pool.finished(run)["type"] for run in runs] == ["COMPLETED", "COMPLETED"]


def test_a_flow_that_takes_longer_than_its_timeout_fails(worker: Worker) -> None:
    state = worker.pool.finished(worker.pool.run("too_slow"))
    assert (state["type"], state["name"]) == ("FAILED", "TimedOut")


def test_a_run_with_a_command_of_its_own_is_started_cold(worker: Worker, note: Path) -> None:
    command = f"{sys.executable} -m prefect.engine"
    run = worker.pool.run("describe", job_variables={"command": command}, path=str(note))
    assert worker.pool.finished(run)["type"] == "COMPLETED"
    assert f"parent={worker.process.pid}" in note.read_text().splitlines()
