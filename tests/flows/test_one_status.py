"""One status in three systems: a change seen anywhere reaches all others, once, and what comes back is no news (C3)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from life import Clock, assert_books_are_sound, codes, column, effects, place_good, put, report, rows, ship
from played import Sandbox

from benchmarks.agreement import Systems, disagreements, systems_of
from flows.follow_erp import follow_erp
from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.check_code import check_code
from models.lifecycle import Route, Status
from policies.lifecycle import plan_way
from sandbox.faults import Fault, FaultKind
from sandbox.qimen_confirm import confirmation
from sandbox.shop import webhook
from sandbox.state import state_of
from tasks.connections import partner
from tasks.hub import unit_of_work
from tasks.story import order_story
from tasks.telling import tell_of

pytestmark = pytest.mark.usefixtures("prefect_api")
TOLD = ("F_HUB_PROGRESS", "F_HUB_OUTBOUND", "F_HUB_WAYBILL")


async def released(hub: Sandbox, count: int = 1) -> list[str]:
    """Orders that all three systems have; their channel numbers."""
    numbers = place_good(hub, count)
    await ingest_channels(["shop"])
    await fulfil_orders()
    await relay_outbox()
    return numbers


async def follow(clock: Clock, rounds: int = 4) -> None:
    """What is put off becomes due, again and again."""
    for _ in range(rounds):
        await track_shipments()
        await relay_outbox()
        clock.advance(minutes=20)


async def deliver(hub: Sandbox, clock: Clock) -> None:
    """The parcels reach their doors, and everybody hears of it."""
    clock.advance(hours=31)
    hub.world.work_at_carrier()
    await follow(clock)


def told_to_the_erp(hub: Sandbox) -> dict[str, tuple[str, ...]]:
    """What stands in our fields of each order there."""
    orders = hub.world.erp.of_form("SAL_SaleOrder")
    return {order.number: tuple(order.model.get(name, "") for name in TOLD) for order in orders}


def all_agree(hub: Sandbox) -> list[str]:
    """On what the partners and we are not of one mind."""
    return disagreements(systems_of(lambda name: state_of(hub.world, name)))


def open_messages() -> list[tuple[str, str]]:
    return [tuple(row) for row in rows("SELECT kind, state FROM outbox WHERE state NOT IN ('sent', 'withdrawn')")]


def held_for() -> list[str]:
    return [code for stored in column("SELECT reasons FROM hold WHERE closed_at IS NULL") for code in codes(stored)]


async def test_each_step_reaches_every_system_once(hub: Sandbox, clock: Clock) -> None:
    await released(hub, 3)
    assert {told[0] for told in told_to_the_erp(hub).values()} == {"released"}
    [first, *_] = hub.world.warehouse.outbounds.values()
    await report(hub, first, "PICK")
    await follow(clock, 1)
    assert Counter(told[0] for told in told_to_the_erp(hub).values()) == {"picked": 1, "released": 2}
    await ship(hub)
    await follow(clock, 1)
    assert {told[0] for told in told_to_the_erp(hub).values()} == {"shipped"}
    await deliver(hub, clock)

    assert {told[0] for told in told_to_the_erp(hub).values()} == {"delivered"}
    assert all_agree(hub) == []
    assert open_messages() == []
    assert set(effects(hub).values()) == {1}, "nobody was told anything twice"
    assert_books_are_sound()


async def test_the_comparison_notices_whatever_is_not_so(hub: Sandbox, clock: Clock) -> None:
    await released(hub, 2)
    first, second = hub.world.warehouse.outbounds
    await ship(hub, codes=[first])
    await follow(clock, 1)

    def systems() -> Systems:
        return systems_of(lambda name: state_of(hub.world, name))

    assert disagreements(systems()) == []
    waybill = next(number for number, it in systems().waybills.items() if it.outbound_no == first)
    order, code = first.replace("OUT", "SO"), check_code(second)
    spoil: list[Callable[[Systems], object]] = [
        lambda it: it.outbounds.pop(first),
        lambda it: it.outbounds.update({"OUT0000000099": it.outbounds[first]}),
        lambda it: it.outbounds.update({second: replace(it.outbounds[second], standing="shipped")}),
        lambda it: it.outbounds.update({first: replace(it.outbounds[first], waybill_no="SF1")}),
        lambda it: it.outbounds.update({first: replace(it.outbounds[first], check_code=code)}),
        lambda it: it.waybills.update({waybill: replace(it.waybills[waybill], cancelled=True)}),
        lambda it: it.waybills.update({"SF9": it.waybills[waybill]}),
        lambda it: it.waybills.update({waybill: replace(it.waybills[waybill], check_code=code)}),
        lambda it: it.orders.pop(order),
        lambda it: it.orders.update({"SO0000000099": it.orders[order]}),
        lambda it: it.orders.update({order: replace(it.orders[order], cancelled=True)}),
        lambda it: it.orders.update({order: replace(it.orders[order], check_code=code)}),
        lambda it: it.orders.update({order: replace(it.orders[order], told=("picked", *it.orders[order].told[1:]))}),
        lambda it: it.shipments.clear(),
        lambda it: it.shipments.append(it.shipments[0]),
        lambda it: it.shipments.append(("shop", "SH1", "SF1")),
    ]
    for place, change_something in enumerate(spoil):
        spoilt = systems()
        change_something(spoilt)
        assert len(disagreements(spoilt)) == 1, place


async def test_every_number_is_bound_by_the_check_code(hub: Sandbox, clock: Clock) -> None:
    [number] = await released(hub)
    [outbound] = hub.world.warehouse.outbounds.values()
    [waybill] = hub.world.carrier.waybills.values()
    [order] = hub.world.erp.of_form("SAL_SaleOrder")
    code = check_code(outbound.code)
    assert code in outbound.extend_props.values()
    assert waybill.reference == code
    assert order.model["FNote"].startswith(code)
    story = order_story(code)
    assert story is not None
    assert (story.order.channel_order_no, story.outbounds[0].check_code) == (number, code)


async def test_while_the_erp_is_away_one_message_waits_and_says_what_is_true_in_the_end(
    hub: Sandbox, clock: Clock
) -> None:
    await released(hub)
    before = len(hub.world.ledger.effects("kingdee", "order-filled-in"))
    hub.world.add_fault(Fault("kingdee", "*", FaultKind.STATUS_500, times=None))
    [outbound] = hub.world.warehouse.outbounds.values()
    await report(hub, outbound, "PICK")
    await follow(clock, 1)
    await ship(hub)
    await follow(clock, 1)
    await deliver(hub, clock)
    assert sorted(open_messages()) == [("erp-status", "due"), ("receivable", "due")]

    hub.world.clear_faults()
    clock.advance(hours=2)
    await relay_outbox()

    told = hub.world.ledger.effects("kingdee", "order-filled-in")[before:]
    assert [effect.content["F_HUB_PROGRESS"] for effect in told] == ["delivered"]
    assert all_agree(hub) == []


async def test_what_changes_while_a_message_is_on_its_way_is_told_after_it(hub: Sandbox, clock: Clock) -> None:
    record = hub.world.ledger.record

    def record_and_pick(partner_: str, effect: str, key: str, **content: Any) -> None:
        record(partner_, effect, key, **content)
        if content.get("F_HUB_PROGRESS") == "released":
            with unit_of_work("test") as work:
                move = plan_way(1, Status.RELEASED, Status.PICKED, work.now)
                work.orders.advance([move] if move else [])
                tell_of(work, [1])

    hub.world.ledger.record = record_and_pick  # type: ignore[method-assign]  # it is picked at that moment
    await released(hub)

    told = hub.world.ledger.effects("kingdee", "order-filled-in")
    assert [effect.content["F_HUB_PROGRESS"] for effect in told] == ["released", "picked"]
    assert open_messages() == []
    assert all_agree(hub) == []


@pytest.mark.take_turns
@pytest.mark.parametrize("kind", [FaultKind.DROP_REPLY, FaultKind.HTML_200, FaultKind.RATE_LIMIT, FaultKind.REFUSE])
@pytest.mark.parametrize("operation", ["ExecuteBillQuery", "Save"])
async def test_lost_replies_and_outages_end_in_one_mind(
    hub: Sandbox, clock: Clock, operation: str, kind: FaultKind
) -> None:
    await released(hub, 2)
    hub.world.add_fault(Fault("kingdee", operation, kind, times=3))
    hub.world.add_fault(Fault("shop", "ship", kind, times=1))
    await ship(hub)
    await follow(clock)
    await deliver(hub, clock)

    assert all_agree(hub) == []
    assert open_messages() == []
    assert_books_are_sound()


async def test_news_that_comes_late_or_again_changes_nothing(hub: Sandbox, clock: Clock) -> None:
    await released(hub)
    [outbound] = hub.world.warehouse.outbounds.values()
    await ship(hub)
    await follow(clock, 1)
    before = len(hub.world.ledger.effects("kingdee", "order-filled-in"))
    for step in ("PICK", "ACCEPT", "PACKAGE", "PICK"):
        await report(hub, outbound, step)
    hub.world.warehouse.undelivered.append(outbound)
    await ship(hub)
    await follow(clock)

    assert column("SELECT status FROM sales_order") == ["shipped"]
    assert len(hub.world.ledger.effects("kingdee", "order-filled-in")) == before
    assert all_agree(hub) == []


async def test_a_parcel_in_trouble_is_told_and_told_off_again(hub: Sandbox, clock: Clock) -> None:
    await released(hub)
    await ship(hub)
    await follow(clock, 1)
    clock.advance(hours=3)
    hub.world.work_at_carrier()
    [waybill] = hub.world.carrier.waybills.values()
    scan = waybill.scans[-1]
    waybill.scans.append(type(scan)(clock.now, scan.city, "33", "问题件", "收件人电话无法接通"))
    await follow(clock, 1)
    assert [told[0] for told in told_to_the_erp(hub).values()] == ["in-trouble"]
    clock.advance(hours=3)
    waybill.scans.append(type(scan)(clock.now, scan.city, "80", "已签收", "已签收"))
    await follow(clock, 1)
    assert [told[0] for told in told_to_the_erp(hub).values()] == ["delivered"]


async def everybody_echoes(hub: Sandbox) -> None:
    """Every partner sends back what it has: the ERP's changes, the shop's orders, the warehouse's steps and parcels."""
    await follow_erp()
    now = datetime.now(UTC)
    async with partner("shop") as shop:
        for order in hub.world.channels["shop"].book:
            message = webhook(order, f"msg_{order['order_no']}_{now.timestamp()}", now)
            put(shop.receive(dict(message.headers), message.body, now), "shop", "order", Route.WEBHOOK)
    for outbound in hub.world.warehouse.outbounds.values():
        steps: Sequence[str] = ("ACCEPT", "PRINT")
        if outbound.status == "CANCELED":
            steps = (*steps, "CANCELED")
        elif outbound.status == "DELIVERED":
            steps = (*steps, "PICK", "PACKAGE", "DELIVERED")
            hub.world.warehouse.undelivered.append(outbound)
        for step in steps:
            await report(hub, outbound, step)
    await ship(hub, codes=[])
    await ingest_channels(["shop"])
    await fulfil_orders()
    await track_shipments()


