"""Statements meet orders, parcels meet their customers, and a plain file is a channel like any other."""

from datetime import datetime, timedelta
from pathlib import Path

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

import tasks.settle
from flows.import_files import import_files
from flows.ingest_channels import ingest_channels
from flows.reconcile_payments import newest_statement, reconcile_payments
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from policies.settlement import Verdict
from sandbox.bills import BillRow, Distortion
from sandbox.clock import BEIJING
from settings import ROOT, get_settings
from tasks.settle import judge_orders

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


async def test_a_statement_is_matched_to_the_cent_and_every_misfit_is_named(hub: Sandbox, clock: Clock) -> None:
    numbers = place_good(hub, 6)
    await up_to_released()
    paid_at = column("SELECT min(placed_at) FROM sales_order")
    assert paid_at
    day = (clock.now - timedelta(hours=1)).astimezone(BEIJING).date()
    for order in hub.world.channels["shop"].book:
        order["paid_at"] = f"{day.isoformat()}T12:00:00+08:00"
    struck = hub.world.make_bill(day, distortions=list(Distortion))

    await reconcile_payments(day)
    first = dict(rows("SELECT subject, outcome FROM settlement_match"))
    await reconcile_payments(day)

    outcomes = dict(
        rows(
            "SELECT o.channel_order_no, m.outcome FROM settlement_match m JOIN sales_order o ON o.id = m.order_id"
            " ORDER BY o.channel_order_no"
        )
    )
    odd = {struck[Distortion.WRONG_AMOUNT], struck[Distortion.REFUND]}
    assert outcomes == {number: "off" if number in odd else "equal" for number in numbers}
    strays = rows("SELECT outcome, order_id FROM settlement_match WHERE order_id IS NULL")
    assert [tuple(row) for row in strays] == [("unknown-order", None)]
    refunded = rows(
        "SELECT trade_no, count(*) AS lines, sum(amount_minor) AS left_over FROM settlement_line"
        " GROUP BY trade_no HAVING count(*) > 1"
    )
    assert [(row.lines, row.left_over) for row in refunded] == [(2, 0)], "a refund repeats the trade number"
    matched = column("SELECT sum(settled_minor) FROM settlement_match")
    assert matched == column("SELECT sum(amount_minor) FROM settlement_line"), "every cent is in one outcome"
    assert dict(rows("SELECT subject, outcome FROM settlement_match")) == first, "the same statement changes nothing"
    assert_books_are_sound()


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-23T10:29:59+08:00", "2026-11-21"),
        ("2026-11-23T10:30:00+08:00", "2026-11-22"),
        ("2026-11-22T16:30:00+00:00", "2026-11-21"),
    ],
    ids=["not ready yet", "ready", "after midnight in Beijing"],
)
async def test_the_newest_statement_is_one_that_is_ready(now: str, day: str) -> None:
    assert newest_statement(datetime.fromisoformat(now)).isoformat() == day


async def test_money_for_a_number_that_two_channels_know_waits_for_a_person(hub: Sandbox, clock: Clock) -> None:
    place_good(hub, 2)
    await up_to_released()
    change("UPDATE sales_order SET channel_order_no = 'SAME', channel_id = id")  # the two channels have the ids 1 and 2
    day = (clock.now - timedelta(hours=1)).astimezone(BEIJING).date()
    hub.world.make_bill(day, rows=[BillRow("T1", "SAME", "两件", clock.now, 500)], from_orders=False)
    await reconcile_payments(day)
    found = rows("SELECT outcome, order_id, settled_minor FROM settlement_match")
    assert [tuple(match) for match in found] == [("ambiguous", None, 500)]


