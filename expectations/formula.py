"""An expectation that Great Expectations does not bring: a formula over several columns of the same row."""

from typing import Any, ClassVar

from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)
from pandas import DataFrame, Series


class RowFormula(MulticolumnMapMetricProvider):
    """Which rows satisfy the formula; named as the expectation below asks for it."""

    condition_metric_name = "row.formula"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")
    condition_value_keys = ("formula",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]  # GX has no hints here
    def _pandas(cls, column_list: DataFrame, formula: str, **_: Any) -> "Series[bool]":  # noqa: N805  (GX makes it a class method)
        satisfied: Series[bool] = column_list.eval(formula, engine="python")  # type: ignore[assignment]  # one per row
        return satisfied.astype(bool)


class ExpectRowsToSatisfy(MulticolumnMapExpectation):
    """Each row satisfies ``formula``, in the language of ``DataFrame.eval``, over the columns of ``column_list``.

    Rows are left out as ``ignore_row_if`` says; a suite says apart that a value must be there.
    """

    formula: str

    map_metric: ClassVar[str] = "row.formula"
    success_keys: ClassVar[tuple[str, ...]] = ("formula", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column_list", "formula")
