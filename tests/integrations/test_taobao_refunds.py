"""Taobao's refunds: what is not to be sent leaves the trade, what is undecided holds it, and none is missed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from bench import Bench
from conformance_channels import pulled
from samples import NOON, a_paid_order

from integrations.taobao_trade import read_trade
from models.lifecycle import Status
from models.messages import ChannelOrder
from sandbox.taobao_trade import refunds_of

TID = "3600000000000100003"
MINUTE = timedelta(minutes=1)
WAITS = ("NO_REFUND", "WAIT_SELLER_SEND_GOODS")


def trade(status: str, *lines: tuple[str, str]) -> ChannelOrder:
    """A trade of 100.00 a line and 8.00 postage, with each line's refund status and status."""
    suborders = [
        {
            "oid": str(n), "outer_sku_id": f"SKU-{n}", "num": 2, "price": "60.00", "divide_order_fee": "100.00",
            "refund_status": refund, "status": suborder,
        }
        for n, (refund, suborder) in enumerate(lines)
    ]  # fmt: skip
    written = {
        "tid": TID, "status": status, "payment": f"{len(lines)}08.00", "post_fee": "8.00", "buyer_open_uid": "AAH1",
        "created": "2026-03-01 10:00:00", "modified": "2026-03-01 12:00:00", "orders": {"order": suborders},
    }  # fmt: skip
    return read_trade(TID, written, NOON)


def test_a_refunded_line_leaves_a_trade_that_is_still_to_be_sent() -> None:
    order = trade("WAIT_SELLER_SEND_GOODS", ("SUCCESS", "TRADE_CLOSED"), WAITS)
    assert [(line.line_no, line.quantity, line.price_minor, line.amount_minor) for line in order.lines] == [
        ("1", 2, 5000, 10000)
    ]
    assert (order.amount_minor, order.freight_minor, order.reported) == (10800, 800, None)
    assert order.payment is not None
    assert order.payment.amount_minor == 20800, "what was paid is told as it was; the refund is the provider's line"


def test_a_refund_of_part_of_a_lines_money_leaves_the_goods_due() -> None:
    order = trade("WAIT_SELLER_SEND_GOODS", ("SUCCESS", "WAIT_SELLER_SEND_GOODS"), WAITS)
    assert (len(order.lines), order.amount_minor, order.reported) == (2, 20800, None)


@pytest.mark.parametrize("status", ["WAIT_BUYER_CONFIRM_GOODS", "TRADE_FINISHED"])
def test_a_refund_after_the_goods_left_changes_no_line(status: str) -> None:
    order = trade(status, ("SUCCESS", "TRADE_CLOSED"), WAITS)
    assert (len(order.lines), order.amount_minor) == (2, 20800)
    assert order.reported is not None
    assert order.reported.hold == ""


@pytest.mark.parametrize(
    "refund", ["WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_CONFIRM_GOODS", "SELLER_REFUSE_BUYER"]
)
def test_a_refund_under_way_holds_a_trade_that_has_not_left(refund: str) -> None:
    reported = trade("WAIT_SELLER_SEND_GOODS", (refund, "WAIT_SELLER_SEND_GOODS"), WAITS).reported
    assert reported is not None
    assert (reported.status, reported.hold) == (Status.RECEIVED, "channel-refund-under-way")
    left = trade("WAIT_BUYER_CONFIRM_GOODS", (refund, "WAIT_BUYER_CONFIRM_GOODS"), WAITS).reported
    assert left is not None
    assert (left.status, left.hold) == (Status.SHIPPED, "")


@pytest.mark.parametrize("refund", ["NO_REFUND", "CLOSED", ""])
def test_a_refund_that_came_to_nothing_stops_nothing(refund: str) -> None:
    order = trade("WAIT_SELLER_SEND_GOODS", (refund, "WAIT_SELLER_SEND_GOODS"), WAITS)
    assert (len(order.lines), order.amount_minor, order.reported) == (2, 20800, None)


def asked_for(order: dict[str, Any], at: datetime, number: str) -> dict[str, Any]:
    """A refund of the first line, as the sandbox keeps it."""
    changed = {"changed_at": at.isoformat(), "status": "WAIT_SELLER_AGREE"}
    return {"number": number, "line_no": order["lines"][0]["line_no"], "fen": 100} | changed


async def test_a_refund_that_changes_later_than_its_trade_brings_the_trade_again(bench: Bench) -> None:
    a_paid_order(bench, "taobao")
    book = bench.world.channels["taobao"].book
    numbers = sorted(order["order_no"] for order in book if order["status"] == "paid")
    later = NOON + timedelta(hours=50)
    for place, number in enumerate(numbers):
        book[number]["refunds"] = [asked_for(book[number], later + place * MINUTE, f"90{place}")]
    partner = bench.partner("taobao")
    edge, end = later + 5 * MINUTE, later + len(numbers) * MINUTE
    before, after = await pulled(partner, later - 30 * MINUTE, edge), await pulled(partner, edge, end)
    assert [partner.read_order(message).order_no for message in [*before, *after]] == numbers
    assert len(before) == 5
    reported = partner.read_order(before[0]).reported
    assert reported is not None
    assert reported.hold == "channel-refund-under-way"


async def test_a_refund_of_a_trade_that_is_not_told_any_more_stops_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    number = a_paid_order(bench, "taobao")
    later = NOON + timedelta(hours=50)
    order = bench.world.channels["taobao"].book[number]
    order["refunds"] = [asked_for(order, later, "9001")]
    gone = {"refund_id": "1", "tid": 1, "modified": "2026-05-06 14:00:00"}
    monkeypatch.setattr("sandbox.taobao.refunds_of", lambda each: [*refunds_of(each), gone])
    partner = bench.partner("taobao")
    messages = await pulled(partner, later - MINUTE, later + MINUTE)
    assert {partner.read_order(message).order_no for message in messages} == {number}
    assert "trade-not-exist" in caplog.text
