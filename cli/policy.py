"""``orderspine policy``: the rules."""

import typer

from cli.screen import line, t

app = typer.Typer(no_args_is_help=True)


@app.callback()
def policy() -> None:
    """The rules a business user edits."""


@app.command(name="check", help=t("cli-policy-check-help"))
def check() -> None:
    """Read the rules and say their version, or what is wrong with them."""
    from settings import get_settings
    from tasks.hub import current_rules

    line("cli-policy-good", file=str(get_settings().rules), version=current_rules().version)
