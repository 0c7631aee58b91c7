"""``orderspine order``: where an order is, and how it came there."""

from typing import Annotated

import typer

from cli.failures import Unusable
from cli.screen import as_json, t

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
    from tasks.story import order_story

    story = order_story(number)
    if story is None:
        raise Unusable(t("cli-order-unknown", number=number), answer_is_no=True)
    if json:
        as_json(story)
    else:
        print_story(story)
