"""``orderspine stock``: goods that arrive."""

import getpass
from typing import Annotated

import typer

from cli.screen import line, t

app = typer.Typer(no_args_is_help=True)


@app.callback()
def stock() -> None:
    """Stock."""


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
