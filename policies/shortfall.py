"""Who gives stock back when less lies on a shelf than is promised of it (B2, invariant 1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.facts import CustomerFacts, OrderFacts
from policies.fairness import turn_by
from policies.rules import Reservation


@dataclass(frozen=True, slots=True)
class Promised:
    """An order and what it holds of the shelf. ``at_work``: a warehouse has, or may have, its outbound, so that its
    goods may be in somebody's hands already."""

    order: OrderFacts
    units: int
    at_work: bool = False


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Orders that lose what they hold, and orders at the warehouse for which ``missing`` pieces are not there."""

    losing: tuple[int, ...] = ()
    in_doubt: tuple[int, ...] = ()
    missing: int = 0


def plan_shortfall(
    promised: Sequence[Promised], lies_there: int, customers: Mapping[int, CustomerFacts], rules: Reservation
) -> Shortfall:
    """The order that is last in turn loses first, by the same fairness that promised it, until the rest is covered.

    An order loses all that it holds, since it is served whole. One that a warehouse has is asked last and loses
    nothing here: what is missing for such orders is ``missing``, and the last of them in turn are ``in_doubt``.
    """
    turn = turn_by(rules, customers)
    latest_first = sorted(promised, key=lambda each: turn(each.order), reverse=True)
    over = sum(each.units for each in promised) - lies_there
    losing: list[int] = []
    for each in latest_first:
        if over > 0 and not each.at_work:
            losing.append(each.order.order_id)
            over -= each.units
    missing = max(0, over)
    in_doubt: list[int] = []
    for each in latest_first:
        if over > 0 and each.at_work:
            in_doubt.append(each.order.order_id)
            over -= each.units
    return Shortfall(tuple(losing), tuple(in_doubt), missing)
