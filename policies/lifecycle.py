"""The one table of allowed transitions (design §2), and the ways through it."""

from collections.abc import Sequence
from datetime import datetime

from models.lifecycle import Move, Status, Step
from models.messages import Reported
from models.reasons import Reason

_S = Status

# from → to: each row is one thing that may happen to an order.
TRANSITIONS: frozenset[tuple[Status, Status]] = frozenset(
    {
        (_S.RECEIVED, _S.CONFIRMED),  # checked, credit good
        (_S.CONFIRMED, _S.RESERVED),  # all its stock is promised to it
        (_S.RESERVED, _S.RELEASED),  # the warehouse has it on its list
        (_S.RESERVED, _S.CONFIRMED),  # its stock was given back: expired, not there after all, refused by the warehouse
        (_S.RESERVED, _S.COMPLETED),  # a deposit: the order of its balance has taken the stock over
        (_S.RELEASED, _S.CONFIRMED),  # the warehouse agreed to stop, because the order is changed
        (_S.RELEASED, _S.PICKED),
        (_S.PICKED, _S.SHIPPED),
        (_S.SHIPPED, _S.DELIVERED),
        (_S.DELIVERED, _S.COMPLETED),
        (_S.RECEIVED, _S.COMPLETED),  # a credit document: recorded, nothing to ship; or a deposit, as below
        (_S.CONFIRMED, _S.COMPLETED),  # a deposit that got no stock itself: the order of its balance has
        (_S.RECEIVED, _S.CANCELLED),
        (_S.CONFIRMED, _S.CANCELLED),
        (_S.RESERVED, _S.CANCELLED),
        (_S.RELEASED, _S.CANCELLED),  # the warehouse agreed to stop
        (_S.SHIPPED, _S.RETURNED),
        (_S.DELIVERED, _S.RETURNED),
    }
)

_MAIN_LINE = (
    _S.RECEIVED, _S.CONFIRMED, _S.RESERVED, _S.RELEASED, _S.PICKED, _S.SHIPPED, _S.DELIVERED, _S.COMPLETED,
)  # fmt: skip


class NotAllowed(ValueError):
    """The table has no such transition."""


def plan_move(order_id: int, start: Status, steps: Sequence[Step]) -> Move:
    """A move through one or more steps. Raises ``NotAllowed`` if the table lacks one of them."""
    at = start
    for step in steps:
        if (at, step.to) not in TRANSITIONS:
            raise NotAllowed(f"an order cannot go from {at} to {step.to}")
        at = step.to
    return Move(order_id, start, tuple(steps))


def is_further(status: Status, other: Status) -> bool:
    """Whether ``status`` is further along the main line than ``other``; an ended order is further than any."""
    if status not in _MAIN_LINE:
        return True
    return other in _MAIN_LINE and _MAIN_LINE.index(status) > _MAIN_LINE.index(other)


def plan_following(order_id: int, status: Status, reported: Reported, now: datetime) -> Move | None:
    """The way from where an order stands to where its channel says that it is, one event a step.

    A step carries the channel's own time where it gave one, else ``now``. ``None`` when there is nothing to follow:
    the order is there, further, or ended.
    """
    because = (Reason("reported-by-channel", {"status": reported.status}),)
    if reported.status is _S.CANCELLED:
        if (status, _S.CANCELLED) not in TRANSITIONS:
            return None
        return plan_move(order_id, status, [Step(_S.CANCELLED, now, because)])
    if status not in _MAIN_LINE or reported.status not in _MAIN_LINE:
        return None
    # Stock is the hub's own promise: a channel that "prepares" an order only says that it is confirmed.
    target = _S.CONFIRMED if reported.status is _S.RESERVED else reported.status
    if not is_further(target, status):
        return None
    known = {_S.CONFIRMED: reported.paid_at, _S.SHIPPED: reported.shipped_at, _S.DELIVERED: reported.delivered_at}
    way = _MAIN_LINE[_MAIN_LINE.index(status) + 1 : _MAIN_LINE.index(target) + 1]
    return plan_move(order_id, status, [Step(to, known.get(to) or now, because) for to in way])


def plan_way(order_id: int, status: Status, to: Status, at: datetime, reasons: tuple[Reason, ...] = ()) -> Move | None:
    """The way along the main line from where an order stands to ``to``; ``None`` if it is there, further or ended."""
    if status not in _MAIN_LINE or not is_further(to, status):
        return None
    way = _MAIN_LINE[_MAIN_LINE.index(status) + 1 : _MAIN_LINE.index(to) + 1]
    return plan_move(order_id, status, [Step(step, at, reasons) for step in way])
