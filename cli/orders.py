"""``orderspine order``: where an order is, how it came there, and what people say to it."""

import asyncio
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.failures import Unusable
from cli.screen import as_json, line, t
from models.lifecycle import HoldKind, Status

if TYPE_CHECKING:
    from policies.rules import Rules
    from tasks.preview_orders import Previewed

Number = Annotated[str, typer.Argument(help=t("cli-order-number-help"))]
Question = Annotated[str, typer.Argument(help=t("cli-order-question-help"))]
By = Annotated[str, typer.Option(help=t("cli-by-help"))]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def order() -> None:
    """Orders."""


@app.command(name="show", help=t("cli-order-show-help"))
def show(
    number: Annotated[str, typer.Argument(help=t("cli-order-number-help"))],
    json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False,
) -> None:
    """The whole story of an order, with its runs."""
    from cli.order_story import print_story
    from models.check_code import Mistyped
    from tasks.story import order_story

    try:
        story = order_story(number)
    except Mistyped as error:
        raise Unusable(t("cli-order-mistyped", number=number), answer_is_no=True) from error
    if story is None:
        raise Unusable(t("cli-order-unknown", number=number), answer_is_no=True)
    if json:
        as_json(story)
    else:
        print_story(story)


@app.command(name="list", help=t("cli-order-list-help"))
def list_(
    find: Annotated[str, typer.Argument(help=t("cli-order-list-find-help"))] = "",
    status: Annotated[Status | None, typer.Option(metavar="STATUS", help=t("cli-order-list-status-help"))] = None,
    hold: Annotated[HoldKind | None, typer.Option(metavar="HOLD", help=t("cli-order-list-hold-help"))] = None,
    tag: Annotated[str, typer.Option(help=t("cli-order-list-tag-help"))] = "",
    before: Annotated[str, typer.Option(help=t("cli-order-list-before-help"))] = "",
    json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False,
) -> None:
    """Orders, the newest first, a page at a time."""
    from cli.order_list import print_orders
    from models.check_code import Mistyped
    from models.order_number import order_id_of
    from tasks.overview import list_orders

    older_than = order_id_of(before) if before else None
    if before and older_than is None:
        raise Unusable(t("cli-order-unknown", number=before))
    try:
        found = list_orders(status or "", hold or "", tag, find, older_than)
    except Mistyped as error:
        raise Unusable(t("cli-order-mistyped", number=find), answer_is_no=True) from error
    as_json(found.orders) if json else print_orders(found)


@app.command(name="preview", help=t("cli-order-preview-help"))
def preview(
    file: Annotated[Path | None, typer.Argument(help=t("cli-order-preview-file-help"))] = None,
    order: Annotated[list[str] | None, typer.Option(help=t("cli-order-preview-order-help"))] = None,
    preset: Annotated[str, typer.Option(help=t("cli-import-preset-help"))] = "",
    policy: Annotated[Path | None, typer.Option(help=t("cli-order-preview-policy-help"))] = None,
    json: Annotated[bool, typer.Option("--json", help=t("cli-json-help"))] = False,
) -> None:
    """What would be decided now, by the function that decides."""
    from cli.decided import print_preview
    from cli.policy import read_rules
    from tasks.hub import current_rules

    if (file is None) == (not order):
        raise Unusable(t("cli-order-preview-of-what"))
    rules = read_rules(policy) if policy else current_rules()
    found = _preview_file(file, preset, rules) if file else _preview_orders(order or [], rules)
    as_json(found) if json else print_preview(found)


@app.command(name="label", help=t("cli-order-label-help"))
def label(
    number: Number,
    file: Annotated[Path | None, typer.Argument(help=t("cli-order-label-file-help"))] = None,
) -> None:
    """Write the label of an order's parcel into a file."""
    from tasks.labels import fetch_label

    found = asyncio.run(fetch_label(number))
    saved = file or Path(found.name)
    saved.write_bytes(found.content)
    line("cli-order-label-saved", file=str(saved))


@app.command(name="approve", help=t("cli-order-approve-help"))
def approve(
    number: Number,
    question: Question,
    by: By = "",
    why: Annotated[str, typer.Option(help=t("cli-why-help"))] = "",
) -> None:
    """Say yes to what an order waits for; with the last yes it goes on."""
    from tasks.answers import answer

    person = by or getpass.getuser()
    done = answer(number, question, "yes", person, why)
    waits = ", ".join(done.still_asked)
    line("cli-order-approved-waits" if waits else "cli-order-approved", number=number, person=person, waits=waits)


