"""``orderspine change``: ask for a change of an order, see what it means, agree to it."""

import getpass
from typing import Annotated

import typer

from cli.failures import Unusable
from cli.screen import as_json, line, reasons, t, table

Number = Annotated[int, typer.Argument(help=t("cli-change-number-help"))]
As = Annotated[str, typer.Option("--as", help=t("cli-change-as-help"))]
By = Annotated[str, typer.Option(help=t("cli-by-help"))]
Why = Annotated[str, typer.Option(help=t("cli-why-help"))]
Json = Annotated[bool, typer.Option("--json", help=t("cli-json-help"))]

app = typer.Typer(no_args_is_help=True)


@app.command(name="propose", help=t("cli-change-propose-help"))
def propose_change(
    order: Annotated[str, typer.Argument(help=t("cli-order-number-help"))],
    change: Annotated[list[str], typer.Option("--set", help=t("cli-change-set-help"))],
    reason: Annotated[str, typer.Option(help=t("cli-change-reason-help"))],
    evidence: Annotated[str, typer.Option(help=t("cli-change-evidence-help"))],
    by: By = "",
) -> None:
    """Ask for a change; what it means is said before anybody agrees."""
    from tasks.changes import propose

    settings = {}
    for pair in change:
        field, equals, value = pair.partition("=")
        if not equals:
            raise Unusable(t("cli-quarantine-set-wrong", given=pair))
        settings[field.strip()] = value
    asked = propose(order, settings, reason, evidence, by or getpass.getuser())
    line("cli-change-asked", number=str(asked.change_id), state=t(f"change-state-{asked.state}"))
    _print(asked.change_id)


@app.command(name="list", help=t("cli-change-list-help"))
def list_changes(
    closed: Annotated[bool, typer.Option("--all", help=t("cli-change-all-help"))] = False,
    limit: Annotated[int, typer.Option(help=t("cli-limit-help"))] = 50,
    json: Json = False,
) -> None:
    """The changes that wait, and for whom."""
    from tasks.story.changes import changes_waiting

    found = changes_waiting(limit, closed=closed)
    if json:
        as_json(found)
    elif not found:
        line("cli-change-none")
    else:
        table(
            ("cli-col-number", "cli-col-order-no", "cli-col-what", "cli-col-state", "cli-col-why"),
            [(c.number, c.order, ", ".join(c.scope), t(f"change-state-{c.state}"), c.reason) for c in found],
            right=(0,),
        )


@app.command(name="show", help=t("cli-change-show-help"))
def show(number: Number, json: Json = False) -> None:
    """A change: who asks for what and why, what it means, who has said what."""
    from tasks.story.changes import change_story

    if json:
        as_json(change_story(number))
    else:
        _print(number)


@app.command(name="approve", help=t("cli-change-approve-help"))
def approve(number: Number, role: As, by: By = "", why: Why = "") -> None:
    """Say yes in the name of a role; with the last yes the change takes effect."""
    _answer(number, role, "yes", by, why)


@app.command(name="refuse", help=t("cli-change-refuse-help"))
def refuse(number: Number, role: As, why: Why, by: By = "") -> None:
    """Say no: the order goes on as it was."""
    _answer(number, role, "no", by, why)


def _answer(number: int, role: str, verdict: str, by: str, why: str) -> None:
    from tasks.changes import answer_change

    asked = answer_change(number, role, verdict, by or getpass.getuser(), why)
    line("cli-change-answered", number=str(number), state=t(f"change-state-{asked.state}"))
    if asked.waits_for:
        line("cli-change-waits", waits=", ".join(asked.waits_for))


def _print(number: int) -> None:
    from models.reasons import to_json
    from tasks.story.changes import change_story

    found = change_story(number)
    if found is None:
        raise Unusable(t("cli-change-unknown", number=str(number)), answer_is_no=True)
    state, size = t(f"change-state-{found.state}"), t(f"change-size-{found.size}")
    line("cli-change-head", number=str(number), order=found.order, size=size, state=state)
    line("cli-change-why", reason=found.reason, evidence=found.evidence, person=found.asked_by)
    for told in (found.impact, found.outcome):
        if told:
            typer.echo(reasons(to_json(told)))
    for approval in found.approvals:
        line("cli-change-approver", approver=approval.approver, verdict=approval.verdict or "", person=approval.by)
