"""A return reaches the warehouse once, whatever is lost on the way, and what arrived reaches the books and the ERP."""

from datetime import UTC, datetime

import pytest
from life import Clock, assert_books_are_sound, column, effects, place_good, put, ship, up_to_released
from played import Sandbox

from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.lifecycle import Route
from models.order_number import order_number
from sandbox.faults import Fault, FaultKind
from sandbox.qimen_return import arrival_message
from tasks.connections import partner
from tasks.shelf.customer_returns import announce_return

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


async def come_back(hub: Sandbox, code: str, *pieces: tuple[str, str, int]) -> None:
    """Pieces reach the warehouse, which tells us twice."""
    arrived = hub.world.send_back(code, pieces)
    there = hub.world.warehouse.returns[code]
    now = datetime.now(UTC)
    for copy in range(2):
        call = arrival_message(there, arrived, now)
        async with partner(there.warehouse) as wms:
            raw = wms.receive_callback(dict(call.params), dict(call.headers), call.body, now)
        assert put(raw, there.warehouse, "outbound-confirmation", Route.WEBHOOK) == 1 - copy


@pytest.mark.parametrize("kind", [FaultKind.DROP_REPLY, FaultKind.HTML_200])
async def test_a_return_is_announced_once_and_its_goods_are_booked(hub: Sandbox, clock: Clock, kind: FaultKind) -> None:
    [theirs] = place_good(hub, 1)
    await up_to_released()
    await ship(hub)
    await track_shipments()
    [order_id] = column("SELECT id FROM sales_order WHERE channel_order_no = :number", number=theirs)
    sku = hub.world.channels["shop"].book[theirs]["lines"][0]["sku"]
    return_no = announce_return(order_number(order_id), sku, 1, "too large", "ann", "SF2")
    hub.world.add_fault(Fault("qimen", "returnorder.create", kind))
    for _ in range(3):
        await relay_outbox()
        clock.advance(minutes=20)
    assert effects(hub)["qimen", "return-created", return_no] == 1
    there = hub.world.warehouse.returns[return_no]
    assert column("SELECT their_no FROM external_ref WHERE kind = 'return'") == [there.return_id]
    assert (there.outbound, there.lines, there.reason) == (f"OUT{order_id:010d}", {sku: 1}, "too large")
    assert (there.sender, there.express_code) == (hub.world.channels["shop"].book[theirs]["receiver"]["name"], "SF2")

    await come_back(hub, return_no, (sku, "CC", 1))
    await track_shipments()
    await relay_outbox()
    assert column("SELECT quantity FROM stock_movement WHERE cause = 'returned'") == [1]
    assert column("SELECT arrived FROM customer_return") == [1]
    assert [d.number for d in hub.world.erp.of_form("AR_receivable")][1:] == [f"AR{order_id:010d}-R1"]
    assert column("SELECT state FROM outbox WHERE state NOT IN ('sent', 'withdrawn')") == []
    assert_books_are_sound()
