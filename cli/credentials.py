"""``orderspine credential``: what partners know us by, kept in Prefect."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import Unusable
from cli.screen import line, t

app = typer.Typer(no_args_is_help=True)


@app.command(name="register", help=t("cli-credential-register-help"))
def register() -> None:
    """Have the Prefect server know a block type for each partner; ``up`` and ``demo`` do so by themselves."""
    from cli.engine import use_prefect

    use_prefect()
    from tasks.partners.credentials import register_block_types

    line("cli-credential-registered", count=asyncio.run(register_block_types()))


@app.command(name="set", help=t("cli-credential-set-help"))
def set_credential(name: Annotated[str, typer.Argument(help=t("cli-credential-name-help"))]) -> None:
    """Ask for each secret field, or read a JSON object from a pipe, and store the block."""
    from cli.engine import use_prefect

    use_prefect()
    from tasks.connections import connections
    from tasks.partners.credentials import keep_credential, secret_fields

    partner = next((c.partner for c in connections().all() if c.secret == name), None)
    if partner is None:
        raise Unusable(t("cli-credential-unknown", name=name))
    fields = {field: about.description or field for field, about in secret_fields(partner).items()}
    asyncio.run(keep_credential(name, partner, _asked(fields) if sys.stdin.isatty() else _piped()))
    line("cli-credential-set", name=name)


def _asked(fields: dict[str, str]) -> dict[str, str]:
    answers = {field: typer.prompt(f"{field} ({about})", hide_input=True) for field, about in fields.items()}
    return {
        field: Path(answer[1:]).expanduser().read_text(encoding="utf-8") if answer.startswith("@") else answer
        for field, answer in answers.items()
    }


def _piped() -> dict[str, str]:
    try:
        return {str(field): str(value) for field, value in json.load(sys.stdin).items()}
    except (ValueError, AttributeError) as error:
        raise Unusable(t("cli-credential-not-json")) from error
