"""A step is signalled once however much there is to do, and nothing that comes while it works waits for another run."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from life import Clock, column, place_good, rows, ship, status_of, up_to_released, warn
from played import Sandbox
from prefect.settings import PREFECT_API_URL

from flows.check_gates import check_gates
from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.reconcile_payments import reconcile_payments
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from sandbox.bills import BillRow
from sandbox.clock import BEIJING
from sandbox.faults import Fault, FaultKind
from sandbox.money import fen
from sandbox.shop import notice
from tasks.receive import Call, Reception
from tasks.signals import (
    CONFIRMATIONS_ARRIVED,
    MESSAGES_HELD,
    MONEY_EXPLAINED,
    MOST_ROUNDS,
    NEWS_WAITING,
    look,
    rounds,
    signal,
)
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


@pytest.mark.parametrize(
    ("said", "status", "event"),
    [
        ({}, 200, NEWS_WAITING),
        ({"webhook-id": "somebody else's"}, 401, ""),
    ],
    ids=["genuine", "forged"],
)
async def test_a_notice_of_a_channel_that_is_genuine_has_it_read(
    hub: Sandbox, said: dict[str, str], status: int, event: str
) -> None:
    message = notice("msg_1", datetime.now(UTC))
    reception = Reception()
    answer = await reception.take("shop", Call({}, {**message.headers, **said}, message.body))
    await reception.close()
    assert (answer.status, answer.event) == (status, event)
    assert column("SELECT count(*) FROM inbox") == [0]


async def test_what_a_notice_tells_of_while_channels_are_read_is_read_by_the_same_run(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    [number] = place_good(hub, 1)
    changed: list[str] = []

    def changes_meanwhile(event: str) -> None:
        signal(event)
        if not changed:
            changed.append(number)
            remarked(hub, clock, number)
            signal(NEWS_WAITING)

    monkeypatch.setattr("flows.ingest_channels.signal", changes_meanwhile)
    await ingest_channels()
    assert column("SELECT count(*) FROM inbox") == [2]


async def test_an_order_that_comes_after_its_money_has_it_judged_again(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1)
    amount = fen(hub.world.channels["shop"].book[number]["amount"])
    day = (clock.now - timedelta(hours=1)).astimezone(BEIJING).date()
    hub.world.make_bill(day, rows=[BillRow("T1", number, "杯子", clock.now, amount)], from_orders=False)
    await reconcile_payments(day)
    assert column("SELECT outcome FROM settlement_match") == ["unknown-order"]

    await ingest_channels()
    await fulfil_orders()
    assert MONEY_EXPLAINED in column("SELECT event FROM signal")
    await reconcile_payments(day)

    assert column("SELECT outcome FROM settlement_match") == ["equal"]
    assert MONEY_EXPLAINED not in column("SELECT event FROM signal")


async def test_an_order_behind_a_gate_has_the_weather_asked_again(hub: Sandbox, clock: Clock) -> None:
    warn(hub, clock, "A1", "red")
    await check_gates()
    hub.world.cancel_alert("A1")
    [free] = place_good(hub, 1, receiver=receiver("浙江省", "杭州市"))
    await up_to_released()
    assert MESSAGES_HELD not in column("SELECT event FROM signal"), "nothing waits behind the gate yet"

    [waiting] = place_good(hub, 1, receiver=receiver("广东省", "深圳市"))
    remarked(hub, clock, waiting)
    await up_to_released()
    assert [status_of(number) for number in (free, waiting)] == ["released", "reserved"]
    assert MESSAGES_HELD in column("SELECT event FROM signal")
    await check_gates()
    await relay_outbox()
    assert status_of(waiting) == "released"
    assert MESSAGES_HELD not in column("SELECT event FROM signal")


def remarked(hub: Sandbox, clock: Clock, number: str) -> None:
    """The customer writes something, so that the shop shows the order as changed now."""
    clock.advance(seconds=1)
    hub.world.update_order("shop", number, {"remark": "请尽快发货"})
    clock.advance(seconds=1)


def receiver(province: str, city: str) -> dict[str, str]:
    """Somebody there."""
    return {
        "name": "王芳", "phone": "13800138000", "province": province, "city": city, "district": "", "address": "1 号",
    }  # fmt: skip
