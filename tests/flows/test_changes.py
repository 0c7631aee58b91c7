"""A change of an order waits for whom the rules name, and then comes whole: version, stock, outbound, messages (B8)."""

from pathlib import Path
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
)
from played import Sandbox
from sqlalchemy import event
from sqlalchemy.orm import Session

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.change import ChangeState
from models.order_number import order_number
from settings import get_settings
from tasks.change_words import CannotChange
from tasks.changes import Asked, answer_change, propose
from tasks.story import Story, order_story

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]

SERVICE, OPERATIONS = "customer-service", "operations"


async def reserved(hub: Sandbox, quantity: int = 5, **changes: Any) -> str:
    """A paid order of one line, whose stock is promised and of which no partner has heard; its number in the shop."""
    [number] = place_good(hub, 1)
    order = hub.world.channels["shop"].book[number]
    line = {**order["lines"][0], "line_no": "1", "quantity": quantity}
    line["amount"] = amount_of(line)
    order.update({"lines": [line], "freight": "0.00", "amount": line["amount"], **changes})
    await ingest_channels(["shop"])
    await fulfil_orders()
    assert status_of(number) == "reserved"
    return number


def amount_of(line: dict[str, Any]) -> str:
    """Quantity times price, as the shop writes it."""
    fen = line["quantity"] * round(float(line["price"]) * 100)
    return f"{fen // 100}.{fen % 100:02d}"


async def released(hub: Sandbox, quantity: int = 5) -> str:
    """The same order on the warehouse's list."""
    number = await reserved(hub, quantity)
    await relay_outbox()
    assert status_of(number) == "released"
    return number


def ours(number: str) -> str:
    """Our number of it."""
    return order_number(column("SELECT id FROM sales_order WHERE channel_order_no = :n", n=number)[0])


