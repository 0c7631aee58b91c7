"""Orders of our own people travel like any other: through the flows, over the partners' HTTP, into the books (A9)."""

import httpx
import pytest
from life import Clock, assert_books_are_sound, column, effects, place_good, rows, up_to_released
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.order_number import order_id_of, order_number
from sandbox.faults import Fault, FaultKind
from tasks.shelf.arrivals import arrive, call_off
from tasks.shelf.exchanges import exchange
from tasks.shelf.find import CannotMoveStock
from tasks.shelf.look import Place, stock_of
from tasks.shelf.transfers import transfer
from tasks.story import Story, order_story

pytestmark = [pytest.mark.usefixtures("prefect_api", "web"), pytest.mark.take_turns]

ONE = "SKU-0001"


def outbound_of(number: str) -> str:
    """The number of an order's first outbound."""
    return f"OUT{order_id_of(number):010d}"


def place(warehouse: str, sku: str = ONE) -> Place:
    """What lies of a SKU in a warehouse."""
    return next(place for place in stock_of(sku).places if place.warehouse == warehouse)


def story_of(number: str) -> Story:
    """An order's story, whose chain of events holds."""
    story = order_story(number)
    assert story is not None
    assert story.untouched
    return story


def trail(number: str) -> list[tuple[str, str]]:
    """What happened to an order, messages apart, and who did it: where it went, or why it was noticed."""
    seen = [event for event in story_of(number).events if event.kind != "sent"]
    return [(e.to_status or ",".join(reason.code for reason in e.reasons) or e.kind, e.actor) for e in seen]


def lay(hub: Sandbox, partner: str, operation: str, kind: FaultKind | None) -> None:
    """Lay a fault on a partner's operation, if there is one."""
    if kind:
        hub.world.add_fault(Fault(partner, operation, kind))


async def relay_for_an_hour(clock: Clock) -> None:
    """What is put off becomes due, again and again."""
    for _ in range(4):
        await relay_outbox()
        clock.advance(minutes=20)


async def moved(hub: Sandbox, clock: Clock, pieces: int = 5) -> str:
    """A transfer from SZ-01 to SH-01 that its warehouse has on its list, if it takes it; our number."""
    number = transfer(ONE, pieces, "SZ-01", "SH-01", "T-1", "ann").number
    await fulfil_orders()
    await relay_for_an_hour(clock)
    return number


async def shift(hub: Sandbox) -> None:
    """The warehouses pick and ship, and call our webhook; the flow books what they said."""
    async with httpx.AsyncClient(base_url=hub.url) as client:
        done = (await client.post("/_sandbox/warehouse/work", json={}, timeout=30)).raise_for_status().json()
    assert done["undelivered"] == 0
    await track_shipments()
    await relay_outbox()


