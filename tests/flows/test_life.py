"""Orders live their whole life: from two channels to the customer's door, one effect at each partner."""

from collections import Counter

import pytest
from life import Clock, assert_books_are_sound, codes, column, effects, place, rows, ship, up_to_released
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments

pytestmark = pytest.mark.usefixtures("prefect_api")

WAY = ["received", "confirmed", "reserved", "released", "picked", "shipped", "delivered"]


async def test_a_good_order_goes_from_the_channel_to_the_door(hub: Sandbox, clock: Clock) -> None:
    placed = {channel: place(hub, channel, 6) for channel in ("shop", "taobao")}
    paid = {(c, o["order_no"]) for c, orders in placed.items() for o in orders if o["status"] == "paid"}

    await up_to_released()
    clock.advance(hours=2)
    await ship(hub)
    await track_shipments()
    await relay_outbox()
    clock.advance(hours=31)
    hub.world.work_at_carrier()
    await track_shipments()

    delivered = rows(
        "SELECT c.code, o.channel_order_no FROM sales_order o JOIN sales_channel c ON c.id = o.channel_id"
        " WHERE o.status = 'delivered'"
    )
    assert {tuple(row) for row in delivered} == paid
    assert_books_are_sound()
    assert_each_partner_acted_once(hub)
    assert_each_step_names_its_run()


def assert_each_partner_acted_once(hub: Sandbox) -> None:
    orders = rows(
        "SELECT o.id, o.channel_order_no, c.code, b.outbound_no, b.waybill_no FROM sales_order o"
        " JOIN sales_channel c ON c.id = o.channel_id JOIN outbound b ON b.order_id = o.id"
        " WHERE o.status = 'delivered'"
    )
    done = effects(hub)
    for order_id, number, channel, outbound, waybill in orders:
        ours = f"SO{order_id:010d}"
        assert done["sf", "waybill-issued", outbound] == 1
        assert done["qimen", "outbound-created", outbound] == 1
        assert done["qimen", "outbound-shipped", outbound] == 1
        assert [done["kingdee", effect, ours] for effect in ("order-saved", "order-submitted", "order-audited")] == [
            1,
            1,
            1,
        ]
        assert done[channel, "shipped", number] == 1
        assert hub.world.channels[channel].shipped(number, waybill) is not None
    assert set(done.values()) == {1}


def assert_each_step_names_its_run() -> None:
    moves = rows(
        "SELECT order_id, to_status, actor, flow_run_id, task_run_id, policy_version, decision_id FROM order_event"
        " WHERE kind IN ('received', 'moved') ORDER BY order_id, seq"
    )
    ways: dict[int, list[str]] = {}
    for move in moves:
        ways.setdefault(move.order_id, []).append(move.to_status or "received")
        assert move.actor in {"fulfil-orders", "relay-outbox", "track-shipments"}
        assert move.flow_run_id
        assert move.task_run_id
        assert len(move.policy_version) == 12
        assert move.decision_id or move.to_status != "reserved"
    full = [way for way in ways.values() if way[-1] == "delivered"]
    assert full
    assert all(way == WAY for way in full)


REFUSED_LINES = {"unknown_sku", "zero_quantity", "negative_price"}
"""Defects of one line; every other one is of the whole order."""


async def test_exactly_the_bad_orders_and_lines_are_refused(hub: Sandbox, clock: Clock) -> None:
    for channel in ("shop", "taobao"):
        place(hub, channel, 30, dirty_share=0.7)
    spoilt = {number: defect for orders in hub.world.defects().values() for number, defect in orders.items()}

    await up_to_released()

    refused = rows(
        "SELECT o.channel_order_no, q.subject, q.reasons FROM quarantine q JOIN sales_order o ON o.id = q.order_id"
    )
    assert {row.channel_order_no for row in refused} == spoilt.keys()
    assert all(codes(row.reasons) for row in refused), "everything refused says why"
    subjects = {(row.channel_order_no, row.subject) for row in refused}
    for number, defect in spoilt.items():
        assert (number, "line" if defect in REFUSED_LINES else "order") in subjects, defect
    held = column(
        "SELECT o.channel_order_no FROM hold h JOIN sales_order o ON o.id = h.order_id"
        " WHERE h.kind = 'data' AND h.closed_at IS NULL"
    )
    whole_orders = {number for number, defect in spoilt.items() if defect not in REFUSED_LINES}
    assert whole_orders <= set(held)
    assert {spoilt[number] for number in held} - {spoilt[n] for n in whole_orders} <= REFUSED_LINES
    assert column("SELECT count(*) FROM outbox WHERE state <> 'sent'") == [0], "no partner has to find a fault for us"
    assert_the_rest_is_with_the_warehouse(hub, set(held))
    assert_books_are_sound()


def assert_the_rest_is_with_the_warehouse(hub: Sandbox, held: set[str]) -> None:
    stands = dict(rows("SELECT channel_order_no, status FROM sales_order"))
    for channel in hub.world.channels.values():
        for order in channel.book:
            number = order["order_no"]
            if number in held:
                assert stands[number] == "received"
            elif order["status"] == "paid":
                assert stands[number] == "released"
            elif order["status"] == "cancelled":
                assert stands[number] == "cancelled"


async def test_a_step_with_nothing_to_do_changes_nothing(hub: Sandbox, clock: Clock) -> None:
    place(hub, "shop", 3)
    await up_to_released()
    before = rows("SELECT id, hash FROM order_event ORDER BY id"), effects(hub)

    await ingest_channels()
    await fulfil_orders()
    await relay_outbox()
    await track_shipments()

    assert (rows("SELECT id, hash FROM order_event ORDER BY id"), effects(hub)) == before


async def test_scarce_stock_is_promised_once_and_the_short_order_waits(hub: Sandbox, clock: Clock) -> None:
    orders = place(hub, "shop", 3)
    for order in orders:
        line = {**order["lines"][0], "line_no": 1, "sku": "SKU-0001", "quantity": 600, "price": "10.00"}
        order.update(status="paid", lines=[line])
        line["amount"] = f"{float(line['price']) * 600:.2f}"
        order.update(amount=line["amount"], freight="0.00", paid_at=order["updated_at"], urgent=False)

    await up_to_released()

    assert Counter(column("SELECT status FROM sales_order")) == {"released": 2, "confirmed": 1}
    [waits] = rows("SELECT order_id, reasons FROM hold WHERE closed_at IS NULL")
    assert codes(waits.reasons)[:2] == ["served-before"] * 2, "both warehouses that were passed over are named"
    assert_books_are_sound()
