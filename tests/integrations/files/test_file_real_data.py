"""The presets against the real data: its known answers (``data/README.md`` beside it) come out to the cent."""

from collections import Counter
from pathlib import Path

import pytest

from integrations.files.channel import FileChannel
from integrations.files.payments import read_statement
from integrations.files.preset import load_preset
from models.lifecycle import OrderKind, Status
from models.messages import ChannelOrder, RawMessage, StatementLine

PRESETS = Path(__file__).parents[3] / "presets"


def messages(files: FileChannel, path: Path) -> list[RawMessage]:
    found = list(files.messages(path))
    assert all(isinstance(message, RawMessage) for message in found), "no row of the real data is refused"
    return [message for message in found if isinstance(message, RawMessage)]


@pytest.fixture(scope="module")
def olist(real_data: Path) -> list[ChannelOrder]:
    files = FileChannel(load_preset(PRESETS / "olist.toml"))
    return [files.read_order(message) for message in messages(files, real_data / "olist")]


def test_olist_orders_lines_and_amounts(olist: list[ChannelOrder]) -> None:
    assert len({order.order_no for order in olist}) == len(olist) == 8_135
    assert sum(len(order.lines) for order in olist) == 8_365
    assert sum(order.amount_minor or 0 for order in olist) == 126_555_274
    assert sum(not order.lines for order in olist) == 775
    assert not any(order.flaws or any(line.flaws for line in order.lines) for order in olist)


def test_olist_statuses_and_milestones(olist: list[ChannelOrder]) -> None:
    reported = [order.reported for order in olist if order.reported]
    assert Counter(report.status for report in reported if not report.hold) == {
        Status.DELIVERED: 5_172,
        Status.SHIPPED: 1_107,
        Status.CANCELLED: 625,
        Status.RELEASED: 314,
        Status.RESERVED: 301,
        Status.RECEIVED: 5,
        Status.CONFIRMED: 2,
    }
    assert Counter(report.hold for report in reported if report.hold) == {"channel-unavailable": 609}
    assert sum(not order.paid for order in olist) == 5
    assert sum(report.paid_at is None for report in reported) == 146
    delivered = [report for report in reported if report.status is Status.DELIVERED]
    assert sum(report.delivered_at is None for report in delivered) == 8
    assert (
        sum(
            order.cancelled and order.reported is not None and order.reported.delivered_at is not None
            for order in olist
        )
        == 6
    )
    assert sum(bool(r.paid_at and r.shipped_at and r.shipped_at < r.paid_at) for r in reported) == 77


def test_olist_payments_and_products(real_data: Path, olist: list[ChannelOrder]) -> None:
    files = FileChannel(load_preset(PRESETS / "olist.toml"))
    lines = [line for line in read_statement(files.preset, real_data / "olist") if isinstance(line, StatementLine)]
    assert (len(lines), sum(line.amount.minor for line in lines)) == (8_924, 142_860_281)
    assert {line.order_no for line in lines} <= {order.order_no for order in olist}
    skus = {item.sku for item in files.items(real_data / "olist")}
    assert len(skus) == 5_460
    assert {line.sku for order in olist for line in order.lines} <= skus


def test_online_retail_invoices_lines_and_duplicates(real_data: Path) -> None:
    files = FileChannel(load_preset(PRESETS / "online_retail.toml"))
    orders = [files.read_order(message) for message in messages(files, real_data / "online_retail")]
    assert len(orders) == 16_459
    assert not any(order.flaws for order in orders)
    assert sum(len(order.lines) for order in orders) == 320_705
    assert Counter(flaw.code for order in orders for line in order.lines for flaw in line.flaws) == {
        "row-duplicated": 2_483,
        "price-unreadable": 2,
    }
    assert all(len({line.line_no for line in order.lines}) == len(order.lines) for order in orders)
    assert sum(len(order.lines) for order in orders if order.kind is OrderKind.CREDIT) == 5_847
    assert all(
        line.quantity and line.quantity > 0
        for order in orders
        for line in order.lines
        if order.kind is OrderKind.CREDIT
    )


def test_online_retail_gives_the_same_messages_whatever_the_order_of_its_files(real_data: Path, tmp_path: Path) -> None:
    files = FileChannel(load_preset(PRESETS / "online_retail.toml"))
    days = sorted((real_data / "online_retail").rglob("2011-0[1-3]-*.csv.gz"))
    assert len(days) > 60
    for number, day in enumerate(reversed(days)):
        (tmp_path / f"2000-{number // 28 + 1:02}-{number % 28 + 1:02}.csv.gz").symlink_to(day)
    renamed = messages(files, tmp_path)
    day_by_day = [message for day in days for message in messages(files, day)]
    assert sorted(renamed, key=lambda message: message.key) == sorted(day_by_day, key=lambda message: message.key)
