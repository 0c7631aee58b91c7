"""Parcels that a tracker follows instead of their carrier: asked for, or told of."""

import pytest
from life import Clock, place, rows, ship, up_to_released
from played import Sandbox

from flows.track_shipments import track_shipments
from sandbox import credentials
from sandbox.kuaidi100 import push
from settings import get_settings
from tasks.receive import Answer, Call, Reception

pytestmark = pytest.mark.usefixtures("prefect_api")


@pytest.fixture
def tracked(hub: Sandbox) -> None:
    """SF's parcels are followed by Kuaidi100."""
    file = get_settings().connections
    known = credentials
    text = file.read_text(encoding="utf-8").replace(
        'partner = "sf_express"', 'partner = "sf_express"\ntracked_by = "K"'
    )
    settings = (
        f'url = "{hub.url}/kuaidi100", customer = "{known.KUAIDI100_CUSTOMER}", key = "{known.KUAIDI100_KEY}", '
        f'salt = "{known.KUAIDI100_SALT}"'
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


def parcels() -> list[tuple[str, bool]]:
    """Waybill number, and whether it has arrived, of every parcel."""
    return [(number, at is not None) for number, at in rows("SELECT waybill_no, delivered_at FROM parcel ORDER BY id")]


@pytest.mark.usefixtures("tracked")
async def test_the_tracker_is_asked_and_not_the_carrier(hub: Sandbox, clock: Clock) -> None:
    await shipped(hub, clock)
    await track_shipments()
    assert parcels()
    assert all(arrived for _, arrived in parcels())
    assert hub.world.requests.total("kuaidi100", "query") > 0
    assert hub.world.requests.total("sf", "EXP_RECE_SEARCH_ROUTES") == 0


@pytest.mark.usefixtures("tracked")
async def test_what_the_tracker_tells_is_booked_once_and_a_forgery_is_not(hub: Sandbox, clock: Clock) -> None:
    await shipped(hub, clock)
    asked = hub.world.requests.total("kuaidi100", "query")
    reception = Reception()

    async def tell(number: str, salt: str) -> Answer:
        waybill = hub.world.waybill(number)
        assert waybill is not None
        return await reception.take("K", Call({}, {}, push(waybill, "shunfeng", salt).body))

    numbers = [number for number, _ in parcels()]
    forged = await tell(numbers[0], "another salt")
    assert b'"result": false' in forged.body
    for number in [*numbers, *numbers]:
        answer = await tell(number, credentials.KUAIDI100_SALT)
        assert (answer.status, answer.event) == (200, "orderspine.confirmations.arrived")
        assert b'"result": true' in answer.body
    await reception.close()
    assert len(rows("SELECT 1 FROM inbox WHERE kind = 'track'")) == len(numbers)
    await track_shipments()
    assert all(arrived for _, arrived in parcels())
    assert hub.world.requests.total("kuaidi100", "query") == asked
    assert len(rows("SELECT 1 FROM tracking_event")) == 5 * len(numbers)