@app.command(name="refuse", help=t("cli-order-refuse-help"))
def refuse(
    number: Number,
    question: Question,
    why: Annotated[str, typer.Option(help=t("cli-why-help"))],
    by: By = "",
) -> None:
    """Say no: the order is cancelled, and what it held is free."""
    from tasks.answers import answer

    person = by or getpass.getuser()
    answer(number, question, "no", person, why)
    line("cli-order-refused", number=number, person=person)


@app.command(name="pick-up", help=t("cli-order-pick-up-help"))
def pick_up(number: Number, by: By = "") -> None:
    """The customer has fetched it: its stock leaves, and it is delivered."""
    from tasks.shelf.pick_ups import hand_over

    done = hand_over(number, by or getpass.getuser())
    line("cli-order-picked-up" if done else "cli-order-picked-up-before", number=number)


@app.command(name="exchange", help=t("cli-order-exchange-help"))
def exchange(
    number: Number,
    sku: Annotated[str, typer.Argument(help=t("cli-order-exchange-sku-help"))],
    why: Annotated[str, typer.Option(help=t("cli-why-help"))],
    quantity: Annotated[int, typer.Option(help=t("cli-stock-quantity-help"))] = 1,
    instead: Annotated[str, typer.Option(help=t("cli-order-exchange-instead-help"))] = "",
    by: By = "",
) -> None:
    """Send another piece for one that comes back."""
    from tasks.shelf import exchanges

    done = exchanges.exchange(number, sku, quantity, why, by or getpass.getuser(), instead)
    if done.return_no:
        line("cli-order-exchanged-announced", number=done.number, return_no=done.return_no)
    else:
        line("cli-order-exchanged", number=done.number, sku=sku, quantity=quantity)


@app.command(name="return", help=t("cli-order-return-help"))
def announce_return(
    number: Number,
    sku: Annotated[str, typer.Argument(help=t("cli-order-exchange-sku-help"))],
    why: Annotated[str, typer.Option(help=t("cli-why-help"))],
    quantity: Annotated[int, typer.Option(help=t("cli-stock-quantity-help"))] = 1,
    waybill: Annotated[str, typer.Option(help=t("cli-order-return-waybill-help"))] = "",
    by: By = "",
) -> None:
    """Tell the warehouse that something comes back."""
    from tasks.shelf import customer_returns

    return_no = customer_returns.announce_return(number, sku, quantity, why, by or getpass.getuser(), waybill)
    line("cli-order-return-announced", return_no=return_no)


@app.command(name="promise", help=t("cli-order-promise-help"))
def promise(
    number: Number,
    day: Annotated[str, typer.Argument(metavar="DATE", help=t("cli-order-promise-date-help"))],
    why: Annotated[str, typer.Option(help=t("cli-why-help"))],
    by: By = "",
) -> None:
    """Promise another date; later decisions keep it."""
    from datetime import date

    from tasks.promises import overrule_promise

    try:
        promised_on = date.fromisoformat(day)
    except ValueError as error:
        raise Unusable(t("cli-order-promise-wrong", given=day)) from error
    person = by or getpass.getuser()
    overrule_promise(number, promised_on, person, why)
    line("cli-order-promised", number=number, date=day, person=person)


def _preview_orders(numbers: list[str], rules: "Rules") -> "list[Previewed]":
    from models.check_code import Mistyped
    from tasks.preview_orders import preview_orders

    try:
        return preview_orders(numbers, rules)
    except Mistyped as error:
        raise Unusable(t("cli-order-mistyped", number=", ".join(numbers)), answer_is_no=True) from error


def _preview_file(file: Path, preset: str, rules: "Rules") -> "list[Previewed]":
    from integrations.files.preset import find_preset
    from settings import get_settings
    from tasks.preview_file import preview_file

    if not file.exists():
        raise Unusable(t("cli-import-no-path", path=str(file)))
    if not preset:
        found = find_preset(get_settings().presets, file)
        if found is None:
            raise Unusable(t("cli-order-preview-no-preset", file=str(file)))
        preset = found.name
    return preview_file(file, preset, rules)
