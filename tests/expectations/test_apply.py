"""The one function that applies a suite: every reason of every bad row, no good row lost, no batch judged by halves."""

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest
from great_expectations import ExpectationSuite
from great_expectations.expectations import (  # type: ignore[attr-defined]  # it re-exports without saying so
    ExpectColumnValuesToBeBetween,
    ExpectTableRowCountToEqual,
)
from pandas import DataFrame

from expectations.apply import SuiteFailed, find_failures
from expectations.orders import order_lines, orders
from expectations.rules import at_least, one_of, present
from expectations.settlements import settlement_lines
from expectations.stock import stock_snapshot
from models.reasons import Reason
from tests.expectations.frames import LINE, NOW, ORDER, SETTLEMENT, STOCK, between_good_rows

LINES = order_lines()
EVERY_SUITE = [
    (orders(["CNY"], now=NOW), ORDER),
    (LINES, LINE),
    (stock_snapshot(), STOCK),
    (settlement_lines(["CNY"]), SETTLEMENT),
]
FLAGS = ("ships", "sku_known", "duplicated")


def codes(failures: dict[int, list[Reason]]) -> dict[int, list[str]]:
    return {row: [reason.code for reason in reasons] for row, reasons in failures.items()}


def test_a_row_has_all_its_reasons_in_the_order_of_the_suite() -> None:
    spoiled = {"sku": "", "quantity": 0, "price_minor": -1, "amount_minor": 7, "duplicated": True}
    failures = find_failures(DataFrame([LINE, LINE | spoiled]), LINES)
    assert codes(failures) == {
        1: ["sku-missing", "quantity-not-positive", "price-not-positive", "line-amount-off", "row-duplicated"]
    }


def test_rows_are_counted_by_position_whatever_the_index() -> None:
    rows = [LINE, LINE | {"sku_known": False}, LINE, LINE | {"quantity": None}]
    frame = DataFrame(rows, index=[7, 7, "x", 0])
    assert codes(find_failures(frame, LINES)) == {1: ["sku-unknown"], 3: ["quantity-missing"]}


def test_the_callers_frame_stays_as_it_was() -> None:
    frame = DataFrame([LINE | {"sku": "  "}, LINE], index=[5, 6])
    before = frame.copy(deep=True)
    assert codes(find_failures(frame, LINES)) == {0: ["sku-missing"]}
    assert frame.equals(before)


def test_every_bad_row_of_a_large_batch_is_named() -> None:
    rows = [LINE | {"quantity": 0 if row % 2 else 3, "amount_minor": 0 if row % 2 else 1_200} for row in range(3_000)]
    assert list(find_failures(DataFrame(rows), LINES)) == list(range(1, 3_000, 2))


