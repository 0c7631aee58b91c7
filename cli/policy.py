"""``orderspine policy``: the rules, and what a change of them would do."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.decided import print_comparison
from cli.failures import Unusable
from cli.screen import as_json, line, t

if TYPE_CHECKING:
    from policies.rules import Rules

app = typer.Typer(no_args_is_help=True)


@app.callback()
def policy() -> None:
    """The rules a business user edits."""


@app.command(name="check", help=t("cli-policy-check-help"))
def check(file: Annotated[Path | None, typer.Argument(help=t("cli-policy-check-file-help"))] = None) -> None:
    """Read the rules and say their version, or what is wrong with them."""
    from settings import get_settings
    from tasks.hub import current_rules

    rules = read_rules(file) if file else current_rules()
    line("cli-policy-good", file=str(file or get_settings().rules), version=rules.version)


@app.command(name="diff", help=t("cli-policy-diff-help"))
def diff(
    old: Annotated[Path, typer.Argument(help=t("cli-policy-old-help"))],
    new: Annotated[Path, typer.Argument(help=t("cli-policy-new-help"))],
    json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False,
) -> None:
    """Which open orders the new rules would decide differently. Nothing is written."""
    from tasks.preview import compare_open_orders

    found = compare_open_orders(read_rules(old), read_rules(new))
    as_json(found) if json else print_comparison(found)


@app.command(name="schema", help=t("cli-policy-schema-help"))
def schema() -> None:
    """The JSON schema of the rules file, for editors."""
    from policies.rules_file import schema as of_rules

    typer.echo(of_rules(), nl=False)


def read_rules(path: Path) -> "Rules":
    """The rules of a file. Raises ``Unusable`` or ``BadRules``, whose sentences say what to do."""
    from policies.rules_file import parse_rules

    try:
        return parse_rules(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unusable(t("cli-policy-unreadable", file=str(path), why=error.strerror or "")) from error
