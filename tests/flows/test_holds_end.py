"""Holds whose reason has passed: the order is decided again, though nothing about it changed (B1, B4)."""

from collections import Counter

import pytest
from life import Clock, assert_books_are_sound, change, codes, column, place_good, rows
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


def standing() -> Counter[str]:
    """How many orders stand where."""
    return Counter(column("SELECT status FROM sales_order"))


def lifted() -> list[tuple[str, ...]]:
    """Why holds were lifted, in the order in which it happened."""
    return [tuple(codes(why)) for why in column("SELECT reasons FROM order_event WHERE kind = 'unheld' ORDER BY id")]


async def test_an_order_that_found_every_warehouse_full_is_decided_again_when_the_day_turns(
    hub: Sandbox, clock: Clock
) -> None:
    change("UPDATE warehouse SET orders_a_day = 1")
    places = column("SELECT count(*) FROM warehouse")[0]
    place_good(hub, 2 * places + 1)
    await ingest_channels()
    for day, hours in ((0, 0), (1, 24), (1, 0), (2, 24)):  # the second run of a day changes nothing
        clock.advance(hours=hours)
        await fulfil_orders()
        served = min((day + 1) * places, 2 * places + 1)
        assert standing() == Counter(reserved=served, confirmed=2 * places + 1 - served) + Counter()
        assert len(lifted()) == (0, places + 1, places + 2)[day]
    assert set(lifted()) == {("day-turned",)}
    assert rows("SELECT kind FROM hold WHERE closed_at IS NULL") == []
    assert_books_are_sound()