@pytest.mark.parametrize(
    ("suite", "good", "column"),
    [(suite, good, column) for suite, good in EVERY_SUITE for column in good if column not in FLAGS],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_column_without_any_value_stops_nobody(suite: ExpectationSuite, good: dict[str, Any], column: str) -> None:
    failures = find_failures(between_good_rows(good).assign(**{column: None}), suite)
    metas = [rule.meta or {} for rule in suite.expectations]
    required = any(meta["column"] == column and not meta["says"] for meta in metas)
    assert list(failures) == ([0, 1, 2] if required else [])
    assert all(code.endswith("-missing") for row in codes(failures).values() for code in row)


@pytest.mark.parametrize("sku", ["'; DROP TABLE product; --", "𝄞 🧨", "]]>&amp;", "a\nb\x00c", "=1+1", "x" * 1_000_000])
def test_hostile_text_is_quoted_and_cut(sku: str) -> None:
    failures = find_failures(DataFrame([LINE | {"sku": sku, "sku_known": False}]), LINES)
    assert failures == {0: [Reason("sku-unknown", {"column": "sku", "sku": sku[:40]})]}


def test_a_number_beyond_every_integer_type() -> None:
    failures = find_failures(DataFrame([LINE, LINE | {"quantity": 10**30}]), LINES)
    assert codes(failures)[1][0] == "quantity-too-large"


def test_amounts_are_plain_numbers_where_no_currency_is_known() -> None:
    order = ORDER | {"currency": None, "amount_minor": 1}
    failures = find_failures(DataFrame([order]), orders(["CNY"], now=NOW))
    facts = {"column": "amount_minor", "stated": "1", "sum": "12345"}
    assert failures == {0: [Reason("currency-missing", {"column": "currency"}), Reason("amount-does-not-sum", facts)]}
    lines = DataFrame([LINE | {"price_minor": 0, "amount_minor": 0}]).drop(columns="currency")
    assert find_failures(lines, LINES) == {0: [Reason("price-not-positive", {"column": "price_minor", "value": "0"})]}


def test_a_missing_column_fails_the_batch_and_is_named() -> None:
    with pytest.raises(SuiteFailed, match=r"order-lines.*price_minor") as failed:
        find_failures(DataFrame([LINE]).drop(columns="price_minor"), LINES)
    assert failed.value.suite == "order-lines"
    assert "expect_" in failed.value.expectation


def test_a_column_of_the_wrong_kind_fails_the_batch() -> None:
    with pytest.raises(SuiteFailed, match="quantity"):
        find_failures(DataFrame([LINE, LINE | {"quantity": "three"}]), LINES)


@pytest.mark.parametrize("rows", [1, 2])
def test_an_expectation_that_cannot_name_rows_fails_the_batch(rows: int) -> None:
    whole = ExpectTableRowCountToEqual(value=1, meta={"code": "rows"})
    suite = ExpectationSuite(name="counted", expectations=[present("sku", "sku-missing"), whole])
    with pytest.raises(SuiteFailed, match=r"expect_table_row_count_to_equal .*no row numbers"):
        find_failures(DataFrame([LINE] * rows), suite)


def test_rules_of_the_same_reason_each_speak_for_their_column() -> None:
    suite = ExpectationSuite(name="same", expectations=[at_least(1, "a", "low"), at_least(1, "b", "low")])
    failures = find_failures(DataFrame({"a": [0, 1], "b": [0, 0]}), suite)
    assert [[reason.facts["column"] for reason in failures[row]] for row in (0, 1)] == [["a", "b"], ["b"]]


def test_without_the_rule_that_it_is_there_a_missing_value_passes() -> None:
    """Why ``present`` stands beside every other rule."""
    suite = ExpectationSuite(name="lax", expectations=[one_of(["CNY"], "currency", "currency-unknown", "")])
    assert find_failures(DataFrame([LINE, LINE | {"currency": None}]), suite) == {}


def judged_by_threads() -> list[object]:
    """Eight batches at once, of which batch n has its only bad row at n: what each was told, or the error's type."""

    def judge(bad_row: int) -> object:
        rows: list[dict[str, Any]] = [LINE.copy() for _ in range(40)]
        rows[bad_row]["sku"] = ""
        try:
            return codes(find_failures(DataFrame(rows), LINES))
        except SuiteFailed as error:
            return type(error)

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(judge, range(8)))


RIGHT = [{row: ["sku-missing"]} for row in range(8)]


def test_batches_of_several_threads_do_not_mix() -> None:
    assert judged_by_threads() == RIGHT


def test_they_do_mix_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expectations.apply._one_at_a_time", nullcontext())
    assert any(judged_by_threads() != RIGHT for _ in range(10))


def test_it_prints_nothing_and_calls_nobody(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*address: Any) -> None:
        raise AssertionError(f"connects to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    caplog.set_level("INFO")
    find_failures(DataFrame([LINE | {"sku": ""}]), LINES)
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_the_package_itself_is_cheap_to_import() -> None:
    code = (
        "import expectations, os, sys; print('great_expectations' in sys.modules, os.environ['GX_ANALYTICS_ENABLED'])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  (our own code)
    assert told.stdout == "False false\n"


def test_an_expectation_made_without_rules_is_refused_loudly() -> None:
    foreign = ExpectColumnValuesToBeBetween(column="quantity", min_value=10)
    with pytest.raises(SuiteFailed, match=r"foreign.*expect_column_values_to_be_between.*no reason"):
        find_failures(DataFrame([LINE]), ExpectationSuite(name="foreign", expectations=[foreign]))
