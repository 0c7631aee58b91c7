"""What the tests of flows share: a clock that they can move, and one event loop, as in a worker."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from life import Clock
from played import Sandbox
from sqlalchemy import update

from settings import get_settings
from tasks.hub import unit_of_work
from tasks.masters import CHANNEL


@pytest.fixture
def clock(hub: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The clock of the hub and of the world; the channels were last read six hours ago."""
    moving = Clock(tmp_path / "now", hub)
    monkeypatch.setenv("ORDERSPINE_CLOCK_FILE", str(tmp_path / "now"))
    get_settings.cache_clear()
    with unit_of_work("test") as work:
        work.session.execute(update(CHANNEL).values(read_until=moving.now - timedelta(hours=6)))
    yield moving
    get_settings.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for all, since Prefect keeps a client per loop; it leaves their sockets to the interpreter."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))
