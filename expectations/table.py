"""All rules as a table for people, so that the documentation cannot fall behind the code."""

import sys
from datetime import UTC, datetime

from great_expectations import ExpectationSuite

from expectations.orders import order_lines, orders
from expectations.rules import code_of
from expectations.settlements import settlement_lines
from expectations.stock import stock_snapshot


def every_suite() -> list[ExpectationSuite]:
    """One of each suite; what is bound to a moment or to the currencies of a company does not show in the rules."""
    some_day, some_currencies = datetime(2026, 1, 1, tzinfo=UTC), ["CNY"]
    return [
        orders(some_currencies, now=some_day),
        order_lines(),
        stock_snapshot(),
        settlement_lines(some_currencies),
    ]


def rules_table() -> str:
    """A Markdown table: suite, what must hold, and the reason's code when it does not."""
    rows = ["| suite | what must hold | otherwise the reason is |", "|---|---|---|"]
    for suite in every_suite():
        rows += [f"| {suite.name} | {rule.notes} | `{code_of(rule)}` |" for rule in suite.expectations]
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(rules_table())
