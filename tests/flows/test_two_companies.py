"""Two companies in one database, whose partners give the same numbers, never meet (invariant 10)."""

from datetime import timedelta

import pytest
from life import Clock, column, place_good, rows, up_to_released
from played import Sandbox
from sqlalchemy import update

from settings import get_settings
from tasks.connections import connections
from tasks.hub import unit_of_work
from tasks.masters import CHANNEL, prepare_database
from tests.conftest import stock_everything

pytestmark = pytest.mark.usefixtures("prefect_api")


def work_for(company: str, hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this process works for another company, whose partners are new and count from the beginning."""
    hub.world.reset()
    clock.advance(minutes=1)
    monkeypatch.setenv("ORDERSPINE_COMPANY", company)
    get_settings.cache_clear()
    prepare_database(connections())
    with unit_of_work("test") as work:
        stock_everything(work, hub.world, 1_000)
        work.session.execute(update(CHANNEL).values(read_until=clock.now - timedelta(hours=6)))


async def test_partners_of_two_companies_may_give_the_same_numbers(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_good(hub, 1)
    await up_to_released()
    work_for("second", hub, clock, monkeypatch)
    place_good(hub, 1)
    await up_to_released()

    assert column("SELECT DISTINCT state FROM outbox") == ["sent"]
    assert rows("SELECT company_id, status FROM sales_order ORDER BY id") == [(1, "released"), (2, "released")]
    first, second = (
        rows("SELECT connection, kind, their_no FROM external_ref WHERE company_id = :id ORDER BY 1, 2", id=company)
        for company in (1, 2)
    )
    assert first == second
    assert {"erp-order", "waybill"} <= {ref.kind for ref in first}
