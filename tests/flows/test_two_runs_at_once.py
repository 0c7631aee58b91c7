"""Two runs of a step that claims nothing do the same work, and it stands once (docs/decisions/0002)."""

import asyncio
from typing import Any

import pytest
from life import Clock, assert_books_are_sound, column, place_good, rows, ship, up_to_released
from played import Sandbox

import tasks.pull_orders
from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.track_shipments import track_shipments
from integrations.sf_express import SfExpress

pytestmark = pytest.mark.usefixtures("prefect_api")


def meet(monkeypatch: pytest.MonkeyPatch, owner: object, call: str) -> None:
    """Two runs wait for each other before they call a partner: what one of them writes, the other has not read."""
    both, called = asyncio.Barrier(2), getattr(owner, call)

    async def when_both_are_there(*arguments: Any) -> Any:
        await both.wait()
        return await called(*arguments)

    monkeypatch.setattr(owner, call, when_both_are_there)


async def test_two_that_read_the_same_window_make_each_order_once(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = place_good(hub, 5)
    meet(monkeypatch, tasks.pull_orders, "_page")

    pulled = await asyncio.gather(ingest_channels(["shop"]), ingest_channels(["shop"]))
    await asyncio.gather(fulfil_orders(), fulfil_orders())

    assert [done.seen for [done] in pulled] == [5, 5], "both had all of them in hand"
    assert sum(done.new for [done] in pulled) == 5
    assert sorted(column("SELECT channel_order_no FROM sales_order")) == sorted(numbers)
    of_each_kind = (
        "SELECT kind, to_status, count(*), count(DISTINCT order_id) FROM order_event GROUP BY kind, to_status"
    )
    assert {("received", 5, 5), ("moved", 5, 5)} <= {(kind, *counts) for kind, _, *counts in rows(of_each_kind)}
    assert all(events == orders for _, _, events, orders in rows(of_each_kind)), "one event of each kind"
    assert_books_are_sound()


async def test_two_that_ask_about_the_same_late_parcel_notice_it_once(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_good(hub, 1)
    await up_to_released()
    await ship(hub)
    await track_shipments()
    [waybill] = column("SELECT waybill_no FROM parcel")
    clock.advance(hours=79)
    hub.world.work_at_carrier(late=[waybill])
    meet(monkeypatch, SfExpress, "track")

    await asyncio.gather(track_shipments(), track_shipments())

    assert column("SELECT count(*) FROM order_event WHERE kind = 'noticed'") == [1]
    assert column("SELECT count(*) FROM outbox WHERE kind = 'notice'") == [1]
    assert_books_are_sound()
