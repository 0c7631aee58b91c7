"""An order that is called off is closed with every partner, wherever it stood and whatever is lost on the way."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from life import Clock, assert_books_are_sound, change, codes, column, effects, place_good, rows, ship, status_of
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.outbox import TAKES_BACK
from sandbox.faults import Fault, FaultKind
from sandbox.warehouse import OutboundStatus
from tasks.senders.carrier import BookWaybill
from tasks.senders.erp import PushErpOrder
from tasks.senders.letter import Sender
from tasks.senders.warehouse import PushOutbound

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]

Stage = Callable[[Sandbox, Clock], Awaitable[str]]

AT_THE_CARRIER = {("sf", "waybill-issued"), ("sf", "waybill-cancelled")}
AT_THE_WAREHOUSE = {("qimen", "outbound-created"), ("qimen", "outbound-cancelled")}
IN_THE_ERP = {
    ("kingdee", "order-saved"),
    ("kingdee", "order-submitted"),
    ("kingdee", "order-audited"),
    ("kingdee", "order-reopened"),
    ("kingdee", "order-cancelled"),
}
TELLING = {("dingtalk", "message"), ("kingdee", "order-filled-in")}
"""What people and the ERP hear of it on the way."""
EVERYWHERE = AT_THE_CARRIER | AT_THE_WAREHOUSE | IN_THE_ERP


def lay(hub: Sandbox, partner: str, operation: str, kind: FaultKind, times: int | None = 1) -> None:
    """Lay a fault on a partner's operation."""
    hub.world.add_fault(Fault(partner, operation, kind, times=times))


async def received(hub: Sandbox, clock: Clock) -> str:
    """The order is known and waits for stock; its number."""
    change("UPDATE stock_level SET safety = on_hand")
    [number] = place_good(hub, 1)
    await ingest_channels(["shop"])
    await fulfil_orders()
    assert status_of(number) == "confirmed"
    return number


async def reserved(hub: Sandbox, clock: Clock) -> str:
    """Carrier and ERP are owed their messages; none was tried."""
    [number] = place_good(hub, 1)
    await ingest_channels(["shop"])
    await fulfil_orders()
    assert status_of(number) == "reserved"
    return number


async def booked(hub: Sandbox, clock: Clock) -> str:
    """The carrier has given a waybill and the ERP has the order; the warehouse takes nothing at present."""
    number = await reserved(hub, clock)
    lay(hub, "qimen", "deliveryorder.create", FaultKind.REFUSE)
    await relay_outbox()
    assert status_of(number) == "reserved"
    return number


async def with_the_warehouse(hub: Sandbox, clock: Clock) -> str:
    """The warehouse has it on its list."""
    number = await reserved(hub, clock)
    await relay_outbox()
    assert status_of(number) == "released"
    return number


async def call_off(hub: Sandbox, clock: Clock, number: str) -> None:
    """The buyer cancels, and the hub hears of it."""
    clock.advance(minutes=5)
    hub.world.cancel_order("shop", number)
    clock.advance(minutes=5)
    await ingest_channels(["shop"])
    await fulfil_orders()


async def relay_for_an_hour(clock: Clock) -> None:
    """What is put off becomes due, again and again."""
    for _ in range(4):
        await relay_outbox()
        clock.advance(minutes=20)


def assert_closed(hub: Sandbox, number: str, done: set[tuple[str, str]]) -> None:
    """The order is cancelled, holds nothing and is owed nothing; exactly this was done at partners, and once each."""
    assert status_of(number) == "cancelled"
    assert column("SELECT count(*) FROM reservation WHERE state = 'open'") == [0]
    assert column("SELECT count(*) FROM hold WHERE closed_at IS NULL") == [0]
    assert set(column("SELECT state FROM outbox")) <= {"sent", "withdrawn"}
    happened = effects(hub)
    assert {(partner, effect) for partner, effect, _ in happened} - TELLING == done
    assert set(happened.values()) <= {1}
    assert_books_are_sound()


