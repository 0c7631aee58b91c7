"""What would be decided now about orders, by the function that decides them. Nothing of it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from models.lifecycle import HoldKind
from models.many import among
from models.order_book import HOLD
from models.order_number import order_number
from models.reasons import Reason
from models.work import Work
from policies.comparison import Result, stored
from policies.reservation import plan_reservations
from policies.rules import Rules
from tasks.quarantine import QUARANTINE
from tasks.reading import reading
from tasks.reservation_facts import look
from tasks.story.find import find_orders
from tasks.story.order import reasons_of


class CannotPreview(ValueError):
    """Nothing is to be decided about an order; the message says why."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """An order and its decision in the stored form, or none. ``refused`` says why none, and which lines were refused;
    ``number`` is empty for an order that is not here yet."""

    number: str
    channel_order_no: str
    decision: Result | None
    refused: tuple[Reason, ...] = ()


def preview_orders(numbers: Sequence[str], rules: Rules) -> list[Previewed]:
    """What a run would decide now about these orders together; about one that has its stock, if it were decided again.

    Raises ``CannotPreview``, ``Mistyped``, ``DatabaseNotReady``.
    """
    with reading() as work:
        fitting = [find_orders(work, number) for number in numbers]
        if unknown := [number for number, ids in zip(numbers, fitting, strict=True) if not ids]:
            raise CannotPreview(f"There is no order {unknown[0]}.")
        found = decide_without_trace(work, [ids[0] for ids in fitting], rules)
    if gone := [number for number, ids in zip(numbers, fitting, strict=True) if ids[0] not in found]:
        raise CannotPreview(f"Nothing is decided about {gone[0]} any more: its goods were asked for, or it has ended.")
    return list(found.values())


def decide_without_trace(work: Work, order_ids: Sequence[int], rules: Rules) -> dict[int, Previewed]:
    """What is decided about those of the orders whose goods no warehouse was asked for yet, by id."""
    found = look(work, rules, only=order_ids)
    none_to_ship = {row.id: (Reason("nothing-to-ship"),) for row in found.nothing_to_ship}
    why_not = {**none_to_ship, **found.uncounted, **_bad_data(work, order_ids)}
    orders = tuple(order for order in found.facts.orders if order.order_id not in why_not)
    decided = stored(plan_reservations(replace(found.facts, orders=orders), rules))
    lines = _bad_lines(work, order_ids)
    return {
        row.id: Previewed(
            order_number(row.id),
            row.channel_order_no,
            decided.get(row.id),
            (*why_not.get(row.id, ()), *lines.get(row.id, ())),
        )
        for row in found.rows.values()
    }


def _bad_data(work: Work, order_ids: Sequence[int]) -> dict[int, tuple[Reason, ...]]:
    """Orders that wait for corrected data: those are not decided before."""
    held = (among(HOLD.c.order_id, order_ids), HOLD.c.kind == HoldKind.DATA, HOLD.c.closed_at.is_(None))
    rows = work.rows(select(HOLD.c.order_id, HOLD.c.reasons).where(*held))
    return {row.order_id: reasons_of(row.reasons) for row in rows}


def _bad_lines(work: Work, order_ids: Sequence[int]) -> dict[int, tuple[Reason, ...]]:
    """What is wrong with the lines that stay behind."""
    refused = (among(QUARANTINE.c.order_id, order_ids), QUARANTINE.c.subject == "line", QUARANTINE.c.state == "open")
    found: dict[int, tuple[Reason, ...]] = {}
    query = select(QUARANTINE.c.order_id, QUARANTINE.c.reasons).where(*refused).order_by(QUARANTINE.c.id)
    for row in work.rows(query):
        found[row.order_id] = (*found.get(row.order_id, ()), *reasons_of(row.reasons))
    return found