async def test_partners_that_echo_everything_cause_no_message(hub: Sandbox, clock: Clock) -> None:
    numbers = await released(hub, 3)
    hub.world.cancel_order("shop", numbers[0])
    clock.advance(minutes=5)
    await ingest_channels(["shop"])
    await fulfil_orders()
    await relay_outbox()
    stays = [o.code for o in hub.world.warehouse.open_outbounds()][:1]
    await ship(hub, codes=stays)
    await follow(clock, 2)
    said, done = rows("SELECT id, state FROM outbox ORDER BY id"), effects(hub)
    events = column("SELECT count(*) FROM order_event")

    for _ in range(3):
        await everybody_echoes(hub)
        await relay_outbox()
        clock.advance(minutes=10)

    assert rows("SELECT id, state FROM outbox ORDER BY id") == said
    assert effects(hub) == done
    assert column("SELECT count(*) FROM order_event") == events
    assert held_for() == []
    assert all_agree(hub) == []


async def test_an_order_that_somebody_makes_void_in_the_erp_waits_for_a_person(hub: Sandbox, clock: Clock) -> None:
    await released(hub, 2)
    await ship(hub, codes=[next(iter(hub.world.warehouse.outbounds))])
    await follow(clock, 1)
    for order in hub.world.erp.of_form("SAL_SaleOrder"):
        order.cancelled, order.modified_at = True, clock.now
    clock.advance(minutes=1)

    await follow_erp()
    await follow_erp()

    assert held_for() == ["closed-in-the-erp"], "the one that has left is closed in the ordinary course of things"