@pytest.mark.parametrize("kind", [None, FaultKind.DROP_REPLY])
async def test_a_transfer_goes_to_the_other_shelf_and_to_nobody_else(
    hub: Sandbox, clock: Clock, kind: FaultKind | None
) -> None:
    lay(hub, "sf", "EXP_RECE_CREATE_ORDER", kind)
    lay(hub, "qimen", "deliveryorder.create", kind)
    number = await moved(hub, clock)
    await shift(hub)

    outbound = outbound_of(number)
    there = hub.world.warehouse.outbounds[outbound]
    assert (there.warehouse, [(line.sku, line.quantity) for line in there.lines]) == ("SZ-01", [(ONE, 5)])
    assert (there.order_type, there.receiver_city, there.receiver_phone) == ("QTCK", "上海市", "02112345678")
    once = [("sf", "waybill-issued"), ("qimen", "outbound-created"), ("qimen", "outbound-shipped")]
    assert effects(hub) == {(*effect, outbound): 1 for effect in once}
    assert (place("SZ-01").on_hand, place("SH-01").on_hand, place("SH-01").in_transit) == (995, 1_000, 5)

    clock.advance(hours=31)
    hub.world.work_at_carrier()
    await track_shipments()
    await relay_for_an_hour(clock)
    assert story_of(number).order.status == "delivered"
    assert place("SH-01").in_transit == 5, "the parcel is at the door, its pieces are not on the shelf"

    assert arrive(number, "bob").pieces == 5
    assert (place("SH-01").on_hand, place("SH-01").in_transit) == (1_005, 0)
    assert effects(hub) == {(*effect, outbound): 1 for effect in once}
    assert_books_are_sound()
    assert trail(number) == [
        ("received", "ann"), ("confirmed", "fulfil-orders"), ("reserved", "fulfil-orders"),
        ("released", "relay-outbox"), ("picked", "track-shipments"), ("shipped", "track-shipments"),
        ("delivered", "track-shipments"), ("transfer-arrived", "bob"), ("completed", "bob"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [None, FaultKind.DROP_REPLY])
async def test_a_transfer_that_is_called_off_in_time_is_stopped_and_gives_back(
    hub: Sandbox, clock: Clock, kind: FaultKind | None
) -> None:
    number = await moved(hub, clock)
    assert (story_of(number).order.status, place("SZ-01").reserved) == ("released", 5)
    lay(hub, "qimen", "order.cancel", kind)
    with pytest.raises(CannotMoveStock, match="--why"):
        call_off(number, "ann")
    for _ in range(2):
        assert call_off(number, "ann", why="ordered twice").asked
    assert (story_of(number).order.status, place("SZ-01").reserved) == ("released", 5), "until the warehouse agrees"
    await relay_for_an_hour(clock)

    outbound = outbound_of(number)
    undone = [("qimen", "outbound-cancelled"), ("sf", "waybill-cancelled")]
    assert [effects(hub)[*effect, outbound] for effect in undone] == [1, 1]
    await shift(hub)
    assert ("qimen", "outbound-shipped", outbound) not in effects(hub)
    assert (place("SZ-01").reserved, place("SZ-01").available, place("SH-01").in_transit) == (0, 1_000, 0)
    assert column("SELECT DISTINCT state FROM outbox") == ["sent"]
    assert trail(number)[-3:] == [("called-off", "ann"), ("called-off", "ann"), ("cancelled", "relay-outbox")]
    [reason] = story_of(number).events[-2].reasons
    assert (reason.code, reason.facts) == ("called-off", {"person": "ann", "why": "ordered twice"})
    assert_books_are_sound()


async def test_a_transfer_that_is_called_off_too_late_travels_on(hub: Sandbox, clock: Clock) -> None:
    number = await moved(hub, clock)
    await hub.world.work_in_warehouse()  # it has left, and its confirmation is on the way
    assert call_off(number, "ann", why="ordered twice").asked
    await relay_for_an_hour(clock)
    assert [reason.code for hold in story_of(number).open_holds for reason in hold.reasons] == ["called-off-too-late"]
    await shift(hub)
    assert (story_of(number).order.status, place("SH-01").in_transit) == ("shipped", 5)
    arrive(number, "bob")
    story = story_of(number)
    assert (story.order.status, story.open_holds) == ("completed", ())
    assert [reason.code for reason in story.events[-1].reasons] == ["arrived-though-called-off"]
    assert_books_are_sound()


async def test_a_transfer_that_its_warehouse_refuses_gives_back_and_asks_a_person(hub: Sandbox, clock: Clock) -> None:
    lay(hub, "qimen", "deliveryorder.create", FaultKind.REJECT)
    number = await moved(hub, clock)
    story = story_of(number)
    assert (story.order.status, place("SZ-01").reserved) == ("confirmed", 0)
    assert [(hold.kind, hold.reasons[0].code) for hold in story.open_holds] == [("data", "partner-rejected")]
    assert effects(hub)["sf", "waybill-cancelled", outbound_of(number)] == 1
    assert call_off(number, "ann", why="the warehouse is closed").asked is False
    story = story_of(number)
    assert (story.order.status, story.open_holds) == ("cancelled", ())
    with pytest.raises(CannotMoveStock, match="called off already"):
        call_off(number, "ann", why="again")
    assert_books_are_sound()


async def test_what_of_a_transfer_never_arrives_is_kept_with_its_reason_and_told(hub: Sandbox, clock: Clock) -> None:
    number = await moved(hub, clock)
    await shift(hub)
    hub.world.change_stock("SH-01", ONE, 4, number, order_type="CGRK")
    await shift(hub)
    assert (place("SH-01").on_hand, place("SH-01").in_transit) == (1_004, 1)
    assert story_of(number).order.status == "shipped", "the fifth may still come"

    assert call_off(number, "bob", why="a box was torn").pieces == 1
    await relay_outbox()
    moves = rows(
        "SELECT l.bucket, m.quantity FROM stock_movement m JOIN stock_level l ON l.id = m.stock_level_id"
        " WHERE m.cause = 'lost'"
    )
    assert [tuple(move) for move in moves] == [("in_transit", -1)]
    assert (place("SH-01").on_hand, place("SH-01").in_transit) == (1_004, 0)
    [heard] = [key for partner, effect, key in effects(hub) if (partner, effect) == ("dingtalk", "message")]
    assert all(word in heard for word in (number, ONE, "SH-01", "a box was torn", "bob"))
    assert trail(number)[-5:] == [
        ("shipped", "track-shipments"), ("transfer-arrived", "track-shipments"), ("transfer-short", "bob"),
        ("delivered", "bob"), ("completed", "bob"),
    ]  # fmt: skip
    assert_books_are_sound()


@pytest.mark.parametrize(("state", "sellable", "apart"), [("ZP", 1, 0), ("CC", 0, 1)])
async def test_an_exchange_sends_the_other_piece_and_books_the_first_by_its_state(
    hub: Sandbox, clock: Clock, state: str, sellable: int, apart: int
) -> None:
    [theirs] = place_good(hub, 1)
    await up_to_released()
    await shift(hub)
    [order_id] = column("SELECT id FROM sales_order WHERE channel_order_no = :number", number=theirs)
    sale = story_of(order_number(order_id))
    number, sku, house = sale.order.number, sale.lines[0].sku, sale.outbounds[0].warehouse
    done_before, vouchers, shelf = effects(hub), len(hub.world.erp.of_form("AR_receivable")), place(house, sku)

    done = exchange(number, sku, 1, "broken", "ann")
    await fulfil_orders()
    await relay_for_an_hour(clock)
    await shift(hub)
    hub.world.send_back(done.return_no, [(sku, state, 1)])
    await shift(hub)

    back = hub.world.warehouse.returns[done.return_no]
    assert (back.order_type, back.warehouse, back.outbound, back.lines) == (
        "HHRK",
        house,
        outbound_of(number),
        {sku: 1},
    )
    other = hub.world.warehouse.outbounds[outbound_of(done.number)]
    assert (other.order_type, [(line.sku, line.quantity) for line in other.lines]) == ("HHCK", [(sku, 1)])
    assert effects(hub) - done_before == {
        ("qimen", "return-created", done.return_no): 1,
        ("qimen", "return-arrived", hub.world.warehouse.arrived[0].notice_id): 1,
        ("sf", "waybill-issued", other.code): 1,
        ("qimen", "outbound-created", other.code): 1,
        ("qimen", "outbound-shipped", other.code): 1,
        ("shop", "customer-told", f"您的订单 {theirs} 已发货，运单号 {other.express_code}。"): 1,
    }
    assert len(hub.world.erp.of_form("AR_receivable")) == vouchers == 1, "the sale is owed for as it was"
    assert (place(other.warehouse, sku).on_hand, place(house, sku).quarantine) == (shelf.on_hand - 1 + sellable, apart)

    new, old = story_of(done.number), story_of(number)
    assert (new.order.amount.minor, new.order.paid, new.order.receiver) == (0, True, sale.order.receiver)
    assert (old.order.amount, old.payments, old.settlement) == (sale.order.amount, sale.payments, sale.settlement)
    assert trail(done.number)[0] == ("exchanged", "ann")
    assert trail(number)[-3:] == [
        ("exchanged", "ann"), ("return-announced", "ann"), ("return-arrived", "track-shipments"),
    ]  # fmt: skip
    assert_books_are_sound()
