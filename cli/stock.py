"""``orderspine stock``: where goods are, goods that arrive, and whether all books tell the same stock."""

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from cli import shelf
from cli.failures import Unusable
from cli.screen import as_json, line, reasons, t, table

if TYPE_CHECKING:
    from tasks.stock_report import ComparedStock, StockDifference

app = typer.Typer(no_args_is_help=True)
app.add_typer(shelf.app)  # without a name: its commands are commands of ``stock``


@app.callback()
def stock() -> None:
    """Stock."""


@app.command(name="show", help=t("cli-stock-show-help"))
def show(
    sku: Annotated[str, typer.Argument(help=t("cli-stock-sku-help"))],
    json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False,
) -> None:
    """Buckets per warehouse, promises, arrivals and what can be promised."""
    from cli.stock_table import print_stock
    from tasks.shelf.look import stock_of

    found = stock_of(sku)
    if json:
        as_json(found)
    else:
        print_stock(found)


@app.command(name="receive", help=t("cli-stock-receive-help"))
def receive(
    sku: Annotated[str, typer.Argument(help=t("cli-stock-sku-help"))],
    quantity: Annotated[int, typer.Argument(help=t("cli-stock-quantity-help"))],
    warehouse: Annotated[str, typer.Option(help=t("cli-stock-warehouse-help"))],
    reference: Annotated[str, typer.Option(help=t("cli-stock-reference-help"))],
    by: Annotated[str, typer.Option(help=t("cli-by-help"))] = "",
) -> None:
    """Book goods in; orders that waited for them are decided again."""
    from tasks.receive_stock import receive_stock

    received = receive_stock(sku, warehouse, quantity, reference, by or getpass.getuser())
    line("cli-stock-received", sku=sku, quantity=quantity, warehouse=warehouse, orders=received.orders_freed)


@app.command(name="compare", help=t("cli-stock-compare-help"))
def compare(
    limit: Annotated[int, typer.Option(help=t("cli-limit-help"))] = 20,
    json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False,
) -> None:
    """How ERP, warehouses and our books agreed when they were last compared; exit code 1 if they were too far apart."""
    from tasks.stock_report import compared_stock

    last = compared_stock()
    if last is None:
        raise Unusable(t("cli-stock-never-compared"))
    if json:
        as_json(last)
    else:
        _show(last, limit)
    if last.too_far_since:
        raise Unusable(t("cli-stock-too-far", tolerance=last.tolerance), answer_is_no=True)


def _show(last: "ComparedStock", limit: int) -> None:
    if last.differences:
        columns = (
            "cli-col-warehouse",
            "cli-col-sku",
            "book-ours",
            "book-wms",
            "book-erp",
            "cli-col-gap",
            "cli-col-why",
        )
        rows = [
            (d.warehouse, d.sku, *map(_pieces, (d.ours, d.wms, d.erp)), d.share or "–", _verdict(d))
            for d in last.differences[:limit]
        ]
        table(columns, rows, right=(2, 3, 4, 5))
    more = len(last.differences) - limit
    if more > 0:
        line("cli-stock-more", count=more)
    for system, warehouse in last.unread:
        line("cli-stock-unread", system=system, warehouse=warehouse)
    at = f"{last.compared_at:%Y-%m-%d %H:%M} UTC"
    counts = {
        outcome: last.shelves.get(outcome, 0) for outcome in ("equal", "tolerated", "differs", "missing", "unknown")
    }
    line("cli-stock-counts", at=at, **counts)
    line("cli-stock-share", difference=last.difference, erp=last.erp, share=last.share, tolerance=last.tolerance)


def _verdict(difference: "StockDifference") -> str:
    """The outcome in a word; the figures stand beside it, so only what they do not say is told at length."""
    why = [told for told in difference.reasons if told["code"].endswith("-there")]
    return "\n".join([t(f"stock-outcome-{difference.outcome}"), *([reasons(why)] if why else [])])


def _pieces(pieces: int | None) -> str:
    return "–" if pieces is None else f"{pieces:,}"
