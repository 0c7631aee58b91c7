"""An order that its channel calls off is called off everywhere, as late as it can still be stopped (B8, C1)."""

from typing import Any

import pytest
from life import (
    Clock,
    assert_books_are_sound,
    change,
    codes,
    column,
    effects,
    place_good,
    rows,
    ship,
    status_of,
    up_to_released,
)
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from sandbox.faults import Fault, FaultKind

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


async def test_cancelled_before_release_everything_is_withdrawn_and_the_stock_is_free(
    hub: Sandbox, clock: Clock
) -> None:
    [number] = place_good(hub, 1)
    await ingest_channels()
    await fulfil_orders()
    assert status_of(number) == "reserved"

    hub.world.cancel_order("shop", number)
    clock.advance(minutes=5)
    await ingest_channels()
    await fulfil_orders()
    await relay_outbox()

    assert status_of(number) == "cancelled"
    assert set(column("SELECT state FROM outbox")) == {"withdrawn"}
    assert column("SELECT state FROM outbound") == ["cancelled"]
    assert column("SELECT sum(reserved) FROM stock_level") == [0]
    assert effects(hub) == {}
    assert_books_are_sound()


async def test_cancelled_at_the_warehouse_it_is_cancelled_once_the_warehouse_agrees(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1)
    await up_to_released()
    hub.world.cancel_order("shop", number)
    clock.advance(minutes=5)

    await ingest_channels()
    await fulfil_orders()
    assert status_of(number) == "released", "its stock stays promised until the warehouse has agreed"
    await relay_outbox()

    assert status_of(number) == "cancelled"
    [outbound] = column("SELECT outbound_no FROM outbound WHERE state = 'cancelled'")
    assert effects(hub)["qimen", "outbound-cancelled", outbound] == 1
    assert column("SELECT sum(reserved) FROM stock_level") == [0]
    assert await ship(hub) == []
    assert_books_are_sound()


async def test_cancelled_too_late_a_person_must_look(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1)
    await up_to_released()
    shipped = await ship(hub)
    hub.world.update_order("shop", number, {"status": "cancelled"})
    clock.advance(minutes=5)

    await ingest_channels()
    await fulfil_orders()
    await relay_outbox()
    [hold] = rows("SELECT kind, reasons FROM hold WHERE closed_at IS NULL")
    await track_shipments()

    assert (hold.kind, codes(hold.reasons)) == ("data", ["cancelled-too-late"])
    assert status_of(number) == "shipped", "what left has left"
    assert effects(hub)["qimen", "outbound-cancelled", shipped[0]] == 0
    assert_books_are_sound()


@pytest.mark.parametrize("known_to_us", [True, False], ids=["the reply came", "the reply was lost"])
async def test_cancelled_while_it_is_pushed_the_warehouse_is_stopped(
    hub: Sandbox, clock: Clock, known_to_us: bool
) -> None:
    [number] = place_good(hub, 1)
    await ingest_channels()
    await fulfil_orders()
    if known_to_us:
        cancel_when_the_warehouse_has_it(hub)
    else:
        hub.world.add_fault(Fault("qimen", "deliveryorder.create", FaultKind.DROP_REPLY))
    await relay_outbox()

    hub.world.cancel_order("shop", number)
    for _ in range(3):
        clock.advance(minutes=10)
        await ingest_channels()
        await fulfil_orders()
        await relay_outbox()

    assert status_of(number) == "cancelled"
    assert await ship(hub) == [], "a cancelled order does not leave"
    assert column("SELECT sum(reserved) FROM stock_level") == [0]
    assert_books_are_sound()


def cancel_when_the_warehouse_has_it(hub: Sandbox) -> None:
    """The order is called off in the database at the very moment that the warehouse takes it in."""
    accept = hub.world.warehouse.accept

    def accept_late(outbound: Any) -> None:
        accept(outbound)
        change("UPDATE sales_order SET status = 'cancelled'")
        change("UPDATE outbound SET state = 'cancelled'")
        change("UPDATE outbox SET state = 'withdrawn' WHERE state = 'due'")
        change("UPDATE reservation SET state = 'released', ended_at = made_at")
        change("UPDATE stock_level SET reserved = 0")

    hub.world.warehouse.accept = accept_late  # type: ignore[method-assign]  # for this one moment


async def test_other_orders_are_untouched_by_a_cancellation(hub: Sandbox, clock: Clock) -> None:
    stays, goes = place_good(hub, 2)
    await up_to_released()
    hub.world.cancel_order("shop", goes)
    clock.advance(minutes=5)
    await up_to_released()
    await ship(hub)
    await track_shipments()
    assert (status_of(stays), status_of(goes)) == ("shipped", "cancelled")
    assert_books_are_sound()
