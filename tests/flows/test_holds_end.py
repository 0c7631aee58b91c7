"""Holds whose reason has passed: the order is decided again, though nothing about it changed (B1, B4)."""

from collections import Counter
from pathlib import Path

import pytest
from life import Clock, assert_books_are_sound, change, codes, column, place_good, rows, status_of
from payers import connect_wechat_pay, tell
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from models.lifecycle import HoldKind
from models.order_book import Stop
from models.order_number import order_number
from models.reasons import Reason
from sandbox.bills import BillRow
from settings import get_settings
from tasks.answers import answer
from tasks.hub import unit_of_work
from tasks.receive import Reception

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


@pytest.fixture
def rules(hub: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with the rules, to be written."""
    file = tmp_path / "rules.toml"
    monkeypatch.setenv("ORDERSPINE_RULES", str(file))
    get_settings.cache_clear()
    return file


def held() -> list[tuple[str, ...]]:
    """Channel order number and kind of each open hold."""
    query = "SELECT o.channel_order_no, h.kind FROM hold h JOIN sales_order o ON o.id = h.order_id"
    return sorted(map(tuple, rows(f"{query} WHERE h.closed_at IS NULL")))


def standing() -> Counter[str]:
    """How many orders stand where."""
    return Counter(column("SELECT status FROM sales_order"))


def lifted() -> list[tuple[str, ...]]:
    """Why holds were lifted, in the order in which it happened."""
    return [tuple(codes(why)) for why in column("SELECT reasons FROM order_event WHERE kind = 'unheld' ORDER BY id")]


async def test_an_order_that_found_every_warehouse_full_is_decided_again_when_the_day_turns(
    hub: Sandbox, clock: Clock
) -> None:
    change("UPDATE warehouse SET orders_a_day = 1")
    places = column("SELECT count(*) FROM warehouse")[0]
    place_good(hub, 2 * places + 1)
    await ingest_channels()
    for day, hours in ((0, 0), (1, 24), (1, 0), (2, 24)):  # the second run of a day changes nothing
        clock.advance(hours=hours)
        await fulfil_orders()
        served = min((day + 1) * places, 2 * places + 1)
        assert standing() == Counter(reserved=served, confirmed=2 * places + 1 - served) + Counter()
        assert len(lifted()) == (0, places + 1, places + 2)[day]
    assert set(lifted()) == {("day-turned",)}
    assert held() == []
    assert_books_are_sound()


@pytest.mark.parametrize("paid", ["the old debt", "the order itself"])
@pytest.mark.parametrize("said_by", ["channel", "provider"])
async def test_what_a_customer_pays_has_the_orders_decided_again_that_credit_held(
    hub: Sandbox, clock: Clock, rules: Path, monkeypatch: pytest.MonkeyPatch, said_by: str, paid: str
) -> None:
    rules.write_text("[credit]\ndefault_limit = { B = 1_000 }\n", encoding="utf-8")
    connect_wechat_pay(hub.url, monkeypatch)
    buyer = {"id": "C-7", "name": "李雷", "grade": "B"}
    for number in place_good(hub, 3, status="unpaid", paid_at=None, customer=buyer, freight="0.00", amount="10.00"):
        order = hub.world.channels["shop"].book[number]
        order["lines"] = [{**order["lines"][0], "line_no": "1", "quantity": 1, "price": "10.00", "amount": "10.00"}]
    await ingest_channels(["shop"])
    await fulfil_orders()
    [debt] = column("SELECT channel_order_no FROM sales_order WHERE status = 'reserved'")
    [other, _] = held()
    assert {kind for _, kind in held()} == {"credit"}

    number = debt if paid == "the old debt" else other[0]
    at = clock.advance(minutes=1)
    if said_by == "channel":
        hub.world.update_order("shop", number, {"status": "paid", "paid_at": at.isoformat()})
        clock.advance(minutes=1)
        await ingest_channels(["shop"])
    else:
        desk = Reception()
        await tell(desk, BillRow("T1", number, "杯子", at, 1_000))
        await desk.close()
    await fulfil_orders()

    assert standing() == Counter(reserved=2, received=1), "the credit is used up again by one of them"
    [why] = column("SELECT reasons FROM hold WHERE closed_at IS NULL")
    assert codes(why) == ["credit-over-limit"]
    assert lifted() == [("customer-paid",)] * 2
    assert_books_are_sound()


def asks(*approvers: str, over: int) -> str:
    """Rules by which these people look at orders above that many fen."""
    rule = '[[review]]\nname = "of {0}"\namount_over_minor = {1}\napprover = "{0}"\n'
    return "".join(rule.format(approver, over) for approver in approvers)


async def test_orders_that_old_rules_hold_are_decided_once_by_the_new_and_what_people_did_stands(
    hub: Sandbox, clock: Clock, rules: Path
) -> None:
    rules.write_text(asks("ann", "bob", over=1), encoding="utf-8")
    free, unpaid, stopped = place_good(hub, 3)
    hub.world.channels["shop"].book[unpaid].update(
        {"status": "unpaid", "paid_at": None, "customer": {"id": "C-7", "name": "李雷", "grade": "C"}}
    )
    await ingest_channels(["shop"])
    await fulfil_orders()
    ours = dict(rows("SELECT channel_order_no, id FROM sales_order"))
    answer(order_number(ours[unpaid]), "ann", "yes", "Ann")
    with unit_of_work("chen") as work:
        work.orders.hold([Stop(ours[stopped], HoldKind.DATA, (Reason("refunded-before-it-left"),))])

    rules.write_text(asks("ann", over=1) + "[credit]\ndefault_limit = { C = 900_000_000 }\n", encoding="utf-8")
    await fulfil_orders()
    # Ann is not asked again about the one that she let go; what somebody else stopped waits for that alone.
    assert held() == sorted([(free, "approval"), (stopped, "data")])
    assert status_of(unpaid) == "reserved"

    events = column("SELECT count(*) FROM order_event")
    await fulfil_orders()
    assert column("SELECT count(*) FROM order_event") == events, "once"

    rules.write_text(asks("ann", over=900_000_000), encoding="utf-8")
    await fulfil_orders()
    assert (status_of(free), status_of(unpaid), held()) == ("reserved", "reserved", [(stopped, "data")])
    assert set(lifted()) == {("rules-changed",)}
    assert_books_are_sound()