async def test_a_run_that_is_retried_does_not_fetch_the_statement_again(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_good(hub, 2)
    await up_to_released()
    day = (clock.now - timedelta(hours=1)).astimezone(BEIJING).date()
    hub.world.make_bill(day)
    judged = []

    def fails_once(*arguments: object) -> list[Verdict]:
        judged.append(arguments)
        if len(judged) == 1:
            raise ValueError("a defect on the first try")
        return judge_orders(*arguments)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(tasks.settle, "judge_orders", fails_once)
    await reconcile_payments.with_options(retries=1)(day)
    once = hub.world.requests.total("alipay")
    assert (len(judged), once > 0) == (2, True)
    await reconcile_payments(day)
    assert hub.world.requests.total("alipay") == 2 * once, "another run asks anew"


async def test_a_silent_parcel_is_noticed_once_and_arrives_all_the_same(hub: Sandbox, clock: Clock) -> None:
    slow, quick = place_good(hub, 2)
    await up_to_released()
    await ship(hub)
    await track_shipments()
    [late] = column(
        "SELECT p.waybill_no FROM parcel p JOIN sales_order o ON o.id = p.order_id WHERE o.channel_order_no = :number",
        number=slow,
    )
    for hours in (31, 24, 24):
        clock.advance(hours=hours)
        hub.world.work_at_carrier(late=[late])
        await track_shipments()
    await relay_outbox()

    assert (status_of(slow), status_of(quick)) == ("shipped", "delivered")
    noticed = column("SELECT reasons FROM order_event WHERE kind = 'noticed'")
    assert [codes(reasons) for reasons in noticed] == [["parcel-late"]]
    assert sum(count for (_, effect, _), count in effects(hub).items() if effect == "message") == 1

    hub.world.carrier.waybills[late].late = False
    hub.world.work_at_carrier()
    clock.advance(hours=3)
    await track_shipments()
    assert status_of(slow) == "delivered"
    assert_books_are_sound()


HEADER = "订单号,下单时间,客户,收货人,电话,省,市,地址,商品编码,数量,单价\n"
GOOD = "F-{n},2026-03-01 10:00:00,C1,王伟,13800000000,浙江省,杭州市,文一路 1 号,SKU-0001,2,10.00\n"


async def test_a_plain_file_imported_twice_gives_its_orders_once(hub: Sandbox, clock: Clock, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    bad = GOOD.format(n=3).replace("SKU-0001,2", "SKU-0001,二")
    file.write_text(HEADER + GOOD.format(n=1) + GOOD.format(n=2) + bad, encoding="utf-8")

    await import_files(str(file), "plain")
    stands = rows("SELECT channel_order_no, status FROM sales_order ORDER BY channel_order_no")
    events = column("SELECT count(*) FROM order_event")
    await import_files(str(file), "plain")

    assert [tuple(row) for row in stands] == [("F-1", "reserved"), ("F-2", "reserved"), ("F-3", "received")]
    assert rows("SELECT channel_order_no, status FROM sales_order ORDER BY channel_order_no") == stands
    assert column("SELECT count(*) FROM order_event") == events
    refused = {row.subject: (row.subject_key, codes(row.reasons)) for row in rows("SELECT * FROM quarantine")}
    assert refused["line"] == ("F-3:SKU-0001", ["quantity-unreadable", "quantity-missing", "amount-missing"])
    assert_books_are_sound()


async def test_a_file_of_a_channel_that_is_polled_too_leaves_the_poll_readable(
    hub: Sandbox, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shop's own export, by the preset of its channel: orders that came both ways are one each (invariant 2)."""
    preset = (ROOT / "presets" / "plain.toml").read_text(encoding="utf-8")
    (tmp_path / "export.toml").write_text(
        preset.replace('name = "plain"', 'name = "export"\nchannel = "shop"'), encoding="utf-8"
    )
    monkeypatch.setenv("ORDERSPINE_PRESETS", str(tmp_path))
    get_settings.cache_clear()
    numbers = place_good(hub, 2)
    await ingest_channels(["shop"])
    file = tmp_path / "orders.csv"
    file.write_text(HEADER + "".join(GOOD.format(n=1).replace("F-1", number) for number in numbers), encoding="utf-8")

    await import_files(str(file), "export")

    assert sorted(column("SELECT channel_order_no FROM sales_order")) == sorted(numbers)
    assert column("SELECT DISTINCT state FROM inbox") == ["done"], "messages of either way are understood"


async def test_money_that_came_before_its_order_counts_once_when_the_order_comes(hub: Sandbox, clock: Clock) -> None:
    numbers = place_good(hub, 2)
    day = (clock.now - timedelta(hours=1)).astimezone(BEIJING).date()
    for order in hub.world.channels["shop"].book:
        order["paid_at"] = f"{day.isoformat()}T12:00:00+08:00"
    hub.world.make_bill(day)
    await reconcile_payments(day)
    assert {row.outcome for row in rows("SELECT outcome FROM settlement_match")} == {"unknown-order"}

    await up_to_released()
    await reconcile_payments(day)

    stand = rows("SELECT outcome, order_id FROM settlement_match")
    assert [row.outcome for row in stand] == ["equal"] * len(numbers)
    assert column("SELECT sum(settled_minor) FROM settlement_match") == column(
        "SELECT sum(amount_minor) FROM settlement_line"
    )


async def test_goods_that_left_although_they_were_called_off_go_to_a_person(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1)
    await up_to_released()
    change("UPDATE outbound SET state = 'cancelled'")
    await ship(hub)
    await track_shipments()

    assert status_of(number) == "released"
    [refused] = rows("SELECT reasons FROM quarantine WHERE subject = 'message'")
    assert codes(refused.reasons) == ["shipped-though-cancelled"]
    assert rows("SELECT id FROM parcel") == []
    assert_books_are_sound()
