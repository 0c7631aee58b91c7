"""Parcels that a tracker follows instead of their carrier: asked for, or told of."""

from pathlib import Path

import pytest
from life import Clock, codes, column, place, place_good, rows, ship, up_to_released
from played import Sandbox

from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from messages import say
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


@pytest.mark.usefixtures("tracked")
async def test_what_customs_keep_is_for_a_person_and_each_customer_hears_once_how_far_theirs_is(
    hub: Sandbox, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tell(hub, tmp_path / "rules.toml", monkeypatch)
    kept, arrives = place_good(hub, 2)
    [of_taobao] = [order["order_no"] for order in place(hub, "taobao", 1)]
    await up_to_released()
    await ship(hub)
    await track_shipments()
    await relay_outbox()
    waybills = dict(
        rows("SELECT o.channel_order_no, p.waybill_no FROM parcel p JOIN sales_order o ON o.id = p.order_id")
    )
    for hours in (25, 6, 3):
        clock.advance(hours=hours)
        hub.world.work_at_carrier(at_customs=[waybills[kept]])
        await track_shipments()
        await relay_outbox()

    noticed = column("SELECT reasons FROM order_event WHERE kind = 'noticed'")
    assert [codes(reasons) for reasons in noticed] == [["parcel-at-customs"]]
    assert [waybills[kept] in message for message in said(hub, "wecom")] == [True], "the customs group, once"
    assert heard(hub, kept) == ["shipped", "delayed"]
    assert heard(hub, arrives) == ["shipped", "out-for-delivery", "delivered"]
    assert [message.count(of_taobao) > 0 for message in said(hub, "dingtalk")] == [True] * 3, "in its channel's place"


def _tell(hub: Sandbox, rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group of its own for customs, and somebody who tells customers what Taobao does not."""
    told = '[told]\ncustoms = "customs-group"\ncustomers = "ops-robot"\n[tracking]\ncustoms_hours = 24\n'
    rules.write_text(told, encoding="utf-8")
    settings = f'url = "{hub.url}/wecom/cgi-bin/webhook/send", key = "{credentials.WECOM_KEY}"'
    with get_settings().connections.open("a", encoding="utf-8") as file:
        file.write(f'\n[[notifier]]\ncode = "customs-group"\npartner = "wecom"\nsettings = {{ {settings} }}\n')
    monkeypatch.setenv("ORDERSPINE_RULES", str(rules))
    get_settings.cache_clear()


def said(hub: Sandbox, robot: str) -> list[str]:
    return [str(done.content["message"]) for done in hub.world.ledger.effects(robot, "message")]


def heard(hub: Sandbox, number: str) -> list[str]:
    """The steps that the shop told a customer."""
    texts = [done.content["text"] for done in hub.world.ledger.effects("shop", "customer-told") if done.key == number]
    [waybill] = column(
        "SELECT p.waybill_no FROM parcel p JOIN sales_order o ON o.id = p.order_id WHERE o.channel_order_no = :number",
        number=number,
    )
    steps = ("shipped", "out-for-delivery", "delivered", "in-trouble", "delayed")
    words = {say(f"customer-{step}", "zh", number=number, waybill=waybill): step for step in steps}
    return [words[str(text)] for text in texts]
