"""``orderspine gate``: what is closed, and why."""

from typing import Annotated

import typer

from cli.screen import as_json, line, reasons, t, table

app = typer.Typer(no_args_is_help=True)


@app.callback()
def gate() -> None:
    """The gates."""


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
