"""``orderspine gate``: what is closed, and why."""

import getpass
from typing import Annotated

import typer

from cli.screen import as_json, line, reasons, t, table

app = typer.Typer(no_args_is_help=True)


@app.callback()
def gate() -> None:
    """The gates."""


@app.command(name="open", help=t("cli-gate-open-help"))
def open_early(
    region: Annotated[str, typer.Argument(help=t("cli-gate-region-help"))],
    why: Annotated[str, typer.Option(help=t("cli-why-help"))],
    by: Annotated[str, typer.Option(help=t("cli-by-help"))] = "",
) -> None:
    """Open a gate against the evidence, in somebody's name."""
    from tasks.gates import open_gate

    person = by or getpass.getuser()
    open_gate(region, why, person)
    line("cli-gate-opened", region=region, person=person)


@app.command(name="list", help=t("cli-gate-list-help"))
def list_gates(json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False) -> None:
    """Closed gates with their reasons and what waits behind them."""
    from tasks.report import closed_gates

    closed = closed_gates()
    if json:
        as_json(closed)
    elif not closed:
        line("cli-gate-none")
    else:
        table(
            ("cli-col-region", "cli-col-closed-at", "cli-col-waiting", "cli-col-why"),
            [(g.region, g.closed_at[:16], g.waiting, reasons(g.reasons)) for g in closed],
            right=(2,),
        )
