"""Orders that wait for somebody, stock that waits for them, and runs that are decided again (B1, B3, B6, I2)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from life import Clock, assert_books_are_sound, change, codes, column, place, place_good, rows, status_of
from played import Sandbox
from prefect.artifacts import Artifact

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.replay_run import replay_run
from flows.tidy_up import tidy_up
from models.order_number import order_number
from policies.rules import Rules
from policies.rules_file import parse_rules
from settings import get_settings
from tasks.answers import NothingAsked, answer
from tasks.preview import CannotReplay, compare_open_orders, replay

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


@pytest.fixture
def write_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Rules]:
    """Lets a test say the rules in TOML."""

    def write(text: str) -> Rules:
        file = tmp_path / "rules.toml"
        file.write_text(text, encoding="utf-8")
        monkeypatch.setenv("ORDERSPINE_RULES", str(file))
        get_settings.cache_clear()
        return parse_rules(text)

    return write


def number_of(channel_order_no: str) -> str:
    """Our number of an order."""
    return order_number(column("SELECT id FROM sales_order WHERE channel_order_no = :no", no=channel_order_no)[0])


LARGE = '[[review]]\nname = "large"\namount_over_minor = 1\napprover = "vice-president"\n'
REPEAT = '[[review]]\nname = "repeat"\norders_over = 9\nwithin_hours = 96\ntag = "repeat"\n'


async def test_a_large_order_waits_for_its_approver_and_goes_on_with_the_yes(
    hub: Sandbox, clock: Clock, write_rules: Callable[[str], Rules]
) -> None:
    write_rules(LARGE)
    [no] = place_good(hub, 1)
    await ingest_channels()
    await fulfil_orders()
    assert status_of(no) == "received"
    assert rows("SELECT kind FROM hold WHERE closed_at IS NULL") == [("approval",)]
    assert column("SELECT count(*) FROM reservation") == [0]

    with pytest.raises(NothingAsked, match="it waits for: vice-president"):
        answer(number_of(no), "somebody", "yes", "wang")
    assert answer(number_of(no), "vice-president", "yes", "wang", "known customer").still_asked == ()
    await fulfil_orders()
    assert status_of(no) == "reserved"
    assert rows("SELECT question, verdict, by, why FROM answer") == [
        ("vice-president", "yes", "wang", "known customer")
    ]
    assert_books_are_sound()


async def test_a_no_cancels_the_order(hub: Sandbox, clock: Clock, write_rules: Callable[[str], Rules]) -> None:
    write_rules(LARGE)
    [no] = place_good(hub, 1)
    await ingest_channels()
    await fulfil_orders()
    answer(number_of(no), "vice-president", "no", "wang", "margin too thin")
    await fulfil_orders()
    await relay_outbox()
    assert status_of(no) == "cancelled"
    assert rows("SELECT kind FROM hold WHERE closed_at IS NULL") == []
    told = rows("SELECT kind, actor, reasons FROM order_event WHERE kind IN ('answered', 'moved') ORDER BY id")
    assert [(row[0], row[1], codes(row[2])) for row in told] == [
        ("answered", "wang", ["vetoed-by"]),
        ("moved", "wang", ["vetoed-by"]),
    ]


UNPAID = "[reservation]\nunpaid_minutes = 30\n"


async def test_stock_waits_for_money_and_goes_back_when_it_does_not_come(
    hub: Sandbox, clock: Clock, write_rules: Callable[[str], Rules]
) -> None:
    write_rules(UNPAID)
    [waits, other] = place_good(hub, 2, status="unpaid", paid_at=None)
    change_placed = clock.now.isoformat()
    for book in hub.world.channels["shop"].book:
        book["created_at"] = change_placed
    await ingest_channels()
    await fulfil_orders()
    open_now = rows("SELECT state, expires_at IS NOT NULL FROM reservation")
    assert {tuple(row) for row in open_now} == {("open", True)}

    hub.world.update_order("shop", waits, {"status": "paid", "paid_at": clock.advance(minutes=10).isoformat()})
    clock.advance(minutes=1)
    await ingest_channels()
    await fulfil_orders()
    assert (status_of(waits), status_of(other)) == ("reserved", "received")

    clock.advance(minutes=30)
    await fulfil_orders()
    ended = rows(
        "SELECT DISTINCT o.channel_order_no, r.state FROM reservation r JOIN sales_order o ON o.id = r.order_id"
        " ORDER BY 1, 2"
    )
    assert sorted(map(tuple, ended)) == sorted([(waits, "open"), (waits, "released"), (other, "expired")])
    assert "expired" in column("SELECT kind FROM order_event")
    assert_books_are_sound()


async def test_a_past_run_is_decided_again_with_nothing_written(hub: Sandbox, clock: Clock) -> None:
    place(hub, "shop", 30, dirty_share=0.2)
    place(hub, "taobao", 10)
    change("UPDATE stock_level SET safety = on_hand WHERE id % 3 = 0")
    await ingest_channels()
    await fulfil_orders()
    [run] = column("SELECT DISTINCT flow_run_id FROM decision_batch")
    before = [rows(f"SELECT count(*) FROM {table}") for table in ("decision", "order_event", "reservation", "outbox")]  # noqa: S608

    same = replay(run)
    assert replay(run[:8]) == same
    assert (same.orders, same.differences) == (column("SELECT count(*) FROM decision WHERE kind = 'reserve'")[0], ())
    other = replay(run, parse_rules(LARGE))
    assert len(other.differences) == other.orders
    from_the_ui = await replay_run(run, LARGE)
    assert from_the_ui == other
    wider = await replay_run(run, REPEAT)
    assert (set(wider.unknown), wider.differences) == (set(column("SELECT order_id FROM decision")), ())
    artifact = await Artifact.aget("replay-run")
    assert "the run kept earlier orders of 72" in artifact.data
    after = [rows(f"SELECT count(*) FROM {table}") for table in ("decision", "order_event", "reservation", "outbox")]  # noqa: S608
    assert after == before

    with pytest.raises(CannotReplay, match="decided no orders"):
        replay("no-such-run")
    twin = run[:8] + "-another"
    change(
        "INSERT INTO decision_batch (company_id, kind, policy_version, flow_run_id, decided_at)"
        " SELECT company_id, kind, policy_version, :twin, decided_at FROM decision_batch LIMIT 1",
        twin=twin,
    )
    with pytest.raises(CannotReplay, match="Several runs") as several:
        replay(run[:8])
    assert {run, twin} <= set(str(several.value).replace(",", " ").split())
    assert replay(run) == same
    change("DELETE FROM decision_batch WHERE flow_run_id = :twin", twin=twin)
    clock.advance(days=91)
    assert (await tidy_up()).batches == 1
    assert (await tidy_up()).batches == 0
    with pytest.raises(CannotReplay, match="no longer kept"):
        replay(run)


async def test_the_difference_of_two_policies_is_shown_for_open_orders_only(hub: Sandbox, clock: Clock) -> None:
    numbers = place_good(hub, 3)
    await ingest_channels()
    await fulfil_orders()
    open_ones = compare_open_orders(Rules(), parse_rules(LARGE))
    assert (open_ones.orders, len(open_ones.differences)) == (3, 3)
    assert compare_open_orders(Rules(), Rules()).differences == ()
    change("UPDATE sales_order SET status = 'released' WHERE channel_order_no = :no", no=numbers[0])
    assert compare_open_orders(Rules(), parse_rules(LARGE)).orders == 2


async def test_a_run_leaves_links_to_the_orders_that_want_a_person(
    hub: Sandbox, clock: Clock, write_rules: Callable[[str], Rules]
) -> None:
    write_rules(LARGE)
    [no] = place_good(hub, 1)
    await ingest_channels()
    await fulfil_orders()
    artifact = await Artifact.aget("fulfil-orders-orders")
    number = number_of(no)
    assert f"- [{number}](http://127.0.0.1:8600/orders/{number}): " in artifact.data
    assert "vice-president" in artifact.data
