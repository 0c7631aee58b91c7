"""Whether what a warehouse says that came back is what it was told to expect (E5)."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.messages import Condition, ReturnArrived
from models.reasons import Fact, Reason


@dataclass(frozen=True, slots=True)
class Awaited:
    """A return as our books have it: so many pieces of a SKU are still ``awaited``. ``told`` is what this very message
    has booked before, by state; ``by_hand``: somebody has taken pieces of that order in already."""

    sku: str
    awaited: int
    told: Mapping[Condition, int]
    by_hand: bool = False


def judge_return(arrived: ReturnArrived, known: Awaited) -> Reason | None:
    """The reason why what came back cannot be booked, or ``None``; of what was told before only whether it is the same.

    Fewer pieces than awaited may be a part of them; more, none, or others go to a person.
    """
    about: dict[str, Fact] = {"return": arrived.return_no}
    for line in arrived.lines:
        if line.condition is Condition.UNCLEAR:
            return Reason("return-unclear", {**about, "sku": line.sku, "word": line.word})
        if line.sku != known.sku and line.quantity:
            return Reason("return-differs", {**about, "sku": line.sku, "expected": 0, "quantity": line.quantity})
    came = pieces_by_condition(arrived)
    total, limit = sum(came.values()), sum(known.told.values()) or known.awaited
    if known.told and came == known.told:
        return None
    if known.told or not 0 < total <= limit:
        return Reason("return-differs", {**about, "sku": known.sku, "expected": limit, "quantity": total})
    return Reason("return-booked-by-hand", {**about, "sku": known.sku}) if known.by_hand else None


def pieces_by_condition(arrived: ReturnArrived) -> dict[Condition, int]:
    """How many pieces came back in which state."""
    came: dict[Condition, int] = {}
    for line in arrived.lines:
        if line.quantity:
            came[line.condition] = came.get(line.condition, 0) + line.quantity
    return came
