"""Decisions side by side, as a person reads them in a terminal."""

from typing import TYPE_CHECKING, Any

from cli.screen import console, line, reasons, t, table
from messages import say_tag
from models.order import order_number
from models.reasons import to_json
from settings import get_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tasks.preview import Compared
    from tasks.preview_orders import Previewed

MOST_SHOWN = 50


def print_comparison(found: "Compared") -> None:
    """The orders that would be decided differently: before, after, and why."""
    line("cli-compared", orders=found.orders, before=found.before, after=found.after, differ=len(found.differences))
    if not found.differences:
        return
    shown = found.differences[:MOST_SHOWN]
    table(
        ("cli-col-order-no", "cli-col-before", "cli-col-after", "cli-col-why"),
        [(order_number(d.order_id), outcome(d.before), outcome(d.after), _why(d.after)) for d in shown],
    )
    if len(found.differences) > len(shown):
        line("cli-and-more", count=len(found.differences) - len(shown))


def print_preview(found: "Sequence[Previewed]") -> None:
    """Each order with what would be decided, its tags, and every reason."""
    for order in found:
        decided = order.decision or {}
        told = outcome(decided) if order.decision else t("cli-preview-not-decided")
        name = " ".join(filter(None, (order.number, order.channel_order_no)))
        console.print(t("cli-preview-head", number=name, outcome=told), markup=False, style="bold")
        if decided.get("tags"):
            tags = ", ".join(say_tag(tag, get_settings().locale) for tag in decided["tags"])
            console.print(t("story-tags", tags=tags), markup=False)
        of_holds = [reason for hold in decided.get("holds", []) for reason in hold["reasons"]]
        said = reasons([*to_json(order.refused), *of_holds, *decided.get("reasons", [])])
        console.print("\n".join(f"    {sentence}" for sentence in said.splitlines()), markup=False)


def outcome(result: "Mapping[str, Any]") -> str:
    """A stored decision in a few words: what stops the order, or that it goes."""
    held = [t(f"hold-{hold['kind']}") for hold in result.get("holds", [])]
    if held:
        return ", ".join(held)
    return t("cli-goes-in-parts" if result.get("remainder") else "cli-goes", warehouse=result.get("warehouse", ""))


def _why(result: "Mapping[str, Any]") -> str:
    of_holds = [reason for hold in result.get("holds", []) for reason in hold["reasons"]]
    return reasons((of_holds or result.get("reasons", []))[:1])
