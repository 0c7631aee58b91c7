"""Small files through presets: what orders come out, what is flagged, what is refused."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from integrations.errors import Rejected
from integrations.files.channel import FileChannel
from integrations.files.payments import read_statement
from integrations.files.preset import Preset, load_preset
from integrations.files.tables import UnreadableFile
from models.lifecycle import LineKind, OrderKind, Status
from models.messages import ChannelOrder, RawMessage, RefusedRow, StatementLine
from models.money import MAX_MINOR

PRESETS = Path(__file__).parents[3] / "presets"
Write = Callable[..., Path]

CHINESE = """\
订单号,下单时间,客户,收货人,电话,省,市,区,地址,货号,品名,数量,单价,承诺日期,币种,运费,加急,备注
D-1,2026/1/5 10:30,甲厂,张三,1380000001,广东省,深圳市,南山区,路1号,K-1,轴承,2,"1,200.50",2026年1月20日,人民币,8,是,先发
D-1,2026/1/5 10:30,甲厂,张三,1380000001,广东省,深圳市,南山区,路1号,K-2,垫片,10,0.30,2026年1月20日,人民币,8,是,先发
"""


def channel(**changes: Any) -> FileChannel:
    """A small preset with English columns."""
    document: dict[str, Any] = {
        "name": "small",
        "reading": {"currency": "EUR", "timezone": "Europe/Berlin"},
        "orders": {"fields": {"order_no": "no"}},
        "lines": {"fields": {"sku": "sku", "quantity": "qty", "price": "price"}},
    }
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = document
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return FileChannel(Preset.model_validate(document))


def read(files: FileChannel, path: Path) -> list[ChannelOrder]:
    return [files.read_order(message) for message in files.messages(path) if isinstance(message, RawMessage)]


def refusals(files: FileChannel, path: Path) -> list[str]:
    return [row.reasons[0].code for row in files.messages(path) if isinstance(row, RefusedRow)]


def line_flaws(order: ChannelOrder) -> list[list[str]]:
    return [[flaw.code for flaw in line.flaws] for line in order.lines]


def test_a_chinese_order_is_read_whole(plain: FileChannel, write: Write) -> None:
    (order,) = read(plain, write(CHINESE))
    assert (order.order_no, order.currency, order.amount_minor, order.freight_minor) == ("D-1", "CNY", 241_200, 800)
    assert order.placed_at == datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
    assert order.promised_on == date(2026, 1, 20)
    assert (order.customer.code, order.urgent, order.remark, order.paid) == ("甲厂", True, "先发", True)
    receiver = order.receiver
    assert (receiver.name, receiver.phone, receiver.country) == ("张三", "1380000001", "CN")
    assert (receiver.province, receiver.city, receiver.district, receiver.street) == (
        "广东省",
        "深圳市",
        "南山区",
        "路1号",
    )
    assert [(line.line_no, line.quantity, line.price_minor, line.amount_minor) for line in order.lines] == [
        ("K-1", 2, 120_050, 240_100),
        ("K-2", 10, 30, 300),
    ]
    assert (order.flaws, line_flaws(order)) == ((), [[], []])


def test_the_same_order_from_excel_and_csv_is_one_message(plain: FileChannel, write: Write, tmp_path: Path) -> None:
    rows = [["order_no", "sku", "qty", "price"], ["A1", "K", 2, 19.9], ["A1", "L", 1, 5]]
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "other.xlsx")
    (from_excel,) = plain.messages(tmp_path / "other.xlsx")
    (from_csv,) = plain.messages(write("price,qty,sku,order_no\n5,1,L,A1\n19.9,2,K,A1\n"))
    assert isinstance(from_excel, RawMessage)
    assert isinstance(from_csv, RawMessage)
    assert (from_excel.key, from_excel.body) == (from_csv.key, from_csv.body)
    assert from_csv.key.startswith("A1:")
    assert plain.read_order(from_csv).amount_minor == 4_480


def test_an_order_spread_over_files_is_gathered_and_other_rows_change_the_key(write: Write) -> None:
    write("no,sku,qty,price\nA,K,1,1\n", "day/1.csv")
    folder = write("no,sku,qty,price\nA,L,2,1\nB,K,1,1\n", "day/2.csv").parent
    files = channel()
    keys = {message.key for message in files.messages(folder) if isinstance(message, RawMessage)}
    orders = {order.order_no: order for order in read(files, folder)}
    assert [line.sku for line in orders["A"].lines] == ["K", "L"]
    write("no,sku,qty,price\nA,L,3,1\nB,K,1,1\n", "day/2.csv")
    changed = {message.key for message in files.messages(folder) if isinstance(message, RawMessage)}
    assert [key[:2] for key in keys - changed] == ["A:"]


def test_what_cannot_be_read_is_flagged_and_left_out(write: Write) -> None:
    path = write(
        "no,sku,qty,price,amount,freight,at\n"
        "A,K1,two,1.00,,,31.12.\n"
        'A,K2,1,"1,5",,,31.12.\n'
        "A,K3,1,1.00,1.005,,31.12.\n"
        "A,K4,1.5,1.00,,much,31.12.\n"
    )
    files = channel(lines__fields__amount="amount", lines__fields__freight="freight", orders__fields__placed_at="at")
    (order,) = read(files, path)
    assert line_flaws(order) == [
        ["quantity-unreadable"],
        ["price-unreadable"],
        ["amount-unreadable"],
        ["quantity-unreadable", "amount-unreadable"],
    ]
    assert order.lines[0].flaws[0].facts == {"value": "two"}
    assert order.amount_minor is None
    assert [(flaw.code, flaw.facts) for flaw in order.flaws] == [
        ("time-unreadable", {"field": "placed_at", "value": "31.12."})
    ]
    assert order.placed_at == datetime.fromtimestamp(path.stat().st_mtime, UTC)


def test_rows_without_a_usable_order_number_are_refused(write: Write) -> None:
    path = write(f"no,sku,qty,price\nA,K,1,1\n ,K,1,1\n1.23457E+17,K,1,1\n{'x' * 101},K,1,1\nB\n")
    assert sorted(refusals(channel(), path)) == [
        "order-number-missing",
        "order-number-unreadable",
        "order-number-unreadable",
        "row-ragged",
    ]
    assert [order.order_no for order in read(channel(), path)] == ["A"]


def test_ids_lose_what_programs_put_around_them(write: Write) -> None:
    path = write('no,sku,qty,price\n"=""0012""",`K1\t, 1 ,￥5\n')
    (order,) = read(channel(), path)
    assert (order.order_no, order.lines[0].sku, order.lines[0].price_minor) == ("0012", "K1", 500)
    assert order.lines[0].raw["no"] == '="0012"'


def test_equal_rows_are_lines_of_their_own_with_a_flaw(write: Write) -> None:
    (order,) = read(channel(), write("no,sku,qty,price\nA,K,1,2\nA,K,3,2\nA,K,1,2\nA,J,1,1\n"))
    assert [(line.line_no, line.quantity) for line in order.lines] == [("J", 1), ("K", 1), ("K#2", 1), ("K#3", 3)]
    assert line_flaws(order) == [[], [], ["row-duplicated"], []]


def test_numbered_lines_stand_in_the_order_of_their_numbers(write: Write) -> None:
    path = write("no,line,sku,qty,price\nA,10,K,1,1\nA,9,K,1,1\nA,10,L,1,1\n")
    (order,) = read(channel(lines__fields__line_no="line"), path)
    assert [line.line_no for line in order.lines] == ["9", "10", "10#2"]
    assert line_flaws(order) == [[], [], ["line-number-repeated"]]


def test_an_order_that_contradicts_itself_says_where(write: Write) -> None:
    path = write("no,who,city,sku,qty,price\nA,Ann,Bonn,K,1,1\nA,Bob,Bonn,L,1,1\n")
    (order,) = read(channel(orders__fields__customer="who", orders__fields__city="city"), path)
    assert [(flaw.code, flaw.facts["field"]) for flaw in order.flaws] == [("order-contradictory", "customer")]


def test_credits_are_counted_positive_and_services_are_charges(write: Write) -> None:
    files = channel(
        orders__kinds=[{"prefix": "C", "kind": "credit", "flip_signs": True}],
        lines__services=["post"],
        reading={"currency": "EUR", "timezone": "UTC", "decimal": "comma", "sku_case": "upper"},
    )
    (credit,) = read(files, write('no,sku,qty,price\nC1,k1,-3,"1.000,50"\nC1,Post,-1,"4,00"\n'))
    assert (credit.kind, credit.amount_minor) == (OrderKind.CREDIT, 300_550)
    assert [(line.sku, line.quantity, line.kind) for line in credit.lines] == [
        ("K1", 3, LineKind.GOODS),
        ("POST", 1, LineKind.CHARGE),
    ]


def test_a_price_is_worked_out_of_the_amount(write: Write) -> None:
    files = channel(lines__fields={"sku": "sku", "quantity": "qty", "amount": "sum"})
    (order,) = read(files, write("no,sku,qty,sum\nA,K,3,10.00\n"))
    assert (order.lines[0].price_minor, order.lines[0].amount_minor) == (333, 1000)


STATUSES = {
    "open": {"status": "received", "paid": False},
    "gone": {"status": "shipped"},
    "stuck": {"status": "confirmed", "hold": "channel-unavailable"},
    "off": {"status": "cancelled"},
}


@pytest.mark.parametrize(
    ("word", "fulfilment", "status", "paid"),
    [
        ("open", "reported", Status.RECEIVED, False),
        ("Gone", "reported", Status.SHIPPED, True),
        ("off", "reported", Status.CANCELLED, True),
        ("open", "hub", None, False),
        ("gone", "hub", Status.SHIPPED, True),
    ],
)
def test_the_status_column_is_translated(
    write: Write, word: str, fulfilment: str, status: Status | None, paid: bool
) -> None:
    files = channel(statuses=STATUSES, fulfilment=fulfilment, orders__fields__status="status")
    (order,) = read(files, write(f"no,status,sku,qty,price\nA,{word},K,1,1\n"))
    assert (order.reported.status if order.reported else None, order.paid) == (status, paid)
    assert order.cancelled is (word == "off")
    assert order.flaws == ()


def test_an_unknown_status_is_flagged_and_never_guessed(write: Write) -> None:
    files = channel(statuses=STATUSES, fulfilment="reported", orders__fields__status="status")
    (order,) = read(files, write("no,status,sku,qty,price\nA,lost,K,1,1\n"))
    assert (order.reported, order.paid, order.cancelled) == (None, False, False)
    assert [(flaw.code, flaw.facts) for flaw in order.flaws] == [("channel-status-unknown", {"status": "lost"})]


def test_a_line_without_its_order_and_an_order_without_lines(write: Write) -> None:
    write("no,city\nA,Bonn\nB,Köln\nB,Köln\n", "x/orders.csv")
    path = write("no,sku,qty,price\nA,K,1,1\nZ,K,1,1\n", "x/lines.csv")
    files = channel(
        orders={"files": ["orders.csv"], "fields": {"order_no": "no", "city": "city"}},
        lines__files=["lines.csv"],
        lines__fields__order_no="no",
    )
    for place in (path, path.parent):
        assert [(order.order_no, len(order.lines)) for order in read(files, place)] == [("A", 1), ("B", 0)]
        assert refusals(files, place) == ["order-unknown"]


def test_payments_that_cannot_be_used_are_refused_with_their_reason(write: Write) -> None:
    write("no,sku,qty,price\nA,K,1,1\n", "x/lines.csv")
    folder = write(
        "no,n,paid,at\nA,1,5.00,2026-01-05\nA,1,5.00,2026-01-05\nA,1,6.00,2026-01-05\n"
        "A,2,-5.00,2026-01-06\nA,3,five,2026-01-05\nA,4,5.00,never\nA,,5.00,2026-01-05\n",
        "x/payments.csv",
    ).parent
    fields = {"order_no": "no", "amount": "paid", "happened_at": "at"}
    files = channel(
        lines__files=["lines.csv"], payments={"files": ["payments.csv"], "id": ["no", "n"], "fields": fields}
    )
    rows = list(read_statement(files.preset, folder))
    assert [(line.line_id, line.amount.minor) for line in rows if isinstance(line, StatementLine)] == [
        ("A-1", 500),
        ("A-2", -500),
    ]
    assert [row.reasons[0].code for row in rows if isinstance(row, RefusedRow)] == [
        "row-duplicated",
        "line-number-repeated",
        "amount-unreadable",
        "time-unreadable",
        "payment-number-missing",
    ]


def test_without_tables_of_their_own_there_are_no_payments_and_the_lines_name_the_goods(write: Write) -> None:
    path = write("no,sku,name,qty,price\nA,K,hat,1,1\nA,K,cap,1,1\nB,K,cap,1,1\nB,POST,post,1,1\n")
    files = channel(lines__services=["post"], lines__fields__title="name")
    assert list(read_statement(files.preset, path)) == []
    assert [(item.sku, item.title) for item in files.items(path)] == [("K", "cap")]


def test_only_a_header_is_an_error_and_so_is_a_folder_without_files(plain: FileChannel, write: Write) -> None:
    with pytest.raises(UnreadableFile, match="no rows below it"):
        list(plain.messages(write("order_no,sku,qty\n")))
    with pytest.raises(UnreadableFile, match=r"no file called .*\.csv.* choose another preset"):
        list(plain.messages(write("x", "docs/readme.md").parent))
    with pytest.raises(UnreadableFile, match="no column 'order_no'"):
        list(plain.messages(write("nothing,sku,qty\n1,2,3x\n")))


def test_one_bad_file_in_a_folder_does_not_stop_the_others(plain: FileChannel, write: Write) -> None:
    write("order_no,sku,qty\nA,K,1\n", "days/1.csv")
    write("order,sku,qty\nC,K,1\n", "days/3.csv")
    folder = write(b"order_no,sku,qty\nB,\xff\xff,1\n", "days/2.csv").parent
    assert [order.order_no for order in read(plain, folder)] == ["A"]
    assert refusals(plain, folder) == ["file-unreadable", "file-unreadable"]
    assert [item.sku for item in plain.items(folder)] == ["K"]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"preset":"small","rows":{"lines":[],"order":[]}}'])
def test_a_message_without_an_order_number_is_rejected(body: str) -> None:
    with pytest.raises(Rejected):
        channel().read_order(RawMessage("k", body, datetime(2026, 1, 1, tzinfo=UTC)))


def test_the_template_reads_english_headers_and_leaves_out_what_is_not_there(plain: FileChannel, write: Write) -> None:
    (order,) = read(plain, write("Order No.,SKU,Qty,unit price\nA,K,1,2.00\n"))
    assert (order.amount_minor, order.customer.code, order.promised_on) == (200, "", None)
    assert load_preset(PRESETS / "plain.toml").opening_stock is None


def test_a_line_without_price_and_amount_says_so(plain: FileChannel, write: Write) -> None:
    (order,) = read(plain, write("order_no,sku,qty,price\nA,K,1,\nA,K,1,\n"))
    assert line_flaws(order) == [["price-unreadable"], ["row-duplicated", "price-unreadable"]]
    assert order.amount_minor is None


COLUMNS = ["placed_at", "promised_on", "currency", "order amount", "freight", "sku", "qty", "price", "amount"]
odd_cells = (
    st.text(max_size=12)
    | st.text("0123456789.,-+ :/年月日eE%¥", max_size=30)
    | st.sampled_from(["9" * 500, "9" * 13, "999999999"])
)


@given(st.lists(st.tuples(*[odd_cells] * len(COLUMNS)), min_size=1, max_size=3))
def test_no_cell_whatever_stops_an_order(rows: list[tuple[str, ...]]) -> None:
    files = FileChannel(load_preset(PRESETS / "plain.toml"))
    lines = [{"order_no": "A", **dict(zip(COLUMNS, row, strict=True))} for row in rows]
    message = RawMessage("k", json.dumps({"rows": {"order": [], "lines": lines}}), datetime(2026, 1, 1, tzinfo=UTC))
    order = files.read_order(message)
    assert len({line.line_no for line in order.lines}) == len(rows)
    assert order.placed_at.tzinfo is UTC
    for line in order.lines:
        unread = {flaw.code for flaw in line.flaws}
        assert (line.quantity is None) == ("quantity-unreadable" in unread)
        assert abs(line.amount_minor) <= MAX_MINOR if line.amount_minor is not None else unread
