"""The review rules of a rules file, end to end: who is asked, who is told, who is reminded (B6, B7)."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from life import Clock, assert_books_are_sound, codes, column, place_good, rows, status_of
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from models.order_number import order_number
from settings import get_settings
from tasks.answers import NothingAsked, answer
from tasks.overview import list_orders
from tasks.promises import CannotPromise, overrule_promise
from tasks.story import order_story

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]

RULES = """
[told]
vice-president = "ops-robot"
warehouse-manager = "ops-robot"
sales = "ops-robot"

[[review]]
name = "large orders"
amount_over_minor = 5_000_000
approver = "vice-president"
alert_after_minutes = 15

[[review]]
name = "short notice"
lead_time_under_days = 7
approver = "warehouse-manager"
tag = "red"

[phrases]
"先打包" = ["pack-first"]

[[review]]
name = "buys again"
orders_over = 1
within_hours = 72
tag = "repeat customer"
tell = "sales"
"""


@pytest.fixture(autouse=True)
def _rules(hub: Sandbox, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    monkeypatch.setenv("ORDERSPINE_RULES", str(tmp_path / "rules.toml"))
    get_settings.cache_clear()


async def ordered(hub: Sandbox, price: str = "10.00", count: int = 1, **changes: Any) -> list[str]:
    """Paid orders of one piece at that price, decided; our numbers of them."""
    numbers = place_good(hub, count)
    for number in numbers:
        order = hub.world.channels["shop"].book[number]
        line = {**order["lines"][0], "line_no": "1", "quantity": 1, "price": price, "amount": price}
        usual = {"id": f"C-{number}", "name": "王伟", "grade": ""}
        order.update(
            {"lines": [line], "freight": "0.00", "amount": price, "customer": usual, "promised_on": None, **changes}
        )
    await ingest_channels(["shop"])
    await fulfil_orders()
    return [order_number(column("SELECT id FROM sales_order WHERE channel_order_no = :n", n=n)[0]) for n in numbers]


def said(hub: Sandbox) -> list[str]:
    """What the robot has said to our people."""
    return [message["markdown"]["text"] for message in hub.world.dingtalk.messages]


def standing(number: str) -> str:
    """The status of one of our orders."""
    story = order_story(number)
    assert story
    return status_of(story.order.channel_order_no)


async def test_a_large_order_waits_for_the_vice_president_who_is_reminded_once(hub: Sandbox, clock: Clock) -> None:
    [number] = await ordered(hub, "50001.00", promised_on=None)
    assert standing(number) == "received"
    [(kind, why)] = rows("SELECT kind, reasons FROM hold WHERE closed_at IS NULL")
    assert (kind, codes(why)) == ("approval", ["approval-needed", "review-amount"])

    clock.advance(minutes=14)
    await fulfil_orders()
    await relay_outbox()
    [question] = said(hub)
    assert f"{number} asks vice-president" in question
    for _ in range(3):
        clock.advance(minutes=1)
        await fulfil_orders()
        await relay_outbox()
    [reminder] = said(hub)[1:]
    assert number in reminder
    assert "vice-president" in reminder

    answer(number, "vice-president", "yes", "Zhao", "a good customer")
    clock.advance(hours=1)
    await fulfil_orders()
    await relay_outbox()
    assert standing(number) == "released"
    assert len(said(hub)) == 2, "asked and reminded, each once"
    assert_books_are_sound()


async def test_an_order_of_just_the_limit_waits_for_nobody(hub: Sandbox, clock: Clock) -> None:
    [number] = await ordered(hub, "50000.00")
    assert standing(number) == "reserved"


async def test_two_approvers_must_both_say_yes(hub: Sandbox, clock: Clock) -> None:
    soon = (clock.now + timedelta(days=2)).date().isoformat()
    [number] = await ordered(hub, "60000.00", promised_on=soon)
    assert column("SELECT tags FROM sales_order")[0] in (["red"], '["red"]')

    assert answer(number, "vice-president", "yes", "Zhao").still_asked == ("warehouse-manager",)
    await fulfil_orders()
    assert standing(number) == "received"
    with pytest.raises(NothingAsked):
        answer(number, "vice-president", "yes", "Zhao")
    assert answer(number, "warehouse-manager", "yes", "Qian").still_asked == ()
    await fulfil_orders()

    assert standing(number) == "reserved"


async def test_a_no_calls_the_order_off(hub: Sandbox, clock: Clock) -> None:
    [number] = await ordered(hub, "60000.00")
    answer(number, "vice-president", "no", "Zhao", "not to this customer")
    await fulfil_orders()
    assert standing(number) == "cancelled"


async def test_a_repeat_customer_is_tagged_and_told_and_not_stopped(hub: Sandbox, clock: Clock) -> None:
    again = {"id": "C-7", "name": "李雷", "grade": ""}
    numbers = await ordered(hub, count=2, customer=again, remark="请先打包")
    await relay_outbox()

    assert {standing(number) for number in numbers} == {"released"}
    [told] = said(hub)
    assert "72" in told
    [second] = [number for number in numbers if number in told]
    story = order_story(second)
    assert story
    assert story.order.tags == ("repeat customer", "pack-first")
    assert {"review-tagged", "review-told", "review-repeat", "remark-says"} <= {
        reason.code for reason in story.decisions[0].reasons
    }
    assert [row.number for row in list_orders(tag="pack-first").orders] == [*reversed(numbers)]
    assert list_orders(tag="pack").orders == ()
    remarks = {outbound.remark for outbound in hub.world.warehouse.outbounds.values()}
    assert remarks == {"[pack first] 请先打包", "[repeat customer] [pack first] 请先打包"}


async def test_an_overruled_promise_stands_in_later_decisions_with_name_and_reason(hub: Sandbox, clock: Clock) -> None:
    [number] = await ordered(hub, "60000.00")
    before = overrule_promise(number, date(2030, 1, 31), "Sun", "agreed with the customer by telephone").before

    answer(number, "vice-president", "yes", "Zhao")
    await fulfil_orders()

    story = order_story(number)
    assert story
    assert (story.order.status, story.order.promised_on) == ("reserved", date(2030, 1, 31))
    [event] = [event for event in story.events if event.kind == "promised"]
    assert (event.actor, event.detail) == ("Sun", {"why": "agreed with the customer by telephone"})
    assert event.reasons[0].facts == {"person": "Sun", "before": str(before or ""), "date": "2030-01-31"}


async def test_what_cannot_be_promised_says_why(hub: Sandbox, clock: Clock) -> None:
    with pytest.raises(CannotPromise, match="no order SO0000000009"):
        overrule_promise("SO0000000009", date(2030, 1, 31), "Sun", "")
    [number] = await ordered(hub, "60000.00")
    answer(number, "vice-president", "no", "Zhao")
    with pytest.raises(CannotPromise, match="is cancelled"):
        overrule_promise(number, date(2030, 1, 31), "Sun", "")
