"""Outbounds that go to a warehouse in one call end as those that go one by one do (C1, invariant 4)."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from life import Clock, assert_books_are_sound, change, codes, column, effects, place_good, put, rows, status_of
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.lifecycle import Route
from models.outbox import Owed
from sandbox import credentials
from sandbox.faults import Fault, FaultKind
from sandbox.qimen_confirm import answer_to_batch
from settings import get_settings
from tasks.connections import partner
from tasks.hub import unit_of_work
from tasks.senders import SENDERS, Letter

pytestmark = pytest.mark.usefixtures("prefect_api")

TOGETHER = "deliveryorder.batchcreate"
BY_ITSELF = "deliveryorder.create"


@pytest.fixture(autouse=True)
def _one_warehouse(hub: Sandbox, clock: Clock) -> None:
    """Shanghai has nothing to sell: all outbounds go to Shenzhen."""
    change(
        "UPDATE stock_level SET safety = on_hand WHERE warehouse_id = (SELECT id FROM warehouse WHERE code = 'SH-01')"
    )


def take_together(most: int) -> None:
    """The warehouses take so many outbounds in one call."""
    file = get_settings().connections
    owner = f'owner_code = "{credentials.QIMEN_OWNER_CODE}"'
    connected = file.read_text(encoding="utf-8").replace(owner, f"{owner}, batch = {most}")
    file.write_text(connected, encoding="utf-8")


async def reserved(hub: Sandbox, count: int) -> list[str]:
    """Orders whose waybills are owed, and with those their outbounds; their numbers."""
    numbers = place_good(hub, count)
    await ingest_channels(["shop"])
    await fulfil_orders()
    return numbers


def asked(hub: Sandbox, operation: str) -> int:
    """How often the warehouse was asked for that."""
    return hub.world.requests.total("qimen", operation)


def left_of(number: str) -> tuple[Any, ...]:
    """What stands of an order, without numbers and times."""
    [(order_id, status)] = rows("SELECT id, status FROM sales_order WHERE channel_order_no = :number", number=number)
    outbox = rows("SELECT kind, connection, state, tries, last_error FROM outbox WHERE order_id = :id", id=order_id)
    events = rows("SELECT kind, from_status, to_status FROM order_event WHERE order_id = :id", id=order_id)
    refs = rows(
        "SELECT r.connection, r.kind FROM external_ref r JOIN outbound o ON o.outbound_no = r.our_no"
        " WHERE o.order_id = :id",
        id=order_id,
    )
    outbounds = column("SELECT state FROM outbound WHERE order_id = :id", id=order_id)
    return status, outbounds, *(Counter(map(tuple, found)) for found in (outbox, events, refs))


async def test_they_leave_what_one_by_one_leaves(hub: Sandbox, clock: Clock) -> None:
    one_by_one = await reserved(hub, 2)
    await relay_outbox()
    assert (asked(hub, BY_ITSELF), asked(hub, TOGETHER)) == (2, 0)

    take_together(3)
    clock.advance(hours=6)
    together = await reserved(hub, 5)
    await relay_outbox()

    assert (asked(hub, BY_ITSELF), asked(hub, TOGETHER)) == (2, 2), "three in one call, and two in another"
    assert left_of(one_by_one[0])[0] == "released"
    assert [left_of(number) for number in together] == [left_of(one_by_one[0])] * 5
    assert set(effects(hub).values()) == {1}
    assert_books_are_sound()


TROUBLES = {
    "a reply lost after the work": (FaultKind.DROP_REPLY, 2, 0),
    "an outage": (FaultKind.REFUSE, 2, 0),
    "refused as a whole, nothing taken": (FaultKind.REJECT, 1, 3),
    "our signature is wrong": (FaultKind.EXPIRED_SESSION, 1, 0),
}
"""The fault that a call with three outbounds meets, the tries of each that are then counted, and how many are pushed by
themselves."""


@pytest.mark.take_turns
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_one_call_meets_is_no_outbounds_fault(hub: Sandbox, clock: Clock, trouble: str) -> None:
    fault, tries, by_themselves = TROUBLES[trouble]
    take_together(50)
    numbers = await reserved(hub, 3)
    hub.world.add_fault(Fault("qimen", TOGETHER, fault))

    await relay_outbox()
    assert column("SELECT count(*) FROM outbox WHERE state = 'person'") == [0]
    clock.advance(minutes=20)
    await relay_outbox()

    assert {status_of(number) for number in numbers} == {"released"}
    assert rows("SELECT DISTINCT state, tries FROM outbox WHERE kind = 'outbound'") == [("sent", tries)]
    assert asked(hub, BY_ITSELF) == by_themselves
    assert set(effects(hub).values()) == {1}
    assert_books_are_sound()


async def test_each_has_its_own_outcome(hub: Sandbox, clock: Clock) -> None:
    take_together(50)
    good, refused, there, given_up, also_good = numbers = await reserved(hub, 5)
    hub.world.add_fault(Fault("qimen", TOGETHER, FaultKind.REFUSE))
    await relay_outbox()
    no_city = {"name": "王伟", "phone": "13800000001", "province": "浙江省", "street": "文一路 1 号"}
    change(
        "UPDATE sales_order SET receiver = :receiver WHERE channel_order_no = :number",
        receiver=json.dumps(no_city),
        number=refused,
    )
    change("UPDATE outbound SET state = 'cancelled' WHERE id = :id", id=outbound_of(given_up))
    await push_by_hand(outbound_of(there))
    clock.advance(minutes=1)

    await relay_outbox()

    assert {status_of(number) for number in (good, there, also_good)} == {"released"}
    assert status_of(refused) == "confirmed"
    [reasons] = column("SELECT reasons FROM order_event WHERE kind = 'noticed'")
    assert codes(reasons) == ["partner-rejected"]
    assert "receiverInfo/city" in str(reasons)
    states = {number: state_of_message(number) for number in numbers}
    assert states == {good: "sent", refused: "person", there: "sent", given_up: "withdrawn", also_good: "sent"}
    assert asked(hub, TOGETHER) == 2
    created = {key: times for (_, effect, key), times in effects(hub).items() if effect == "outbound-created"}
    assert sorted(created.values()) == [1, 1, 1]
    assert_books_are_sound()


async def test_what_the_warehouse_refuses_later_is_held(hub: Sandbox, clock: Clock) -> None:
    take_together(50)
    numbers = await reserved(hub, 3)
    await relay_outbox()
    outbounds = hub.world.warehouse.open_outbounds()
    assert len(outbounds) == 3
    now = datetime.now(UTC)
    call = answer_to_batch(outbounds, {outbounds[1].code: "no courier goes there"}, now)
    async with partner("SZ-01") as warehouse:
        raw = warehouse.receive_callback(dict(call.params), dict(call.headers), call.body, now)

    assert [put(raw, "SZ-01", "outbound-confirmation", Route.WEBHOOK) for _ in range(2)] == [1, 0]
    await track_shipments()

    [(held, reasons)] = rows(
        "SELECT b.outbound_no, h.reasons FROM hold h JOIN outbound b ON b.order_id = h.order_id"
        " WHERE h.closed_at IS NULL"
    )
    assert (held, codes(reasons)) == (outbounds[1].code, ["stopped-by-warehouse"])
    assert {status_of(number) for number in numbers} == {"released"}
    assert column("SELECT state FROM inbox WHERE kind = 'outbound-confirmation'") == ["refused"]
    assert_books_are_sound()


def outbound_of(number: str) -> int:
    """The outbound's id."""
    query = "SELECT b.id FROM outbound b JOIN sales_order o ON o.id = b.order_id WHERE o.channel_order_no = :number"
    return int(column(query, number=number)[0])


def state_of_message(number: str) -> str:
    """What became of the message that pushes the outbound of an order."""
    query = (
        "SELECT x.state FROM outbox x JOIN sales_order o ON o.id = x.order_id"
        " WHERE x.kind = 'outbound' AND o.channel_order_no = :number"
    )
    return str(column(query, number=number)[0])


async def push_by_hand(outbound_id: int) -> None:
    """The warehouse has it, and the hub has forgotten that it pushed it."""
    letter = Letter(0, Owed.OUTBOUND, "SZ-01", "", None, "", {"outbound_id": outbound_id}, 0, outcome_unknown=False)
    with unit_of_work("test") as work:
        request = SENDERS[Owed.OUTBOUND].prepare(work, letter)
    async with partner("SZ-01") as warehouse:
        await warehouse.push_outbound(request)
