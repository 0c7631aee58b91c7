"""One order, however often, late and by whichever way it is told of, is one order with one effect (invariant 2)."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
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
    put,
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
from models.lifecycle import Route
from sandbox.faults import Fault, FaultKind
from sandbox.shop import webhook
from tasks.connections import partner

pytestmark = pytest.mark.usefixtures("prefect_api")


async def tell_by_webhook(*versions: dict[str, Any]) -> None:
    """The shop's webhooks about states of an order, verified and stored as they arrive."""
    async with partner("shop") as shop:
        for version in versions:
            now = datetime.now(UTC)
            message = webhook(version, f"msg_{len(json.dumps(version))}", now)
            raw = shop.receive(dict(message.headers), message.body, now)
            put(raw, "shop", "order", Route.WEBHOOK)


def versions_of(hub: Sandbox, number: str) -> Sequence[dict[str, Any]]:
    """Every state that the shop's order was in, oldest first."""
    return hub.world.channels["shop"].book.versions(number)


async def test_poll_and_webhook_late_repeated_and_out_of_order_make_one_order(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1, remark="first")
    clock.advance(minutes=10)
    hub.world.update_order("shop", number, {"remark": "second"})
    clock.advance(minutes=10)
    hub.world.update_order("shop", number, {"remark": "third"})
    clock.advance(minutes=10)
    first, second, third = versions_of(hub, number)

    await tell_by_webhook(second, second)
    await fulfil_orders()
    await tell_by_webhook(third, first, second)
    await ingest_channels()
    await ingest_channels()
    await tell_by_webhook(first, third)
    await fulfil_orders()
    await relay_outbox()
    await tell_by_webhook(first, second, third)
    await fulfil_orders()
    await relay_outbox()

    assert rows("SELECT channel_order_no, remark FROM sales_order") == [(number, "second")]
    assert column("SELECT count(*) FROM inbox") == [3], "a repeat by another way is the same message"
    assert set(effects(hub).values()) == {1}
    assert len(column("SELECT id FROM outbound")) == 1
    assert codes(column("SELECT reasons FROM hold WHERE kind = 'data'")[0]) == ["changed-after-reservation"]
    assert_books_are_sound()


async def test_the_newest_statement_wins_whichever_comes_first(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1, status="unpaid", paid_at=None, customer={"id": "C1", "name": "王伟", "grade": ""})
    clock.advance(minutes=10)
    hub.world.update_order("shop", number, {"remark": "newer"})
    clock.advance(minutes=10)
    older, newer = versions_of(hub, number)

    await tell_by_webhook(newer)
    await fulfil_orders()
    await tell_by_webhook(older)
    await fulfil_orders()

    assert rows("SELECT remark, version FROM sales_order") == [("newer", 1)]
    assert column("SELECT state FROM inbox") == ["done", "done"]


async def test_an_order_that_waits_for_payment_goes_on_when_it_is_paid(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1, status="unpaid", paid_at=None, customer={"id": "C1", "name": "王伟", "grade": ""})
    await up_to_released()
    assert column("SELECT kind FROM hold WHERE closed_at IS NULL") == ["payment"]

    hub.world.update_order("shop", number, {"status": "paid", "paid_at": clock.now.isoformat()})
    clock.advance(minutes=5)
    await up_to_released()

    assert status_of(number) == "released"
    assert column("SELECT kind FROM hold WHERE closed_at IS NULL") == []


async def test_an_order_changed_before_it_is_reserved_takes_its_new_content(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1)
    order = hub.world.channels["shop"].book[number]
    good = [{**line} for line in order["lines"]]
    order["lines"] = [{**line, "sku": "NO-SUCH-SKU"} for line in good]
    await up_to_released()
    assert status_of(number) == "received"

    hub.world.update_order("shop", number, {"lines": good})
    clock.advance(minutes=5)
    await up_to_released()

    assert status_of(number) == "released"
    assert column("SELECT max(version) FROM order_version") == [2]
    assert column("SELECT count(*) FROM hold WHERE closed_at IS NULL") == [0]
    assert_books_are_sound()


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


async def test_the_same_window_read_again_changes_nothing(hub: Sandbox, clock: Clock) -> None:
    place_good(hub, 3)
    await up_to_released()
    before = rows("SELECT id, hash FROM order_event ORDER BY id"), effects(hub)
    change("UPDATE sales_channel SET read_until = :at", at=str(clock.now - timedelta(hours=6)))
    await up_to_released()
    assert (rows("SELECT id, hash FROM order_event ORDER BY id"), effects(hub)) == before
