"""What channels say that customers paid is kept once, with the payment's own number where there is one (F1)."""

from datetime import datetime
from typing import Any

import pytest
from life import Clock, column, place, place_good, rows
from played import Sandbox
from sqlalchemy import Engine, event

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.reconcile_payments import reconcile_payments
from sandbox.clock import BEIJING
from sandbox.money import fen
from tasks.story import order_story

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]

PAYMENTS = (
    "SELECT o.channel_order_no, p.reference, p.currency, p.amount_minor, p.paid_at FROM payment p"
    " JOIN sales_order o ON o.id = p.order_id ORDER BY o.channel_order_no"
)


async def taken_in() -> list[tuple[Any, ...]]:
    """Read the channels; the payments that are kept then."""
    await ingest_channels()
    await fulfil_orders()
    return [tuple(row) for row in rows(PAYMENTS)]


async def test_every_payment_is_kept_as_the_channel_states_it(hub: Sandbox, clock: Clock) -> None:
    orders = [*place(hub, "shop", 20), *place(hub, "taobao", 20)]

    kept = await taken_in()

    assert {row[0]: (row[2], row[3]) for row in kept} == {
        order["order_no"]: (order["currency"], fen(order["amount"])) for order in orders if order["status"] == "paid"
    }
    by_alipay = [row[0] for row in kept if row[1]]
    assert by_alipay == [row[0] for row in kept if row[0] in hub.world.channels["taobao"].book]


async def test_a_payment_that_is_said_again_changes_nothing(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1)
    kept = await taken_in()
    clock.advance(minutes=5)
    hub.world.update_order("shop", number, {"remark": "请尽快发货"})
    clock.advance(minutes=5)

    assert await taken_in() == kept
    assert len(kept) == 1
    assert column("SELECT state FROM inbox") == ["done", "done"]


async def test_an_order_that_is_paid_later_has_its_payment_then(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1, status="unpaid", paid_at=None)
    assert await taken_in() == []
    paid_at = clock.advance(minutes=5)
    hub.world.update_order("shop", number, {"status": "paid", "paid_at": paid_at.isoformat()})
    clock.advance(minutes=5)

    await taken_in()

    story = order_story(number)
    assert story is not None
    [payment] = story.payments
    assert (payment.amount, payment.paid_at, payment.reference) == (story.order.amount, paid_at, "")


async def test_a_payment_has_the_number_that_its_provider_settles_it_by(hub: Sandbox, clock: Clock) -> None:
    orders = [order for order in place(hub, "taobao", 5) if order["status"] == "paid"]
    await taken_in()
    for day in {datetime.fromisoformat(order["paid_at"]).astimezone(BEIJING).date() for order in orders}:
        hub.world.make_bill(day)
        await reconcile_payments(day)

    assert len(orders) > 0
    numbers = column("SELECT reference FROM payment")
    assert sorted(numbers) == sorted(column("SELECT trade_no FROM settlement_line"))
    assert column("SELECT DISTINCT outcome FROM settlement_match") == ["equal"]


async def test_a_batch_of_payments_is_one_statement(hub: Sandbox, clock: Clock) -> None:
    place_good(hub, 50)
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO payment"):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert len(await taken_in()) == 50
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(statements) == 1