def ask(number: str, **settings: str) -> Asked:
    """Customer service asks for a change."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return propose(ours(number), named, "the customer called", "call of 10:15", "chen")


def agree(asked: Asked, *approvers: str) -> Asked:
    """These approvers say yes, one after the other; what the last one heard."""
    for approver in approvers:
        asked = answer_change(asked.change_id, approver, "yes", f"{approver}-person")
    return asked


def story_of(number: str) -> Story:
    """All that the hub knows of it."""
    story = order_story(ours(number))
    assert story
    return story


def held_units() -> int:
    """What is promised now."""
    return int(column("SELECT coalesce(sum(quantity), 0) FROM reservation WHERE state = 'open'")[0])


def state_of(asked: Asked) -> str:
    """How far a request is."""
    return str(column("SELECT state FROM change_request WHERE id = :id", id=asked.change_id)[0])


async def test_a_minor_change_needs_one_yes_and_is_planned_anew_before_anybody_heard(
    hub: Sandbox, clock: Clock
) -> None:
    number = await reserved(hub)

    asked = ask(number, receiver__phone="13999999999")
    assert (asked.state, asked.waits_for) == (ChangeState.PROPOSED, (SERVICE,))
    assert story_of(number).order.version == 1
    assert agree(asked, SERVICE).state is ChangeState.EFFECTIVE
    await relay_outbox()

    story = story_of(number)
    assert (story.order.version, story.order.receiver["phone"], story.order.status) == (2, "13999999999", "released")
    assert [outbound.receiver_phone for outbound in hub.world.warehouse.outbounds.values()] == ["13999999999"]
    assert set(effects(hub).values()) == {1}
    assert not hub.world.ledger.effects("sf", "waybill-cancelled"), "the carrier had not heard of the first outbound"
    assert held_units() == 5
    assert_books_are_sound()


async def test_a_major_change_needs_every_approver_of_the_rules(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)

    asked = ask(number, line__1__quantity="7")
    assert asked.waits_for == (SERVICE, OPERATIONS)
    assert agree(asked, OPERATIONS).waits_for == (SERVICE,)
    assert (held_units(), story_of(number).order.version) == (5, 1)
    with pytest.raises(CannotChange, match="does not wait for 'operations'"):
        answer_change(asked.change_id, OPERATIONS, "yes", "again")
    assert agree(asked, SERVICE).state is ChangeState.EFFECTIVE

    assert held_units() == 7
    assert [line.quantity for line in story_of(number).lines] == [7]
    assert status_of(number) == "reserved"
    assert_books_are_sound()


async def test_old_versions_stay_readable_with_who_asked_and_why(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)
    agree(ask(number, line__1__quantity="4", remark="易碎"), SERVICE)
    agree(ask(number, line__1__quantity="3"), SERVICE)

    story = story_of(number)

    assert [version.version for version in story.versions] == [1, 2, 3]
    first, second, third = (version.content for version in story.versions)
    assert first
    assert second
    assert third is None, "the version that stands is the order itself"
    assert [line.quantity for line in (*first.lines, *second.lines)] == [5, 4]
    assert (first.remark, second.remark) != ("易碎", "")
    assert [(c.asked_by, c.reason, c.evidence, c.state, c.made_version) for c in story.changes] == [
        ("chen", "the customer called", "call of 10:15", "effective", 2),
        ("chen", "the customer called", "call of 10:15", "effective", 3),
    ]
    assert story.untouched


async def test_a_refused_change_changes_nothing(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)
    asked = ask(number, line__1__quantity="9")
    before = rows("SELECT id, state FROM outbox ORDER BY id")

    refused = answer_change(asked.change_id, OPERATIONS, "no", "li", "too many")

    assert refused.state is ChangeState.REFUSED
    assert (story_of(number).order.version, held_units()) == (1, 5)
    assert rows("SELECT id, state FROM outbox ORDER BY id") == before
    with pytest.raises(CannotChange, match="refused"):
        agree(asked, SERVICE)


async def test_of_two_changes_of_one_version_the_second_is_overtaken(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)
    first, second = ask(number, line__1__quantity="4"), ask(number, remark="left at the door")

    agree(second, SERVICE)

    assert state_of(first) == "overtaken"
    with pytest.raises(CannotChange, match="overtaken"):
        agree(first, SERVICE)
    assert (story_of(number).order.version, held_units()) == (2, 5)


async def test_a_change_whose_version_is_gone_is_overtaken_when_it_is_answered(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)
    asked = ask(number, line__1__quantity="4")
    change("UPDATE sales_order SET version = 2")

    assert agree(asked, SERVICE).state is ChangeState.OVERTAKEN
    assert held_units() == 5


async def test_more_than_there_is_waits_for_stock_and_keeps_what_it_had(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)
    change("UPDATE stock_level SET safety = on_hand - reserved")

    asked = ask(number, line__1__quantity="8")
    impact = codes(column("SELECT impact FROM change_request WHERE id = :id", id=asked.change_id)[0])
    assert {"change-needs-short", "change-replans-outbound"} <= set(impact)
    agree(asked, SERVICE, OPERATIONS)

    assert status_of(number) == "confirmed"
    assert column("SELECT kind FROM hold WHERE closed_at IS NULL") == ["stock"]
    assert held_units() == 5
    assert column("SELECT state FROM outbound") == ["cancelled"]
    await relay_outbox()
    assert {partner for partner, _, _ in effects(hub)} == {"dingtalk"}, "only purchasing hears of it"
    assert_books_are_sound()


async def test_fewer_pieces_are_a_minor_change_and_serve_who_waits_for_them(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)
    sku = column("SELECT sku FROM order_line")[0]
    change("UPDATE stock_level SET safety = on_hand - reserved")
    [other] = place_good(hub, 1)
    order = hub.world.channels["shop"].book[other]
    line = {**order["lines"][0], "line_no": "1", "sku": sku, "quantity": 2}
    line["amount"] = amount_of(line)
    await restate(hub, clock, other, lines=[line], freight="0.00", amount=line["amount"])
    assert status_of(other) == "confirmed"

    asked = ask(number, line__1__quantity="3")
    assert asked.waits_for == (SERVICE,)
    agree(asked, SERVICE)
    await fulfil_orders()

    assert (status_of(number), status_of(other)) == ("reserved", "reserved")
    assert held_units() == 3 + 2
    assert_books_are_sound()


async def test_another_address_of_an_order_at_the_warehouse_comes_when_it_has_stopped(
    hub: Sandbox, clock: Clock
) -> None:
    number = await released(hub)
    asked = ask(number, receiver__street="福华路2号")

    assert agree(asked, SERVICE, OPERATIONS).state is ChangeState.APPROVED
    assert (story_of(number).order.version, status_of(number)) == (1, "released")
    assert len(effects(hub)) == len(
        [e for e in effects(hub) if e[1] not in ("outbound-cancelled", "waybill-cancelled")]
    )
    for _ in range(3):
        await relay_outbox()
        clock.advance(minutes=20)

    story = story_of(number)
    assert (state_of(asked), story.order.version, story.order.status) == ("effective", 2, "released")
    assert [outbound.state for outbound in story.outbounds] == ["cancelled", "accepted"]
    happened = effects(hub)
    assert set(happened.values()) == {1}
    count = {effect: sum(1 for _, e, _ in happened if e == effect) for _, effect, _ in happened}
    assert (count["waybill-issued"], count["waybill-cancelled"]) == (2, 1)
    assert (count["outbound-created"], count["outbound-cancelled"]) == (2, 1)
    assert (count["order-audited"], count["order-cancelled"]) == (2, 1)
    assert held_units() == 5
    await ship(hub)
    await track_shipments()
    assert status_of(number) == "shipped"
    assert_books_are_sound()


async def test_a_change_of_what_is_picked_is_refused_and_the_order_goes_on(hub: Sandbox, clock: Clock) -> None:
    number = await released(hub)
    asked = ask(number, line__1__quantity="3")
    agree(asked, SERVICE)
    await hub.world.work_in_warehouse()

    await relay_outbox()

    assert state_of(asked) == "refused"
    assert (status_of(number), story_of(number).order.version, held_units()) == ("released", 1, 5)
    assert codes(column("SELECT reasons FROM hold WHERE closed_at IS NULL")[0]) == ["changed-too-late"]
    await ship(hub)
    await track_shipments()
    assert status_of(number) == "shipped"
    with pytest.raises(CannotChange, match="can no longer be changed"):
        ask(number, line__1__quantity="2")


async def test_an_order_called_off_while_the_warehouse_is_asked_is_cancelled_not_changed(
    hub: Sandbox, clock: Clock
) -> None:
    number = await released(hub)
    asked = ask(number, line__1__quantity="3")
    agree(asked, SERVICE)
    clock.advance(minutes=5)
    hub.world.cancel_order("shop", number)
    clock.advance(minutes=5)
    await ingest_channels(["shop"])
    await fulfil_orders()

    for _ in range(3):
        await relay_outbox()
        clock.advance(minutes=20)

    assert (status_of(number), state_of(asked), held_units()) == ("cancelled", "overtaken", 0)
    assert set(effects(hub).values()) == {1}
    assert_books_are_sound()


async def restate(hub: Sandbox, clock: Clock, number: str, **changes: Any) -> None:
    """The customer changes the order in the shop, and the hub hears of it."""
    clock.advance(minutes=5)
    hub.world.update_order("shop", number, changes)
    clock.advance(minutes=5)
    await ingest_channels(["shop"])
    await fulfil_orders()


async def test_a_late_change_in_the_channel_asks_by_itself_and_once(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)
    await restate(hub, clock, number, remark="门口")
    await restate(hub, clock, number, remark="门口", urgent=False)

    [request] = rows("SELECT id, state, asked_by, inbox_id, scope FROM change_request")
    assert (request.state, request.asked_by) == ("proposed", "shop")
    assert request.inbox_id
    assert codes(column("SELECT reasons FROM hold WHERE closed_at IS NULL")[0]) == ["changed-after-reservation"]
    answer_change(request.id, SERVICE, "yes", "chen")
    await restate(hub, clock, number, remark="门口")

    story = story_of(number)
    assert (story.order.remark, story.order.version, story.order.status) == ("门口", 2, "reserved")
    assert column("SELECT count(*) FROM change_request") == [1]
    assert column("SELECT count(*) FROM hold WHERE closed_at IS NULL") == [0]
    assert story.versions[1].inbox_id == request.inbox_id


async def test_what_the_channel_states_while_the_warehouse_is_asked_is_asked_for_afterwards(
    hub: Sandbox, clock: Clock
) -> None:
    number = await released(hub)
    await restate(hub, clock, number, remark="first")
    [first] = column("SELECT id FROM change_request")
    answer_change(first, SERVICE, "yes", "chen")
    await restate(hub, clock, number, remark="second")
    [_, second] = column("SELECT id FROM change_request ORDER BY id")
    with pytest.raises(CannotChange, match=f"Change {first} .* waits for the warehouse"):
        answer_change(second, SERVICE, "yes", "chen")
    await relay_outbox()
    await relay_outbox()

    assert (story_of(number).order.remark, story_of(number).order.version) == ("first", 2)
    [(state, base)] = rows("SELECT state, base_version FROM change_request WHERE id = :id", id=second)
    assert (state, base) == ("proposed", 2)
    answer_change(second, SERVICE, "yes", "chen")
    for _ in range(3):
        await relay_outbox()
        clock.advance(minutes=20)
    assert (story_of(number).order.remark, status_of(number)) == ("second", "released")
    assert set(effects(hub).values()) == {1}
    assert_books_are_sound()


async def test_a_channel_that_takes_its_change_back_asks_no_more(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub, remark="first")
    await restate(hub, clock, number, remark="second")
    await restate(hub, clock, number, remark="first")

    assert column("SELECT state FROM change_request") == ["overtaken"]
    assert column("SELECT count(*) FROM hold WHERE closed_at IS NULL") == [0]


async def test_a_minor_change_that_needs_nobody_takes_effect_at_once(
    hub: Sandbox, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("[changes]\nminor_approvers = []\n[credit]\ndefault_limit = { A = 1 }\n")
    monkeypatch.setenv("ORDERSPINE_RULES", str(rules))
    get_settings.cache_clear()
    number = await reserved(hub)

    await restate(hub, clock, number, remark="门口")

    assert story_of(number).order.version == 2
    assert column("SELECT state FROM change_request") == ["effective"]
    assert column("SELECT count(*) FROM hold WHERE closed_at IS NULL") == [0]


async def test_a_change_that_fails_on_its_way_leaves_nothing(hub: Sandbox, clock: Clock) -> None:
    number = await reserved(hub)
    asked = ask(number, line__1__quantity="3")
    before = everything()

    def fail(_: Session) -> None:
        raise ConnectionError("killed")

    event.listen(Session, "before_commit", fail)
    try:
        with pytest.raises(ConnectionError):
            agree(asked, SERVICE)
    finally:
        event.remove(Session, "before_commit", fail)

    assert everything() == before
    assert agree(asked, SERVICE).state is ChangeState.EFFECTIVE
    assert held_units() == 3
    assert_books_are_sound()


def everything() -> list[list[Any]]:
    """All that a change touches, row by row."""
    tables = (
        "sales_order", "order_line", "order_version", "change_request", "change_approval", "reservation",
        "stock_level", "outbound", "outbound_line", "outbox", "hold", "order_event", "decision",
    )  # fmt: skip
    return [[tuple(row) for row in rows(f"SELECT * FROM {table} ORDER BY id")] for table in tables]  # noqa: S608


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"colour": "red"}, "cannot be changed; these can"),
        ({"line__1__quantity": "many"}, "whole number"),
        ({"line__1__quantity": "0"}, "No line would be left"),
        ({"line__2__sku": "X"}, "a new one needs"),
        ({"line__1__sku": "NO-SUCH"}, "We have no article NO-SUCH"),
        ({"promised_on": "soon"}, "a date like"),
        ({"line__1__quantity": "5"}, "is so already"),
    ],
)
async def test_what_cannot_be_asked_for_says_why(
    hub: Sandbox, clock: Clock, settings: dict[str, str], told: str
) -> None:
    number = await reserved(hub)
    with pytest.raises(CannotChange, match=told):
        ask(number, **settings)
    assert column("SELECT count(*) FROM change_request") == [0]
