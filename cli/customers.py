"""``orderspine customer``: on which terms customers buy, what they owe, and what waits for it."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.failures import Unusable
from cli.screen import as_json, console, line, t, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.money import Money
    from tasks.customers.look import Customer, CustomerStory

Json = Annotated[bool, typer.Option("--json", help=t("cli-json-help"))]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def customer() -> None:
    """Customers."""


@app.command(name="define", help=t("cli-customer-define-help"))
def define(
    file: Annotated[Path, typer.Argument(help=t("cli-customer-file-help"))],
    by: Annotated[str, typer.Option(help=t("cli-by-help"))] = "",
) -> None:
    """State grade, risk, credit limit and days to pay."""
    from tasks.customers.define import define

    done = define(file, by or getpass.getuser())
    line("cli-customer-defined", new=done.new, changed=done.changed, same=done.same)


@app.command(name="list", help=t("cli-customer-list-help"))
def list_(limit: Annotated[int, typer.Option(help=t("cli-limit-help"))] = 20, json: Json = False) -> None:
    """Customers with their terms and what they owe."""
    from tasks.customers.look import customers

    found, count = customers(limit)
    if json:
        as_json(found)
        return
    columns = (
        "cli-col-customer", "cli-col-grade", "cli-col-risk", "cli-col-credit-limit", "cli-col-due-days", "cli-col-owed",
        "cli-col-held",
    )  # fmt: skip
    table(columns, [_row(each) for each in found], right=(3, 4, 5, 6))
    if count > len(found):
        line("cli-stock-more", count=count - len(found))


@app.command(name="show", help=t("cli-customer-show-help"))
def show(code: Annotated[str, typer.Argument(help=t("cli-customer-code-help"))], json: Json = False) -> None:
    """One customer, the orders that wait, and who changed the terms when."""
    from tasks.customers.look import customer_story

    story = customer_story(code)
    if story is None:
        raise Unusable(t("cli-customer-unknown", code=code), answer_is_no=True)
    if json:
        as_json(story)
    else:
        _show(story)


def _row(each: "Customer") -> tuple[str, ...]:
    limit = _amounts([each.limit] if each.limit else [])
    who = f"{each.code} {each.name}".strip()
    risk = t(f"customer-risk-{each.risk}")
    return who, each.grade, risk, limit, str(each.due_days), _amounts(each.owed), str(each.held)


def _show(story: "CustomerStory") -> None:
    it = story.customer
    console.print(f"{it.code} {it.name}".strip(), markup=False, style="bold")
    line("cli-customer-terms", grade=it.grade or "–", risk=t(f"customer-risk-{it.risk}"), days=it.due_days)
    if it.limit is None:
        line("cli-customer-no-limit")
    else:
        line("cli-customer-own-limit" if it.own_limit else "cli-customer-grade-limit", limit=str(it.limit))
    line("cli-customer-owes", owed=_amounts(it.owed), overdue=_amounts(it.overdue))
    for number, kind in story.waiting:
        console.print(f"! {number}: {t(f'hold-{kind}')}", markup=False, style="yellow")
    for change in story.changes:
        told = ", ".join(f"{name} {_said(old)} → {_said(new)}" for name, (old, new) in change.terms.items())
        line("cli-customer-change", at=f"{change.at:%Y-%m-%d %H:%M} UTC", person=change.by, what=told)


def _amounts(amounts: "Sequence[Money]") -> str:
    return ", ".join(map(str, amounts)) or "–"


def _said(value: object) -> str:
    return "–" if value in (None, "") else str(value)
