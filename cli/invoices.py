"""``orderspine invoice``: ask for an order's e-invoice, see how far it is, save its file."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import Unusable
from cli.screen import as_json, line, t, table

Number = Annotated[str, typer.Argument(help=t("cli-order-number-help"))]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def invoice() -> None:
    """E-invoices."""


@app.command(name="request", help=t("cli-invoice-request-help"))
def request(
    number: Number,
    title: Annotated[str, typer.Option(help=t("cli-invoice-title-help"))],
    tax_no: Annotated[str, typer.Option(help=t("cli-invoice-tax-no-help"))] = "",
    by: Annotated[str, typer.Option(help=t("cli-by-help"))] = "",
) -> None:
    """Ask the tax office for an invoice of an order."""
    from tasks.invoices import request_invoice

    asked = request_invoice(number, title, tax_no, by or getpass.getuser())
    line("cli-invoice-requested", number=asked)


@app.command(name="list", help=t("cli-invoice-list-help"))
def list_all(
    limit: Annotated[int, typer.Option(help=t("cli-limit-help"))] = 50,
    json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False,
) -> None:
    """The invoices that were asked for, newest first."""
    from tasks.story.invoices import list_invoices

    found = list_invoices(limit)
    if json:
        as_json(found)
    elif not found:
        line("cli-invoice-none")
    else:
        table(
            ("cli-col-number", "cli-col-for", "cli-col-amount", "cli-col-state", "cli-col-reference"),
            [(i.request_no, i.buyer, i.amount, t(f"invoice-state-{i.state}"), i.invoice_no) for i in found],
            right=(2,),
        )


@app.command(name="save", help=t("cli-invoice-save-help"))
def save(number: Number, file: Annotated[Path, typer.Argument(help=t("cli-invoice-file-help"))]) -> None:
    """Write the PDF of an order's invoice into a file."""
    from tasks.invoices import invoice_file

    found = invoice_file(number)
    if found is None:
        raise Unusable(t("cli-invoice-not-here", number=number), answer_is_no=True)
    file.write_bytes(found[1])
    line("cli-invoice-saved", file=str(file))
