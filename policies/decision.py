"""The form of a decision about an order: what is promised, what stops it, and why, for every part of it.

What there is one of for every order or line is a named tuple: a frozen dataclass takes three times as long to make.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from models.lifecycle import HoldKind
from models.reasons import Reason, to_json


@dataclass(frozen=True, slots=True)
class Held:
    """A hold that the order gets, and why."""

    kind: HoldKind
    reasons: tuple[Reason, ...]


class Allocation(NamedTuple):
    """Stock of one level that is promised to a line, in base units."""

    line_id: int
    product_id: int
    stock_level_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Remainder:
    """What of a line stays behind when the rest of the order goes first, in units of the line."""

    line_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Something that a role of ``[told]`` is to hear of."""

    role: str
    reason: Reason


class Claim(StrEnum):
    """How firmly stock is promised: ``order`` lowers what can be promised and leaves with the goods; ``presale`` is
    held for a deposit until the balance is paid (A10)."""

    ORDER = "order"
    PRESALE = "presale"


class OrderDecision(NamedTuple):
    """What was decided for one order.

    It may move if ``holds`` is empty. ``confirmed`` says that people and money agree, although stock may be short.
    ``allocations`` with a hold are promised ``until`` that time only. ``remainder`` is what a supplement gets.
    ``reasons`` name what was chosen and every alternative that was refused.
    """

    order_id: int
    confirmed: bool
    holds: tuple[Held, ...] = ()
    warehouse_id: int | None = None
    allocations: tuple[Allocation, ...] = ()
    remainder: tuple[Remainder, ...] = ()
    claim: Claim = Claim.ORDER
    until: datetime | None = None
    promised_on: date | None = None
    tags: tuple[str, ...] = ()
    tells: tuple[Tell, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether the order goes on."""
        return not self.holds

    def to_json(self) -> dict[str, Any]:
        """The stored form; what is empty is left out."""
        full = {
            "confirmed": self.confirmed,
            "holds": [{"kind": held.kind, "reasons": to_json(held.reasons)} for held in self.holds],
            "warehouse": self.warehouse_id,
            "lines": [[a.line_id, a.stock_level_id, a.quantity] for a in self.allocations],
            "remainder": [[r.line_id, r.quantity] for r in self.remainder],
            "claim": self.claim if self.allocations else None,
            "until": self.until,
            "promised_on": self.promised_on,
            "tags": list(self.tags),
            "told": [tell.role for tell in self.tells],
            "reasons": to_json(self.reasons),
        }
        return {name: value for name, value in full.items() if value not in (None, [])}