async def test_a_confirmation_with_anothers_code_or_waybill_is_refused(hub: Sandbox, clock: Clock) -> None:
    await released(hub, 3)
    first, second, third = hub.world.warehouse.outbounds.values()
    await hub.world.work_in_warehouse()
    hub.world.warehouse.undelivered.clear()
    first.extend_props = dict(second.extend_props)
    second.express_code = third.express_code
    for outbound in (first, second, third):
        await tell_shipped(hub, outbound)
    await follow(clock, 1)

    assert sorted(held_for()) == ["check-code-differs", "number-of-another"]
    assert sorted(code for stored in column("SELECT reasons FROM quarantine") for code in codes(stored)) == sorted(
        held_for()
    )
    assert Counter(column("SELECT status FROM sales_order")) == {"released": 2, "shipped": 1}
    assert len(hub.world.channels["shop"].shipments) == 1


async def tell_shipped(hub: Sandbox, outbound: Any) -> None:
    """The confirmation of an outbound as the warehouse believes it to be."""
    now = datetime.now(UTC)
    message = confirmation(outbound, 500, now)
    async with partner(outbound.warehouse) as wms:
        raw = wms.receive_callback(dict(message.params), dict(message.headers), message.body, now)
    put(raw, outbound.warehouse, "outbound-confirmation", Route.WEBHOOK)