@pytest.mark.parametrize(
    ("stage", "done"),
    [
        (received, set()),
        (reserved, set()),
        (booked, AT_THE_CARRIER | IN_THE_ERP),
        (with_the_warehouse, EVERYWHERE),
    ],
    ids=["received", "reserved", "booked", "with the warehouse"],
)
async def test_what_partners_have_of_a_cancelled_order_is_taken_back(
    stage: Stage, done: set[tuple[str, str]], hub: Sandbox, clock: Clock
) -> None:
    number = await stage(hub, clock)

    await call_off(hub, clock, number)
    await relay_for_an_hour(clock)

    assert_closed(hub, number, done)


async def test_what_has_left_is_not_taken_back(hub: Sandbox, clock: Clock) -> None:
    number = await with_the_warehouse(hub, clock)
    await ship(hub)
    await track_shipments()

    await call_off(hub, clock, number)
    await relay_for_an_hour(clock)

    assert status_of(number) == "shipped"
    assert {effect for _, effect, _ in effects(hub)} & {"waybill-cancelled", "order-cancelled"} == set()
    assert column("SELECT count(*) FROM outbox WHERE kind IN ('cancel-waybill', 'cancel-erp-order')") == [0]


@pytest.mark.parametrize("kind", [FaultKind.DROP_REPLY, FaultKind.REFUSE])
async def test_a_cancellation_whose_reply_is_lost_has_one_effect(hub: Sandbox, clock: Clock, kind: FaultKind) -> None:
    number = await with_the_warehouse(hub, clock)
    for partner, operation in (
        ("qimen", "order.cancel"),
        ("sf", "EXP_RECE_UPDATE_ORDER"),
        ("kingdee", "UnAudit"),
        ("kingdee", "ExcuteOperation"),
    ):
        lay(hub, partner, operation, kind)

    await call_off(hub, clock, number)
    await relay_for_an_hour(clock)

    assert all(fault.times == 0 for fault in hub.world.faults.laid), "every fault has struck"
    assert_closed(hub, number, EVERYWHERE)


@pytest.mark.parametrize("operation", ["EXP_RECE_CREATE_ORDER", "Save", "Audit", "deliveryorder.create"])
async def test_what_a_partner_may_have_is_asked_for_and_taken_back(hub: Sandbox, clock: Clock, operation: str) -> None:
    number = await reserved(hub, clock)
    for partner in ("sf", "kingdee", "qimen"):
        lay(hub, partner, operation, FaultKind.DROP_REPLY)
    await relay_outbox()

    await call_off(hub, clock, number)
    await relay_for_an_hour(clock)

    happened = {(partner, effect) for partner, effect, _ in effects(hub)}
    assert happened >= AT_THE_CARRIER
    assert {("kingdee", "order-saved"), ("kingdee", "order-cancelled")} <= happened
    assert (("qimen", "outbound-created") in happened) == (("qimen", "outbound-cancelled") in happened)
    assert_closed(hub, number, happened)


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "reply lost"])
@pytest.mark.parametrize("slow", [False, True], ids=["at once", "after the partner was asked"])
@pytest.mark.parametrize("sender", [BookWaybill, PushErpOrder, PushOutbound])
async def test_what_is_on_its_way_when_the_order_is_called_off_is_taken_back(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch, sender: type[Sender], slow: bool, lost: bool
) -> None:
    number = await reserved(hub, clock)
    deliver = sender.deliver
    on_their_way = []

    async def deliver_meanwhile(self: Sender, client: Any, letter: Any, request: Any) -> Any:
        on_their_way.append(letter.key)
        if slow:
            await call_off(hub, clock, number)
            await relay_outbox()
        if lost:
            last = {BookWaybill: "EXP_RECE_CREATE_ORDER", PushErpOrder: "Audit", PushOutbound: "deliveryorder.create"}
            for partner in ("sf", "kingdee", "qimen"):
                lay(hub, partner, last[sender], FaultKind.DROP_REPLY)
        try:
            return await deliver(self, client, letter, request)
        finally:
            if not slow:
                await call_off(hub, clock, number)

    monkeypatch.setattr(sender, "deliver", deliver_meanwhile)
    await relay_for_an_hour(clock)

    assert len(on_their_way) == 1
    assert [fault for fault in hub.world.faults.laid if fault.times == 0] != [] or not lost
    happened = {(partner, effect) for partner, effect, _ in effects(hub)}
    here = {BookWaybill: AT_THE_CARRIER, PushErpOrder: IN_THE_ERP, PushOutbound: AT_THE_WAREHOUSE}[sender]
    assert here <= happened
    for one, other in (
        (("sf", "waybill-issued"), ("sf", "waybill-cancelled")),
        (("kingdee", "order-saved"), ("kingdee", "order-cancelled")),
        (("qimen", "outbound-created"), ("qimen", "outbound-cancelled")),
    ):
        assert (one in happened) == (other in happened)
    assert_closed(hub, number, happened - TELLING)


