"""A step is signalled once however much there is to do, and nothing that comes while it works waits for another run."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from life import Clock, place_good, rows, ship, status_of, up_to_released
from played import Sandbox
from prefect.settings import PREFECT_API_URL

from flows.track_shipments import track_shipments
from sandbox.faults import Fault, FaultKind
from tasks.signals import CONFIRMATIONS_ARRIVED, MOST_ROUNDS, look, rounds, signal
from tests.prefect_api import until

CODES = "SELECT o.channel_order_no, b.outbound_no FROM outbound b JOIN sales_order o ON o.id = b.order_id"
pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


@pytest.fixture
def event(clock: Clock) -> str:
    """An event of this test's own."""
    return f"orderspine.test.{uuid4()}"


async def told(event: str) -> int:
    """How often Prefect's server was told, once it has heard of everything so far: events travel in order."""
    last = f"orderspine.test.{uuid4()}"
    signal(last)
    await asyncio.to_thread(until, lambda: _heard(last) or None, "the last event")
    return _heard(event)


def _heard(event: str) -> int:
    day = timedelta(days=1)
    occurred = {"since": (datetime.now(UTC) - day).isoformat(), "until": (datetime.now(UTC) + day).isoformat()}
    wanted = {"filter": {"event": {"name": [event]}, "occurred": occurred}}
    found = httpx.post(f"{PREFECT_API_URL.value()}/events/filter", json=wanted, timeout=60)
    return int(found.raise_for_status().json()["total"])


async def test_while_no_run_has_looked_nothing_more_is_told(hub: Sandbox, clock: Clock, event: str) -> None:
    for _ in range(3):
        signal(event)
    assert await told(event) == 1
    look(event)
    signal(event)
    assert await told(event) == 2
    clock.advance(seconds=31)
    signal(event)
    assert await told(event) == 3, "one that nobody heard for so long is taken for lost"


async def test_a_step_looks_again_after_a_signal_and_hands_over_in_the_end(hub: Sandbox, event: str) -> None:
    looks = 0
    for _ in rounds(event):
        looks += 1
        if looks == 1:
            signal(event)
    assert looks == 2
    for _ in rounds(event):
        looks += 1
        signal(event)
    assert looks == 2 + MOST_ROUNDS
    assert await told(event) == 1 + MOST_ROUNDS + 1, "the last starts another run"


async def test_what_arrives_while_a_run_works_is_booked_by_it(hub: Sandbox, clock: Clock) -> None:
    first, second = place_good(hub, 2)
    await up_to_released()
    code = dict(tuple(row) for row in rows(CODES))
    await ship(hub, [code[first]])
    await track_shipments()
    clock.advance(hours=31)
    hub.world.work_at_carrier()
    slow = Fault("sf", "EXP_RECE_SEARCH_ROUTES", FaultKind.DELAY, times=1, seconds=2)
    hub.world.add_fault(slow)
    run = asyncio.create_task(track_shipments())
    await asyncio.to_thread(until, lambda: slow.times == 0, "the question to the carrier")
    await ship(hub, [code[second]])
    signal(CONFIRMATIONS_ARRIVED)
    await run
    assert (status_of(first), status_of(second)) == ("delivered", "delivered")
