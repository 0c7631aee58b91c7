"""The one function that applies a suite to a batch (A6)."""

from collections.abc import Mapping, Sequence
from functools import cache
from threading import Lock
from typing import Any, cast

import great_expectations
from great_expectations import ExpectationSuite
from great_expectations.core import ExpectationValidationResult
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from pandas import DataFrame, Series, isna
from pandas.api.types import infer_dtype

from expectations.rules import code_of
from models.money import Money
from models.reasons import Fact, Reason

VALUE_CHARACTERS = 40
# Without a row number per failing row nobody could say which rows are good.
_EVERY_ROW = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
_NUMBERS = ("empty", "integer", "floating", "mixed-integer-float")
# All batches pass through one data source of Great Expectations, which holds one frame at a time.
_one_at_a_time = Lock()


class SuiteFailed(RuntimeError):
    """A suite could not say which rows fail, so the whole batch must wait."""

    def __init__(self, suite: str, expectation: str, why: str) -> None:
        self.suite, self.expectation = suite, expectation
        super().__init__(f"The suite {suite} could not judge {expectation}: {why}")


def find_failures(frame: DataFrame, suite: ExpectationSuite) -> dict[int, list[Reason]]:
    """Every reason against each row that fails, by its position in the frame; empty when all rows are good.

    The reasons of a row stand in the order of the suite. Each has the fact ``column`` (where to mend) and those that
    its rule names, mostly ``value``, cut to 40 characters. Columns named ``*_minor`` are said as money if the frame
    has a ``currency``. Raises ``SuiteFailed`` when an expectation gives no row numbers, e.g. for a missing column.
    """
    for rule in suite.expectations:
        if not code_of(rule):
            raise SuiteFailed(
                suite.name, rule.expectation_type, "it has no reason code; make it with expectations.rules"
            )
    if len(frame) == 0:
        return {}
    batch = _without_blanks(frame)
    with _one_at_a_time:
        validated = _batches().get_batch({"dataframe": batch}).validate(suite, result_format=_EVERY_ROW)
    failures: dict[int, list[Reason]] = {}
    for result in _in_order(validated.results, suite):
        rows = _failing_rows(result, suite)
        for row, reason in zip(rows, _reasons(batch, rows, _judged(result).meta), strict=True):
            failures.setdefault(row, []).append(reason)
    return failures


@cache
def _batches() -> BatchDefinition[Any]:
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return (
        context.data_sources.add_pandas("batches")
        .add_dataframe_asset("frame")
        .add_batch_definition_whole_dataframe("all")
    )


def _without_blanks(frame: DataFrame) -> DataFrame:
    """The frame numbered from zero, with blank text as missing and every column of numbers as such.

    pandas keeps numbers as objects where one is beyond 64 bits or where all are missing; no formula could use these.
    """
    batch = frame.reset_index(drop=True)
    for column in batch.columns[[kind.kind == "O" for kind in batch.dtypes]]:
        cells = batch[column].map(lambda cell: None if isinstance(cell, str) and not cell.strip() else cell)
        batch[column] = cells.astype(float) if infer_dtype(cells) in _NUMBERS else cells
    return batch


def _in_order(
    results: Sequence[ExpectationValidationResult], suite: ExpectationSuite
) -> list[ExpectationValidationResult]:
    """The results in the order of the suite; they come grouped by metric."""
    places = {str(expectation.meta): place for place, expectation in enumerate(suite.expectations)}
    return sorted(results, key=lambda result: places[str(_judged(result).meta)])


def _judged(result: ExpectationValidationResult) -> ExpectationConfiguration:
    """What the result is about. Only results that were read back from a store may lack it."""
    return cast(ExpectationConfiguration, result.expectation_config)


def _failing_rows(result: ExpectationValidationResult, suite: ExpectationSuite) -> list[int]:
    rows: list[int] | None = result.result.get("unexpected_index_list")
    if rows is None or len(rows) != result.result["unexpected_count"]:
        raise SuiteFailed(suite.name, f"{_judged(result).type} {_judged(result).kwargs}", _why(result.exception_info))
    return rows


def _why(exception_info: Mapping[str, Any]) -> str:
    """Great Expectations puts errors of a metric one level deeper than errors of an expectation."""
    told = [exception_info, *(info for info in exception_info.values() if isinstance(info, Mapping))]
    messages = [info["exception_message"] for info in told if info.get("exception_message")]
    return "; ".join(messages) or "it gives no row numbers"


def _reasons(batch: DataFrame, rows: Sequence[int], meta: Mapping[str, Any]) -> list[Reason]:
    """One reason per failing row, with the facts that the rule names."""
    failed = batch.iloc[list(rows)]
    facts: list[dict[str, Fact]] = [{"column": meta["column"]} for _ in rows]
    for name, formula in meta["says"].items():
        for told, text in zip(facts, _texts(failed, formula), strict=True):
            told[name] = text
    return [Reason(meta["code"], told) for told in facts]


def _texts(failed: DataFrame, formula: str) -> list[str]:
    cells: Series[Any] = failed.eval(formula, engine="python")  # type: ignore[assignment]  # one per row
    if "_minor" not in formula or "currency" not in failed:
        return [_text(cell) for cell in cells]
    return [_money(cell, currency) for cell, currency in zip(cells, failed["currency"], strict=True)]


def _text(cell: Any) -> str:
    if isna(cell):
        return ""
    # A column of whole numbers with a gap arrives as floats.
    whole = int(cell) if isinstance(cell, float) and cell.is_integer() else cell
    return str(whole)[:VALUE_CHARACTERS]


def _money(cell: Any, currency: Any) -> str:
    return str(Money(int(cell), currency)) if isinstance(currency, str) and not isna(cell) else _text(cell)