async def test_a_cancellation_that_is_said_twice_is_asked_for_once(hub: Sandbox, clock: Clock) -> None:
    number = await with_the_warehouse(hub, clock)
    await call_off(hub, clock, number)
    hub.world.update_order("shop", number, {"remark": "不要了"})
    clock.advance(minutes=5)
    await ingest_channels(["shop"])
    await fulfil_orders()

    await relay_for_an_hour(clock)

    assert_closed(hub, number, EVERYWHERE)


async def test_an_erp_order_whose_goods_are_issued_goes_to_a_person(hub: Sandbox, clock: Clock) -> None:
    number = await with_the_warehouse(hub, clock)
    [order_id] = column("SELECT id FROM sales_order")
    hub.world.issue_goods(f"SO{order_id:010d}")

    await call_off(hub, clock, number)
    await relay_for_an_hour(clock)

    assert status_of(number) == "cancelled"
    stuck = rows("SELECT kind, why_person FROM outbox WHERE state = 'person'")
    assert [tuple(row) for row in stuck] == [("cancel-erp-order", "rejected")]
    [reasons] = column("SELECT reasons FROM order_event WHERE kind = 'noticed'")
    assert codes(reasons) == ["partner-rejected"]
    happened = {(partner, effect) for partner, effect, _ in effects(hub)}
    assert happened >= AT_THE_CARRIER | AT_THE_WAREHOUSE
    assert ("kingdee", "order-cancelled") not in happened


async def test_the_waybill_of_a_parcel_that_left_all_the_same_is_kept(hub: Sandbox, clock: Clock) -> None:
    number = await with_the_warehouse(hub, clock)
    lay(hub, "sf", "EXP_RECE_UPDATE_ORDER", FaultKind.REFUSE, times=None)
    lay(hub, "kingdee", "UnAudit", FaultKind.REFUSE, times=None)
    await call_off(hub, clock, number)
    await relay_outbox()
    [outbound] = hub.world.warehouse.outbounds.values()
    assert outbound.status is OutboundStatus.CANCELED
    outbound.status = OutboundStatus.ACCEPT  # the picker has not heard of it
    await ship(hub)
    await track_shipments()
    hub.world.clear_faults()

    await relay_for_an_hour(clock)

    undoing = rows("SELECT kind, state FROM outbox ORDER BY kind")
    assert {row.kind: row.state for row in undoing if row.kind in TAKES_BACK} == {
        "cancel-outbound": "sent",
        "cancel-waybill": "withdrawn",
        "cancel-erp-order": "withdrawn",
    }
    assert hub.world.ledger.effects("sf", "waybill-cancelled") == []
    assert hub.world.ledger.effects("kingdee", "order-cancelled") == []
    [held] = column("SELECT reasons FROM hold WHERE closed_at IS NULL")
    assert codes(held) == ["shipped-though-cancelled"]
