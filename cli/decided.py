"""Decisions side by side, as a person reads them in a terminal."""

from typing import TYPE_CHECKING, Any

from cli.screen import console, line, reasons, t, table
from messages import say_tag
from models.order_number import order_number
from models.reasons import to_json
from policies.comparison import outcome
from settings import get_settings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tasks.preview import Compared
    from tasks.preview_orders import Previewed

MOST_SHOWN = 50
_TOLD_APART = ("asked", "tags", "told", "offered", "until", "promised_on")


def print_comparison(found: "Compared") -> None:
    """The orders that would be decided differently: before, after, and why."""
    line("cli-compared", orders=found.orders, before=found.before, after=found.after, differ=len(found.differences))
    if found.aside:
        line("cli-rules-aside", rules=", ".join(found.aside))
    _print_part(
        ("cli-col-order-no", "cli-col-before", "cli-col-after", "cli-col-why"),
        [
            (order_number(d.order_id), _in_short(d.before, d.changed), _in_short(d.after, d.changed), _why(d.after))
            for d in found.differences[:MOST_SHOWN]
        ],
        len(found.differences),
    )
    if found.unknown:
        line("cli-unknown", orders=len(found.unknown))
        unknown = list(found.unknown.items())[:MOST_SHOWN]
        rows = [(order_number(order_id), reasons(to_json(why))) for order_id, why in unknown]
        _print_part(("cli-col-order-no", "cli-col-why"), rows, len(found.unknown))


def print_preview(found: "Sequence[Previewed]") -> None:
    """Each order with what would be decided, its tags, and every reason."""
    for order in found:
        decided = order.decision or {}
        told = _in_short(decided, ()) if order.decision else t("cli-preview-not-decided")
        name = " ".join(filter(None, (order.number, order.channel_order_no)))
        console.print(t("cli-preview-head", number=name, outcome=told), markup=False, style="bold")
        if decided.get("tags"):
            tags = ", ".join(say_tag(tag, get_settings().locale) for tag in decided["tags"])
            console.print(t("story-tags", tags=tags), markup=False)
        of_holds = [reason for hold in decided.get("holds", []) for reason in hold["reasons"]]
        said = reasons([*to_json(order.refused), *of_holds, *decided.get("reasons", [])])
        console.print("\n".join(f"    {sentence}" for sentence in said.splitlines()), markup=False)


def _print_part(columns: "Sequence[str]", rows: "Sequence[Sequence[str]]", in_all: int) -> None:
    if rows:
        table(columns, rows)
    if in_all > len(rows):
        line("cli-and-more", count=in_all - len(rows))


def _in_short(result: "Mapping[str, Any]", changed: "Collection[str]") -> str:
    """A stored decision in a few words: what stops the order, or that it goes; and what else is ``changed``."""
    held = [t(f"hold-{hold['kind']}") for hold in result.get("holds", [])]
    decided = outcome(result)
    goes = t("cli-goes-in-parts" if result.get("remainder") else "cli-goes")
    more = [
        t(f"cli-decided-{name.replace('_', '-')}", what=", ".join(what) if isinstance(what, list) else what)
        for name in _TOLD_APART
        if name in changed and (what := decided.get(name))
    ]
    return "\n".join([", ".join(held) or goes, *more])


def _why(result: "Mapping[str, Any]") -> str:
    of_holds = [reason for hold in result.get("holds", []) for reason in hold["reasons"]]
    return reasons((of_holds or result.get("reasons", []))[:1])
