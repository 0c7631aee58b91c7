"""Which rules two files state differently, and which of those decide nothing about an order that is open (I3)."""

from collections.abc import Iterator

from pydantic import BaseModel

from policies.rules import Rules

ASIDE = (
    "review.name",  # what a reason calls the rule
    "review.alert_after_minutes",  # when who was asked is asked again
    "told",  # where a role hears what it is told
    "changes",  # who agrees to a change that somebody asks for
    "quality",  # what may come in
    "weather",
    "tracking",
    "customers",  # what they hear of their parcels
    "relay",
    "settlement",
    "invoices",
    "failures",
    "stock_comparison",
    "retention",
)
"""Sections and fields that no decision about credit, people and stock looks at, a list's entries unnumbered."""


def changed_aside(old: Rules, new: Rules) -> tuple[str, ...]:
    """The rules that are others and decide nothing about an open order."""
    changed = dict.fromkeys(_changed(old, new))
    return tuple(name for name in changed if any(name == aside or name.startswith(f"{aside}.") for aside in ASIDE))


def _changed(old: BaseModel, new: BaseModel, within: str = "") -> Iterator[str]:
    """The names of the fields that differ, as the file writes them: ``credit.due_days``, ``review.tag``."""
    for name in type(old).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield from _inside(before, after, within + name)


def _inside(before: object, after: object, name: str) -> Iterator[str]:
    if isinstance(before, BaseModel) and isinstance(after, BaseModel):
        yield from _changed(before, after, f"{name}.")
    elif isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from _inside(one, other, name)
    else:
        yield name
