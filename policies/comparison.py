"""The same facts under other rules: which orders would be decided differently, and how (I2, I3).

Preview, dry run, replay and production call the same ``plan_reservations``; this only compares what it says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from policies.decision import OrderDecision

Result = Mapping[str, Any]
"""A decision in its stored form."""

_EXPLAINS = ("reasons", "holds")


@dataclass(frozen=True, slots=True)
class Difference:
    """An order whose decision is another one; ``changed`` names the parts that differ."""

    order_id: int
    changed: tuple[str, ...]
    before: Result
    after: Result


def stored(decided: Sequence[OrderDecision]) -> dict[int, Result]:
    """Decisions as they come back from the database, by order."""
    return {decision.order_id: orjson.loads(orjson.dumps(decision.to_json())) for decision in decided}


def differences(
    before: Mapping[int, Result], after: Mapping[int, Result], *, to_the_word: bool = False
) -> list[Difference]:
    """What differs between decisions about the same orders, in the order of their ids.

    The words of an explanation do not count unless ``to_the_word``: a warehouse that serves the same lines with
    another score serves them, and what stops an order counts by its kind. Who must agree and what sales may offer
    instead do count: ``asked`` and ``offered``. Raises ``ValueError`` if the orders are not the same.
    """
    if before.keys() != after.keys():
        raise ValueError("the decisions are not about the same orders")
    found = []
    for order_id in sorted(before):
        old, new = before[order_id], after[order_id]
        if not to_the_word:
            old, new = outcome(old), outcome(new)
        changed = tuple(name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name))
        if changed:
            found.append(Difference(order_id, changed, before[order_id], after[order_id]))
    return found


def outcome(result: Result) -> dict[str, Any]:
    """What is decided, without the words: by name, texts and numbers, what is empty left out."""
    holds = result.get("holds", [])
    asked = [reason["facts"]["approver"] for reason in _named("approval-needed", *(hold["reasons"] for hold in holds))]
    offered = [reason["facts"]["substitute"] for reason in _named("substitute-offered", result.get("reasons", []))]
    parts = {
        **{name: value for name, value in result.items() if name not in _EXPLAINS},
        "holds": sorted(hold["kind"] for hold in holds),
        "asked": sorted(set(asked)),
        "offered": sorted(set(offered)),
    }
    return {name: value for name, value in parts.items() if value != []}


def _named(code: str, *listed: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [reason for reasons in listed for reason in reasons if reason["code"] == code]
