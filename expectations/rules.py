"""The words that suites are written in: each makes one expectation that knows its reason.

``code`` is the reason's key in the message catalogue. ``says`` names the reason's facts and the formula (mostly just
a column) that gives each; without it the fact is ``value``, the cell that is wrong. ``notes`` is the rule in words.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from great_expectations.expectations import (  # type: ignore[attr-defined]  # it re-exports without saying so
    ExpectColumnValueLengthsToBeBetween,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToBeInSet,
    ExpectColumnValuesToBeUnique,
    ExpectColumnValuesToNotBeNull,
    ExpectCompoundColumnsToBeUnique,
)
from great_expectations.expectations.expectation import Expectation

from expectations.formula import ExpectRowsToSatisfy


def present(column: str, code: str) -> Expectation:
    """The value is there. Blank text counts as missing; every other rule leaves missing values alone."""
    return ExpectColumnValuesToNotBeNull(column=column, notes=f"`{column}` is there", meta=_reason(code, column, {}))


def present_when(condition: str, column: str, code: str) -> Expectation:
    """The value is there in the rows whose boolean column ``condition`` is true."""
    return ExpectRowsToSatisfy(
        column_list=[column, condition],
        formula=f"not {condition} or {column}.notnull()",
        ignore_row_if="never",
        notes=f"`{column}` is there if `{condition}`",
        meta=_reason(code, column, {}),
    )


def at_least(low: int, column: str, code: str) -> Expectation:
    """The number is ``low`` or more."""
    notes = f"`{column}` ≥ {low:,}"
    return ExpectColumnValuesToBeBetween(column=column, min_value=low, notes=notes, meta=_reason(code, column))


def at_most(high: Any, column: str, code: str, notes: str = "") -> Expectation:
    """The number or time is ``high`` or less."""
    notes = notes or f"`{column}` ≤ {high:,}"
    return ExpectColumnValuesToBeBetween(column=column, max_value=high, notes=notes, meta=_reason(code, column))


def no_longer_than(characters: int, column: str, code: str) -> Expectation:
    """The text has at most this many characters."""
    return ExpectColumnValueLengthsToBeBetween(
        column=column,
        max_value=characters,
        notes=f"`{column}` has at most {characters} characters",
        meta=_reason(code, column),
    )


def one_of(
    values: Iterable[Any], column: str, code: str, notes: str, says: Mapping[str, str] | None = None
) -> Expectation:
    """The value is one of ``values``."""
    return ExpectColumnValuesToBeInSet(
        column=column, value_set=sorted(values), notes=notes, meta=_reason(code, column, says)
    )


def satisfies(
    formula: str, columns: Sequence[str], code: str, notes: str, says: Mapping[str, str] | None = None
) -> Expectation:
    """The row satisfies the formula over at least two columns, where none of these is missing.

    The first column is the one to be mended.
    """
    return ExpectRowsToSatisfy(
        column_list=list(columns),
        formula=formula,
        ignore_row_if="any_value_is_missing",
        notes=notes,
        meta=_reason(code, columns[0], says),
    )


def unique(columns: Sequence[str], code: str) -> Expectation:
    """No two rows of the batch have the same values. All of the rows that do are refused: which is right is unknown."""
    notes = f"{' + '.join(f'`{column}`' for column in columns)} once in a batch"
    meta = _reason(code, columns[0])
    if len(columns) == 1:
        return ExpectColumnValuesToBeUnique(column=columns[0], notes=notes, meta=meta)
    return ExpectCompoundColumnsToBeUnique(
        column_list=list(columns), ignore_row_if="any_value_is_missing", notes=notes, meta=meta
    )


def code_of(rule: Expectation) -> str:
    """The reason's code of an expectation; empty if none of the words above made it."""
    return str((rule.meta or {}).get("code", ""))


def _reason(code: str, column: str, says: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"code": code, "column": column, "says": {"value": column} if says is None else dict(says)}
