"""Each rule of each suite refuses exactly the row that breaks it, with the facts that its sentence needs."""

from datetime import timedelta
from typing import Any

import pytest
from great_expectations import ExpectationSuite
from pandas import DataFrame

from expectations.apply import find_failures
from expectations.orders import order_lines, orders
from expectations.settlements import settlement_lines
from expectations.stock import stock_snapshot
from models.reasons import Reason
from tests.expectations.frames import LINE, NOW, ORDER, SETTLEMENT, STOCK, between_good_rows

CURRENCIES = ("CNY", "GBP")
ORDERS, LINES = orders(CURRENCIES, now=NOW), order_lines()
STOCKS, SETTLEMENTS = stock_snapshot(), settlement_lines(CURRENCIES)


def only_reason(suite: ExpectationSuite, good: dict[str, Any], **spoiled: Any) -> Reason:
    """The one reason against the middle row."""
    failures = find_failures(between_good_rows(good, **spoiled), suite)
    assert list(failures) == [1]
    (reason,) = failures[1]
    return reason


@pytest.mark.parametrize(
    ("suite", "good"), [(ORDERS, ORDER), (LINES, LINE), (STOCKS, STOCK), (SETTLEMENTS, SETTLEMENT)]
)
def test_good_rows_pass(suite: ExpectationSuite, good: dict[str, Any]) -> None:
    assert find_failures(between_good_rows(good)[::2], suite) == {}
    assert find_failures(DataFrame(columns=list(good)), suite) == {}


@pytest.mark.parametrize(
    ("column", "missing", "code"),
    [
        ("order_no", "", "order-number-missing"),
        ("order_no", " \u3000", "order-number-missing"),
        ("currency", None, "currency-missing"),
        ("amount_minor", None, "amount-missing"),
        ("customer", "", "customer-missing"),
        ("receiver_name", None, "receiver-name-missing"),
        ("receiver_phone", " ", "receiver-phone-missing"),
        ("receiver_province", "", "receiver-province-missing"),
        ("placed_at", None, "placed-at-missing"),
    ],
)
def test_an_order_lacks_something(column: str, missing: str | None, code: str) -> None:
    assert only_reason(ORDERS, ORDER, **{column: missing}) == Reason(code, {"column": column})


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"order_no": "9" * 65}, Reason("order-number-too-long", {"column": "order_no", "value": "9" * 40})),
        ({"currency": "XXX"}, Reason("currency-unknown", {"column": "currency", "value": "XXX"})),
        (
            {"amount_minor": -5, "lines_minor": -1_005},
            Reason("amount-negative", {"column": "amount_minor", "value": "-0.05 CNY"}),
        ),
        ({"lines": 0}, Reason("order-without-lines", {"column": "lines", "value": "0"})),
        (
            {"amount_minor": 12_346},
            Reason("amount-does-not-sum", {"column": "amount_minor", "stated": "123.46 CNY", "sum": "123.45 CNY"}),
        ),
        (
            {"placed_at": NOW + timedelta(days=2)},
            Reason("placed-in-future", {"column": "placed_at", "value": "2026-03-04 09:00:00+00:00"}),
        ),
    ],
)
def test_an_order_states_something_wrong(spoiled: dict[str, Any], reason: Reason) -> None:
    assert only_reason(ORDERS, ORDER, **spoiled) == reason


@pytest.mark.parametrize(
    "fine",
    [
        {"order_no": "9" * 64},
        {"amount_minor": 0, "lines_minor": 0, "freight_minor": 0},
        {"lines_minor": None},
        {"placed_at": NOW + timedelta(hours=23)},
        {"ships": False, "receiver_name": "", "receiver_phone": None, "receiver_province": ""},
        {"currency": "GBP"},
    ],
)
def test_what_an_order_may_be(fine: dict[str, Any]) -> None:
    assert find_failures(between_good_rows(ORDER, **fine), ORDERS) == {}


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"sku": "", "sku_known": True}, Reason("sku-missing", {"column": "sku"})),
        ({"sku": None, "sku_known": False}, Reason("sku-missing", {"column": "sku"})),
        ({"sku_known": False}, Reason("sku-unknown", {"column": "sku", "sku": "SKU-1"})),
        ({"quantity": None}, Reason("quantity-missing", {"column": "quantity"})),
        (
            {"quantity": 0, "amount_minor": 0},
            Reason("quantity-not-positive", {"column": "quantity", "value": "0"}),
        ),
        (
            {"quantity": 1_000_001, "price_minor": 1, "amount_minor": 1_000_001},
            Reason("quantity-too-large", {"column": "quantity", "value": "1000001"}),
        ),
        ({"price_minor": None}, Reason("price-missing", {"column": "price_minor"})),
        (
            {"price_minor": 0, "amount_minor": 0},
            Reason("price-not-positive", {"column": "price_minor", "value": "0.00 CNY"}),
        ),
        ({"amount_minor": None}, Reason("amount-missing", {"column": "amount_minor"})),
        (
            {"amount_minor": 1_204},
            Reason("line-amount-off", {"column": "amount_minor", "stated": "12.04 CNY", "sum": "12.00 CNY"}),
        ),
        ({"duplicated": True}, Reason("row-duplicated", {"column": "duplicated", "value": "1"})),
    ],
)
def test_a_line_is_wrong(spoiled: dict[str, Any], reason: Reason) -> None:
    assert only_reason(LINES, LINE, **spoiled) == reason


