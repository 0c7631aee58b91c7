"""Parcels that a tracker follows instead of their carrier: asked for, or told of."""

import pytest
from life import Clock, place, rows, ship, up_to_released
from played import Sandbox

from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from sandbox import credentials
from sandbox.faults import Fault, FaultKind
from sandbox.hub import Message
from sandbox.kuaidi100 import give_up, push
from settings import get_settings
from tasks.receive import Answer, Call, Reception

pytestmark = pytest.mark.usefixtures("prefect_api")


@pytest.fixture
def tracked(hub: Sandbox) -> None:
    """SF's parcels are followed by Kuaidi100, which is asked."""
    follow(hub)


@pytest.fixture
def told(hub: Sandbox) -> None:
    """SF's parcels are followed by Kuaidi100, which tells by itself."""
    follow(hub, ', callback = "http://127.0.0.1/webhooks/K"')


def follow(hub: Sandbox, more: str = "") -> None:
    file = get_settings().connections
    known = credentials
    text = file.read_text(encoding="utf-8").replace(
        'partner = "sf_express"', 'partner = "sf_express"\ntracked_by = "K"'
    )
    settings = (
        f'url = "{hub.url}/kuaidi100", customer = "{known.KUAIDI100_CUSTOMER}", key = "{known.KUAIDI100_KEY}", '
        f'salt = "{known.KUAIDI100_SALT}"{more}'
    )
    tracker = f'\n[[tracker]]\ncode = "K"\npartner = "kuaidi100"\nsettings = {{ {settings} }}\n'
    file.write_text(text + tracker, encoding="utf-8")


async def shipped(hub: Sandbox, clock: Clock) -> None:
    place(hub, "shop", 4)
    await up_to_released()
    clock.advance(hours=2)
    await ship(hub)
    await track_shipments()
    clock.advance(hours=31)
    hub.world.work_at_carrier()


async def tell(hub: Sandbox, number: str, salt: str = credentials.KUAIDI100_SALT) -> Answer:
    """Kuaidi100 calls with all that is known of a parcel."""
    waybill = hub.world.waybill(number)
    assert waybill is not None
    return await call(push(waybill, "shunfeng", salt))


async def call(message: Message) -> Answer:
    reception = Reception()
    answer = await reception.take("K", Call({}, {}, message.body))
    await reception.close()
    return answer


def queries(hub: Sandbox) -> int:
    return hub.world.requests.total("kuaidi100", "query")


def parcels() -> list[tuple[str, bool]]:
    """Waybill number, and whether it has arrived, of every parcel."""
    return [(number, at is not None) for number, at in rows("SELECT waybill_no, delivered_at FROM parcel ORDER BY id")]


@pytest.mark.usefixtures("tracked")
async def test_the_tracker_is_asked_and_not_the_carrier(hub: Sandbox, clock: Clock) -> None:
    await shipped(hub, clock)
    await track_shipments()
    assert parcels()
    assert all(arrived for _, arrived in parcels())
    assert queries(hub) > 0
    assert hub.world.requests.total("sf", "EXP_RECE_SEARCH_ROUTES") == 0


@pytest.mark.usefixtures("tracked")
async def test_what_the_tracker_tells_is_booked_once_and_a_forgery_is_not(hub: Sandbox, clock: Clock) -> None:
    await shipped(hub, clock)
    asked = queries(hub)
    numbers = [number for number, _ in parcels()]
    forged = await tell(hub, numbers[0], "another salt")
    assert b'"result": false' in forged.body
    for number in [*numbers, *numbers]:
        answer = await tell(hub, number)
        assert (answer.status, answer.event) == (200, "orderspine.confirmations.arrived")
        assert b'"result": true' in answer.body
    assert len(rows("SELECT 1 FROM inbox WHERE kind = 'track'")) == len(numbers)
    await track_shipments()
    assert all(arrived for _, arrived in parcels())
    assert queries(hub) == asked
    assert len(rows("SELECT 1 FROM tracking_event")) == 5 * len(numbers)


async def handed_over(hub: Sandbox, clock: Clock) -> list[str]:
    """Waybills that have just left the warehouse; what is owed for them has been sent."""
    place(hub, "shop", 4)
    await up_to_released()
    clock.advance(hours=2)
    await ship(hub)
    await track_shipments()
    await relay_outbox()
    return [number for number, _ in parcels()]


def subscribed(hub: Sandbox) -> list[str]:
    return [effect.key for effect in hub.world.ledger.effects("kuaidi100", "subscribed")]


@pytest.mark.take_turns
@pytest.mark.usefixtures("told")
async def test_parcels_are_subscribed_once_and_asked_about_only_when_nothing_is_told(
    hub: Sandbox, clock: Clock
) -> None:
    hub.world.add_fault(Fault("kuaidi100", "subscribe", FaultKind.DROP_REPLY, times=1))
    silent, *others = await handed_over(hub, clock)
    for hours, told in ((3, [silent, *others]), (16, others), (13, others)):
        clock.advance(hours=hours)
        await relay_outbox()
        hub.world.work_at_carrier()
        for number in told:
            await tell(hub, number)
        await track_shipments()
    assert others
    assert sorted(subscribed(hub)) == sorted([silent, *others])
    assert {row.state for row in rows("SELECT state FROM outbox WHERE kind = 'subscription'")} == {"sent"}
    assert all(arrived for _, arrived in parcels())
    assert queries(hub) == 2, "about the one of which nothing was told for half a day, twice"


@pytest.mark.take_turns
@pytest.mark.usefixtures("told")
async def test_a_parcel_that_the_tracker_gives_up_is_asked_about_and_subscribed_again(
    hub: Sandbox, clock: Clock
) -> None:
    number = (await handed_over(hub, clock))[0]
    for time in (1, 2):
        assert subscribed(hub).count(number) == time
        asked = queries(hub)
        message = give_up(hub.world, number, f"第{time}次")
        for _ in range(2):
            await call(message)
        await track_shipments()
        assert queries(hub) == asked + 1
        await relay_outbox()
    assert subscribed(hub).count(number) == 3


@pytest.mark.take_turns
@pytest.mark.usefixtures("told")
async def test_a_parcel_that_cannot_be_subscribed_is_asked_about_and_no_person_is_called(
    hub: Sandbox, clock: Clock
) -> None:
    hub.world.add_fault(Fault("kuaidi100", "subscribe", FaultKind.REJECT, times=None))
    numbers = await handed_over(hub, clock)
    assert subscribed(hub) == []
    assert {row.state for row in rows("SELECT state FROM outbox WHERE kind = 'subscription'")} == {"withdrawn"}
    clock.advance(hours=3)
    await track_shipments()
    assert queries(hub) == len(numbers)
