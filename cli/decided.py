"""Decisions side by side, as a person reads them in a terminal."""

from typing import TYPE_CHECKING, Any

from cli.screen import line, reasons, t, table
from models.order import order_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tasks.preview import Compared

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


def outcome(result: "Mapping[str, Any]") -> str:
    """A stored decision in a few words: what stops the order, or that it goes."""
    held = [t(f"hold-{hold['kind']}") for hold in result.get("holds", [])]
    if held:
        return ", ".join(held)
    return t("cli-goes-in-parts" if result.get("remainder") else "cli-goes", warehouse=result.get("warehouse", ""))


def _why(result: "Mapping[str, Any]") -> str:
    of_holds = [reason for hold in result.get("holds", []) for reason in hold["reasons"]]
    return reasons((of_holds or result.get("reasons", []))[:1])
