"""Whether a change of stock that a warehouse reports is booked, known already, or a contradiction (B3)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from models.messages import Condition, StockChange
from models.reasons import Fact, Reason


class Entry(StrEnum):
    """How a change goes into our books."""

    MOVED = "moved"
    ARRIVED = "arrived"
    NONE = "none"


class Judged(NamedTuple):
    """``trouble`` is why a person must look; then nothing is booked."""

    entry: Entry
    trouble: Reason | None = None


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What our books know of the SKU in that warehouse and state, and of the document that is said to have changed it.

    ``told`` is what this very change has moved already; ``otherwise``: the document has moved the SKU in another way.
    ``confirmed`` is by how much our own outbound, or return, of that number changes the SKU, which its confirmation
    books; ``expected`` how much is still announced under it; both ``None`` when the number is no such document of ours.
    """

    lies_there: int
    told: int | None = None
    otherwise: bool = False
    confirmed: int | None = None
    expected: int | None = None


def judge_change(change: StockChange, known: OnRecord) -> Judged:
    """What becomes of a change. What leaves or comes back by a document of ours is booked by its confirmation."""
    if trouble := _contradiction(change, known):
        return Judged(Entry.NONE, trouble)
    if known.confirmed is not None or known.told is not None:
        return Judged(Entry.NONE)
    return Judged(Entry.MOVED if known.expected is None else Entry.ARRIVED)


def _contradiction(change: StockChange, known: OnRecord) -> Reason | None:
    quantity, good = change.quantity, change.condition is Condition.GOOD
    if change.condition is Condition.UNCLEAR:
        return _reason("stock-change-unclear", change, word=change.word)
    if known.confirmed is not None:
        fits = 0 < quantity <= known.confirmed or known.confirmed <= quantity < 0
        return None if fits else _reason("stock-change-contradicts", change, expected=known.confirmed)
    if known.told is not None:
        return None if known.told == quantity else _reason("stock-change-differs", change, booked=known.told)
    if known.otherwise:
        return _reason("stock-change-booked-otherwise", change)
    if known.expected is not None:
        comes = good and 0 < quantity <= known.expected
        return None if comes else _reason("stock-change-contradicts", change, expected=known.expected)
    below = known.lies_there + quantity < 0
    return _reason("stock-change-below-zero", change, there=known.lies_there) if below else None


def _reason(code: str, change: StockChange, **facts: Fact) -> Reason:
    return Reason(code, {"document": change.document, "sku": change.sku, "quantity": change.quantity, **facts})
