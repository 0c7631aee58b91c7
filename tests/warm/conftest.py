"""Workers for pools of the Prefect server that the session shares."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.prefect_api import Pool, PrefectServer
from tests.warm.worker_process import Worker, running_worker
from warm.worker import WarmWorker


@pytest.fixture(scope="session")
def api(prefect_server: PrefectServer) -> Iterator[httpx.Client]:
    """A client of that server."""
    with httpx.Client(base_url=prefect_server.api, timeout=120) as client:
        yield client


def template(preload: str) -> dict[str, Any]:
    """What ``prefect work-pool create --type warm`` would store, with other modules to preload."""
    stored = WarmWorker.get_default_base_job_template()
    stored["variables"]["properties"]["preload"]["default"] = preload
    return stored


@pytest.fixture
def pool(api: httpx.Client) -> Pool:
    """A pool for one test, which preloads little, so that a worker of its own is quick to start."""
    return Pool(api).create(template("sqlite3"))


@pytest.fixture(scope="session")
def worker(api: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """The worker that most tests share: whatever their flows do, it has to go on."""
    home = tmp_path_factory.mktemp("worker")
    with running_worker(Pool(api).create(template("pandas,great_expectations")), home) as worker:
        yield worker


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """Where a flow can leave word for its test."""
    return tmp_path / "note"
