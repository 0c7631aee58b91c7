"""Which errors a step is run again for, how often, and that runs which failed together do not come back together."""

import re

import pytest
from prefect import flow
from sqlalchemy.exc import IntegrityError, OperationalError

from integrations.errors import Conflict, Forged, Misconfigured, Rejected, Unavailable
from models.order_book import OrderMoved
from models.stock_book import StockMoved
from tasks.hub import hub_task

pytestmark = pytest.mark.usefixtures("prefect_api")

PASSES = (
    Conflict("wms", "moved"),
    Unavailable("wms", "away"),
    OrderMoved("moved"),
    StockMoved("moved"),
    OperationalError("SELECT", {}, Exception("database is locked")),
    IntegrityError("INSERT", {}, Exception("stored meanwhile")),
)
STAYS = (
    Rejected("wms", "no"),
    Misconfigured("wms", "which key?"),
    Forged("wms", "not by us"),
    ValueError("a defect"),
)


class Step:
    """A step that fails with ``error`` so many times, and counts how often it was run."""

    def __init__(self, error: Exception, times: int) -> None:
        self._error = error
        self._times = times
        self.tries = 0

    async def run(self, *, share_of_waits: float = 0) -> str:
        """Run it as a step of a flow; its waits are shortened to a share."""

        @hub_task
        async def fails() -> str:
            self.tries += 1
            if self.tries <= self._times:
                raise self._error
            return "done"

        waits = fails.retry_delay_seconds
        assert isinstance(waits, list)
        step = fails.with_options(retry_delay_seconds=[share_of_waits * wait for wait in waits])

        @flow
        async def one_step() -> str:
            return await step()

        return await one_step()


def name_of(error: Exception) -> str:
    return type(error).__name__


@pytest.mark.parametrize("error", PASSES, ids=name_of)
async def test_an_error_that_passes_is_tried_again_three_times(error: Exception) -> None:
    heals, lasts = Step(error, 3), Step(error, 9)
    assert await heals.run() == "done"
    with pytest.raises(type(error)):
        await lasts.run()
    assert (heals.tries, lasts.tries) == (4, 4)


@pytest.mark.parametrize("error", STAYS, ids=name_of)
async def test_an_error_that_stays_is_raised_at_once(error: Exception) -> None:
    step = Step(error, 1)
    with pytest.raises(type(error)):
        await step.run()
    assert step.tries == 1


async def test_runs_that_failed_together_wait_for_different_times(caplog: pytest.LogCaptureFixture) -> None:
    share = 0.01
    for _ in range(2):
        await Step(Unavailable("wms", "away"), 3).run(share_of_waits=share)

    waits = [float(wait) for wait in re.findall(r"will start ([\d.]+) second", caplog.text)]
    assert len(set(waits)) == len(waits) == 6
    for stated, waited in zip([1, 4, 15, 1, 4, 15], waits, strict=True):
        assert 0.5 <= waited / (share * stated) <= 1.5
