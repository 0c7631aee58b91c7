"""``orderspine report``: figures for people and scripts."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.failures import Unusable
from cli.screen import as_json, console, t, table
from models.money import Money

if TYPE_CHECKING:
    from tasks.report import Reconciliation

app = typer.Typer(no_args_is_help=True)


@app.callback()
def report() -> None:
    """Figures."""


@app.command(name="reconciliation", help=t("cli-reconciliation-help"))
def show_reconciliation(json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False) -> None:
    """How orders and money agree: every cent in one line."""
    from tasks.report import reconciliation

    found = reconciliation()
    if json:
        as_json({"outcomes": found.outcomes, "unmatched_lines": found.unmatched_lines, "complete": found.complete})
    else:
        columns = ("cli-col-outcome", "cli-col-orders", "cli-col-order-value", "cli-col-settled", "cli-col-largest")
        table(columns, _rows(found), right=(1, 2, 3, 4))
        if found.complete:
            console.print(t("cli-reconciliation-complete"))
    if not found.complete:
        raise Unusable(t("cli-reconciliation-open", lines=found.unmatched_lines), answer_is_no=True)


def _rows(found: "Reconciliation") -> list[tuple[str, ...]]:
    """A line per outcome, and a total per currency."""
    rows: list[tuple[str, ...]] = []
    for currency in sorted({outcome.currency for outcome in found.outcomes}):
        some = [outcome for outcome in found.outcomes if outcome.currency == currency]
        for o in some:
            amounts = (str(Money(minor, currency)) for minor in (o.order_minor, o.settled_minor, o.largest_minor))
            rows.append((t(f"outcome-{o.outcome}"), f"{o.orders:,}", *amounts))
        totals = (sum(o.order_minor for o in some), sum(o.settled_minor for o in some))
        money = (str(Money(minor, currency)) for minor in totals)
        rows.append((t("cli-total"), f"{sum(o.orders for o in some):,}", *money, ""))
    return rows
