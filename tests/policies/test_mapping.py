"""What is proposed for the columns of an unknown file, and why."""

import pytest

from policies.header_words import FIELDS, Field, normalised
from policies.mapping import ColumnProposal, propose_mapping

CHINESE = [
    "订单编号",
    "货号",
    "品名",
    "数量",
    "单价",
    "金额",
    "客户",
    "收货人",
    "电话",
    "省",
    "市",
    "区",
    "地址",
    "交期",
    "币种",
]
CHINESE_ROWS = [
    [
        "D-1001",
        "K-1",
        "轴承",
        "2",
        "3.50",
        "7.00",
        "甲",
        "张三",
        "13800000001",
        "广东",
        "深圳",
        "南山",
        "路1号",
        "2026-01-20",
        "CNY",
    ],
    [
        "D-1002",
        "K-2",
        "垫片",
        "10",
        "0.30",
        "3.00",
        "乙",
        "李四",
        "13800000002",
        "广东",
        "深圳",
        "福田",
        "路2号",
        "2026-01-21",
        "CNY",
    ],
]


def rows(header: list[str], *cells: list[str]) -> list[dict[str, str]]:
    return [dict(zip(header, row, strict=True)) for row in cells]


def column(header: list[str], name: str, *cells: list[str]) -> ColumnProposal:
    proposal = propose_mapping(header, rows(header, *cells))
    return next(found for found in proposal.columns if found.column == name)


def test_chinese_headers_are_mapped_surely() -> None:
    proposal = propose_mapping(CHINESE, rows(CHINESE, *CHINESE_ROWS))
    assert [found.field for found in proposal.columns] == [
        "orders.order_no", "lines.sku", "lines.title", "lines.quantity", "lines.price", "lines.amount",
        "orders.customer", "orders.receiver", "orders.phone", "orders.province", "orders.city", "orders.district",
        "orders.street", "orders.promised_on", "orders.currency",
    ]  # fmt: skip
    assert (proposal.missing, proposal.wanted) == ((), ())
    assert all(found.confidence >= 90 and found.reasons for found in proposal.columns)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_word_of_the_list_finds_its_field(field: Field) -> None:
    for word in field.words:
        (found,) = propose_mapping([word.upper()], []).columns
        assert (found.field, found.confidence) == (field.name, 90), word


def test_no_word_stands_for_two_fields() -> None:
    words = [normalised(word) for field in FIELDS for word in {normalised(word) for word in field.words}]
    assert len(words) == len(set(words))


def test_what_is_missing_is_named() -> None:
    proposal = propose_mapping(["商品编码", "备注"], [])
    assert proposal.missing == ("orders.order_no", "lines.quantity", "lines.price")
    assert proposal.wanted == ("orders.customer", "orders.promised_on")


def test_a_header_that_only_contains_a_word_is_less_sure() -> None:
    header = ["内部订单号(新)"]
    found = column(header, header[0], ["A-100"])
    assert found.field == "orders.order_no"
    assert 40 <= found.confidence < 90
    assert found.reasons[0].code == "mapping-header-contains"


def test_cells_that_differ_from_the_header_speak_against_it() -> None:
    header = ["qty", "pieces"]
    found = column(header, "qty", ["many", "3"], ["few", "4"])
    assert (found.field, found.confidence) == ("", 0)
    found = column(header, "pieces", ["many", "3"], ["few", "4"])
    assert (found.field, found.confidence) == ("lines.quantity", 99)


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        ("13912345678", "orders.phone"),
        ("2026-01-05 10:30:00", "orders.placed_at"),
        ("USD", "orders.currency"),
        ("x", ""),
    ],
)
def test_telling_cells_are_known_under_any_header(cell: str, field: str) -> None:
    found = column(["F7"], "F7", [cell])
    assert found.field == field
    assert found.confidence == (50 if field else 0)


def test_the_column_that_is_quantity_times_price_is_the_amount() -> None:
    header = ["数量", "单价", "合计", "金额"]
    cells = (["2", "3.50", "7.00", "10.00"], ["3", "1.00", "￥3.00", "10.00"])
    assert column(header, "合计", *cells).field == "lines.amount"
    assert column(header, "合计", *cells).reasons[0].code == "mapping-is-quantity-times-price"


def test_an_amount_that_is_not_quantity_times_price_belongs_to_the_order() -> None:
    header = ["数量", "单价", "金额"]
    found = column(header, "金额", ["2", "3.50", "10.00"], ["3", "1.00", "10.00"])
    assert (found.field, found.confidence) == ("orders.amount", 60)


def test_the_same_file_gives_the_same_proposal() -> None:
    sample = rows(CHINESE, *CHINESE_ROWS)
    assert propose_mapping(CHINESE, sample) == propose_mapping(CHINESE, sample)
