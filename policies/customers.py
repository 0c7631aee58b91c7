"""What a customer hears of an order on its way (C7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.lifecycle import OrderKind
from policies.rules import Customers, CustomerStep
from policies.tracking import Scanned

_STEP_OF: Final[Mapping[str, CustomerStep]] = {
    "out_for_delivery": "out-for-delivery",
    "delivered": "delivered",
    "exception": "in-trouble",
    "held_by_customs": "in-trouble",
}


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that a customer may be told of a parcel. ``event`` makes it one of its kind: told once."""

    order_id: int
    waybill_no: str
    step: CustomerStep
    at: datetime
    event: str = ""


def is_told(word: Word, kind: OrderKind, rules: Customers, now: datetime) -> bool:
    """Whether the customer hears of it: not of what is old news by now, and nobody of a transfer between our own
    warehouses."""
    fresh = now - word.at <= timedelta(hours=rules.old_after_hours)
    return fresh and word.step in rules.told and kind is not OrderKind.TRANSFER


def news_for_customer(before: Sequence[Scanned], now: Sequence[Scanned]) -> tuple[CustomerStep, Scanned] | None:
    """What is new for the customer since ``before``, scans oldest first: only the newest of several, and nothing while
    the carrier repeats itself. A code that nobody knows is no news."""
    was, newest = _newest_known(before), _newest_known(now)
    if newest is None or (was and was.state == newest.state):
        return None
    step = _STEP_OF.get(newest.state)
    return (step, newest) if step else None


def _newest_known(scans: Sequence[Scanned]) -> Scanned | None:
    return next((scan for scan in reversed(scans) if scan.state != "unknown"), None)
