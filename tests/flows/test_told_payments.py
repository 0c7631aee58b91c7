"""What WeChat Pay tells at once: the order goes on, nothing counts twice, and money without an order is kept."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from life import Clock, assert_books_are_sound, change, codes, column, place_good, rows, status_of
from payers import connect_wechat_pay, tell
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.reconcile_payments import reconcile_payments
from sandbox.bills import BillRow
from sandbox.clock import BEIJING
from sandbox.money import fen
from settings import get_settings
from tasks.mend import mend
from tasks.receive import Reception

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


@pytest.fixture
async def desk(hub: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Reception]:
    """Where WeChat Pay calls, which collects the money in place of Alipay."""
    connect_wechat_pay(hub.url, monkeypatch)
    reception = Reception()
    yield reception
    await reception.close()


def unpaid(hub: Sandbox) -> tuple[str, int]:
    """An order of somebody who has no credit; its number and what it costs."""
    [number] = place_good(hub, 1, status="unpaid", paid_at=None)
    order = hub.world.channels["shop"].book[number]
    order["customer"]["grade"] = "C"
    return number, fen(order["amount"])


def row(number: str, amount: int, trade: str = "T1", refund: str = "") -> BillRow:
    return BillRow(trade, number, "杯子", get_settings().now() - timedelta(minutes=1), amount, refund_no=refund)


def payments() -> list[tuple[str, str, int]]:
    return [tuple(kept) for kept in rows("SELECT provider, reference, amount_minor FROM payment ORDER BY id")]


def holds() -> list[str]:
    return column("SELECT kind FROM hold WHERE closed_at IS NULL")


async def test_an_order_goes_on_when_its_payment_is_told_and_the_money_counts_once(
    hub: Sandbox, clock: Clock, desk: Reception
) -> None:
    number, amount = unpaid(hub)
    await ingest_channels()
    await fulfil_orders()
    assert (status_of(number), holds()) == ("received", ["payment"])
    paid = row(number, amount)

    assert [await tell(desk, paid), await tell(desk, paid)] == [204, 204]
    await fulfil_orders()
    assert (status_of(number), holds()) == ("reserved", [])
    assert payments() == [("wx", "T1", amount)]

    # The same payment in another notification, by the channel without its number, and in the statement.
    events = column("SELECT count(*) FROM order_event")
    clock.advance(minutes=2)
    await tell(desk, row(number, amount))
    await fulfil_orders()
    assert column("SELECT count(*) FROM inbox WHERE kind = 'payment'") == [2]
    assert column("SELECT count(*) FROM order_event") == events
    hub.world.update_order("shop", number, {"status": "paid", "paid_at": clock.now.isoformat()})
    clock.advance(minutes=5)
    await ingest_channels()
    await fulfil_orders()
    day = paid.paid_at.astimezone(BEIJING).date()
    hub.world.make_bill(day, rows=[paid], from_orders=False)
    await reconcile_payments(day)

    assert payments() == [("wx", "T1", amount)]
    assert [tuple(r) for r in rows("SELECT outcome, settled_minor FROM settlement_match")] == [("equal", amount)]
    assert column("SELECT DISTINCT state FROM inbox WHERE kind = 'payment'") == ["done"]
    assert_books_are_sound()


async def test_money_that_comes_before_its_order_is_shown_until_the_order_is_here(
    hub: Sandbox, clock: Clock, desk: Reception
) -> None:
    number, amount = unpaid(hub)
    await tell(desk, row(number, amount - 100))
    await tell(desk, row(number, 100, "T2"))
    await fulfil_orders()
    kept = rows("SELECT subject_key, reasons, state FROM quarantine ORDER BY id")
    assert [(k.subject_key, codes(k.reasons), k.state) for k in kept] == [
        ("T1", ["order-unknown"], "open"), ("T2", ["order-unknown"], "open"),
    ]  # fmt: skip

    await ingest_channels()
    await fulfil_orders()

    assert (status_of(number), holds()) == ("reserved", [])
    assert payments() == [("wx", "T1", amount - 100), ("wx", "T2", 100)]
    assert column("SELECT order_id IS NULL FROM payment") == [False, False]
    assert column("SELECT state FROM quarantine") == ["mended", "mended"]
    noticed = column("SELECT reasons FROM order_event WHERE kind = 'noticed' ORDER BY id")
    assert [codes(reasons) for reasons in noticed] == [["paid-in-part"], ["payment-told"]]
    assert_books_are_sound()


async def test_a_person_says_which_order_a_payment_is_for(hub: Sandbox, clock: Clock, desk: Reception) -> None:
    number, amount = unpaid(hub)
    await ingest_channels()
    await tell(desk, row("MISTYPED", amount))
    await fulfil_orders()
    [(stray, body)] = rows("SELECT q.id, i.body FROM quarantine q JOIN inbox i ON i.id = q.inbox_id")
    assert holds() == ["payment"]

    mend(stray, {"body": body.replace("MISTYPED", number)}, "chen")
    await fulfil_orders()

    assert (status_of(number), payments()) == ("reserved", [("wx", "T1", amount)])


async def test_a_refund_stops_an_order_that_is_still_here_and_is_one_with_the_statements(
    hub: Sandbox, clock: Clock, desk: Reception
) -> None:
    [number] = place_good(hub, 1)
    amount = fen(hub.world.channels["shop"].book[number]["amount"])
    await ingest_channels()
    await fulfil_orders()
    paid, back = row(number, amount), row(number, -amount, refund="R1")
    for _ in range(2):
        await tell(desk, back)
        await fulfil_orders()
        clock.advance(minutes=1)

    assert holds() == ["data"]
    assert payments() == [("", "", amount), ("wx", "T1:R1", -amount)]
    day = paid.paid_at.astimezone(BEIJING).date()
    hub.world.make_bill(day, rows=[paid, back], from_orders=False)
    await reconcile_payments(day)
    assert column("SELECT line_id FROM settlement_line ORDER BY line_id") == ["T1:", "T1:R1"]
    assert payments() == [("", "", amount), ("wx", "T1:R1", -amount)]


async def test_what_fits_two_orders_has_no_number_or_cannot_be_read_waits_for_a_person(
    hub: Sandbox, clock: Clock, desk: Reception
) -> None:
    place_good(hub, 2, status="unpaid", paid_at=None)
    await ingest_channels()
    await fulfil_orders()
    change("UPDATE sales_order SET channel_order_no = 'SAME', channel_id = id")  # the two channels have the ids 1 and 2
    for told in (row("SAME", 100), row("SAME", 100, trade=""), row("COUPON", 100)):
        await tell(desk, told)
    change("UPDATE inbox SET body = replace(body, 'TRANSACTION.', 'COUPON.') WHERE body LIKE '%COUPON%'")
    await fulfil_orders()
    found = column("SELECT reasons FROM quarantine ORDER BY id")
    assert [codes(reasons) for reasons in found] == [
        ["order-ambiguous"], ["payment-number-missing"], ["message-unreadable"],
    ]  # fmt: skip
    assert column("SELECT paid FROM sales_order") == [False, False]