async def test_a_waybill_that_is_anothers_is_refused(hub: Sandbox, clock: Clock) -> None:
    place_good(hub, 2)
    await ingest_channels(["shop"])
    await fulfil_orders()
    hub.world.add_fault(Fault("sf", "EXP_RECE_CREATE_ORDER", FaultKind.DROP_REPLY, times=1))
    await relay_outbox()
    [unknown] = column("SELECT outbound_no FROM outbound WHERE waybill_no IS NULL")
    [taken] = [waybill for number, waybill in hub.world.carrier.by_order.items() if number != unknown]
    hub.world.carrier.by_order[unknown] = taken  # the carrier mixes its bookings up

    await follow(clock)

    [stuck] = rows("SELECT kind, why_person FROM outbox WHERE state = 'person'")
    assert tuple(stuck) == ("waybill", "rejected")
    noticed = [
        code for stored in column("SELECT reasons FROM order_event WHERE kind = 'noticed'") for code in codes(stored)
    ]
    assert noticed == ["answer-of-another"]
    assert held_for() == ["answer-of-another"]
    assert not taken.cancelled, "another's waybill is left alone"


async def test_an_erp_order_that_carries_anothers_code_is_refused(hub: Sandbox, clock: Clock) -> None:
    place_good(hub, 1)
    await ingest_channels(["shop"])
    await fulfil_orders()
    hub.world.add_fault(Fault("kingdee", "Audit", FaultKind.DROP_REPLY, times=1))
    await relay_outbox()
    [order] = hub.world.erp.of_form("SAL_SaleOrder")
    order.model["FNote"] = check_code("OUT0000000999")

    await follow(clock)

    [stuck] = rows("SELECT kind, why_person FROM outbox WHERE state = 'person'")
    assert tuple(stuck) == ("erp-order", "rejected")
    noticed = [
        code for stored in column("SELECT reasons FROM order_event WHERE kind = 'noticed'") for code in codes(stored)
    ]
    assert noticed == ["check-code-differs"]
    assert hub.world.ledger.effects("kingdee", "order-filled-in") == [], "it is not told of what it may not have"


async def test_a_buyer_who_cancels_what_is_picked_is_for_a_person(hub: Sandbox, clock: Clock) -> None:
    [number] = await released(hub)
    [outbound] = hub.world.warehouse.outbounds.values()
    await report(hub, outbound, "PICK")
    await track_shipments()
    clock.advance(minutes=5)
    hub.world.cancel_order("shop", number)
    clock.advance(minutes=5)
    await ingest_channels(["shop"])
    await fulfil_orders()
    assert held_for() == ["cancelled-too-late"]
    assert column("SELECT status FROM sales_order") == ["picked"]


async def test_a_pick_that_crosses_our_cancellation_changes_nothing(hub: Sandbox, clock: Clock) -> None:
    [number] = await released(hub)
    clock.advance(minutes=5)
    hub.world.cancel_order("shop", number)
    clock.advance(minutes=5)
    await ingest_channels(["shop"])
    await fulfil_orders()
    [outbound] = hub.world.warehouse.outbounds.values()
    await report(hub, outbound, "PICK")
    await follow(clock)
    assert column("SELECT status FROM sales_order") == ["cancelled"]
    assert all_agree(hub) == []


async def test_a_warehouse_that_stops_by_itself_is_for_a_person(hub: Sandbox, clock: Clock) -> None:
    await released(hub, 2)
    first, second = hub.world.warehouse.outbounds.values()
    await report(hub, first, "CLOSED")
    await report(hub, second, "EXCEPTION")
    await track_shipments()
    assert sorted(held_for()) == ["stopped-by-warehouse", "warehouse-in-trouble"]