@pytest.mark.parametrize(
    "fine",
    [
        {"kind": "charge", "sku": "POST", "sku_known": False},
        {"amount_minor": 1_203},
        {"amount_minor": 1_197},
        {"quantity": 1_000_000, "price_minor": 1, "amount_minor": 1_000_000},
    ],
)
def test_what_a_line_may_be(fine: dict[str, Any]) -> None:
    assert find_failures(between_good_rows(LINE, **fine), LINES) == {}


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"warehouse": ""}, Reason("warehouse-missing", {"column": "warehouse"})),
        ({"sku": " "}, Reason("sku-missing", {"column": "sku"})),
        ({"sku_known": False}, Reason("sku-unknown", {"column": "sku", "sku": "SKU-1"})),
        ({"available": None}, Reason("stock-missing", {"column": "available"})),
        ({"available": -1}, Reason("stock-negative", {"column": "available", "value": "-1"})),
        (
            {"available": 1_000_000_001},
            Reason("stock-too-large", {"column": "available", "value": "1000000001"}),
        ),
        ({"locked": None}, Reason("stock-missing", {"column": "locked"})),
        ({"locked": -2}, Reason("stock-negative", {"column": "locked", "value": "-2"})),
        ({"locked": 1_000_000_001}, Reason("stock-too-large", {"column": "locked", "value": "1000000001"})),
    ],
)
def test_a_stock_row_is_wrong(spoiled: dict[str, Any], reason: Reason) -> None:
    assert only_reason(STOCKS, STOCK, **spoiled) == reason


def test_two_counts_of_the_same_stock_are_both_refused() -> None:
    rows = [STOCK, STOCK | {"available": 9}, STOCK | {"warehouse": "SH1"}]
    twice = Reason("stock-stated-twice", {"column": "sku", "value": "SKU-1"})
    assert find_failures(DataFrame(rows), STOCKS) == {0: [twice], 1: [twice]}


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"line_id": ""}, Reason("settlement-id-missing", {"column": "line_id"})),
        ({"provider": None}, Reason("provider-missing", {"column": "provider"})),
        ({"order_key": " "}, Reason("settlement-order-missing", {"column": "order_key"})),
        ({"currency": ""}, Reason("currency-missing", {"column": "currency"})),
        ({"currency": "ZZZ"}, Reason("currency-unknown", {"column": "currency", "value": "ZZZ"})),
        ({"amount_minor": None}, Reason("amount-missing", {"column": "amount_minor"})),
        ({"happened_at": None}, Reason("happened-at-missing", {"column": "happened_at"})),
    ],
)
def test_a_settlement_line_is_wrong(spoiled: dict[str, Any], reason: Reason) -> None:
    assert only_reason(SETTLEMENTS, SETTLEMENT, **spoiled) == reason


def test_two_settlement_lines_with_the_same_id_are_both_refused() -> None:
    twice = Reason("settlement-id-repeated", {"column": "line_id", "value": "T1-0"})
    frame = between_good_rows(SETTLEMENT, line_id="T1-0")
    assert find_failures(frame, SETTLEMENTS) == {0: [twice], 1: [twice]}


@pytest.mark.parametrize("amount_minor", [0, -500])
def test_a_settlement_line_may_be_zero_or_a_refund(amount_minor: int) -> None:
    assert find_failures(between_good_rows(SETTLEMENT, amount_minor=amount_minor), SETTLEMENTS) == {}
