"""What a channel's statement means for an order that may be known already (A4, invariant 2)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.lifecycle import Status
from models.messages import ChannelOrder
from models.reasons import Reason


class Action(StrEnum):
    """What to do with a statement."""

    CREATE = "create"
    IGNORE = "ignore"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Known:
    """The order as it is stored."""

    order_id: int
    status: Status
    version: int
    stated_at: datetime
    paid: bool
    content_hash: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the statement changes. ``late_change`` is a change of content that came after stock was promised;
    ``as_before`` says that after stock was promised the content is what it was."""

    action: Action
    reasons: tuple[Reason, ...] = ()
    paid_now: bool = False
    cancel: bool = False
    new_content: bool = False
    late_change: bool = False
    as_before: bool = False


def judge_statement(stated: ChannelOrder, content_hash: str, known: Known | None) -> Acceptance:
    """Judge one statement. The newest statement wins, whatever the order of arrival; a repeat changes nothing."""
    if known is None:
        return Acceptance(Action.CREATE)
    if stated.updated_at < known.stated_at:
        return Acceptance(Action.IGNORE, (Reason("stale-statement"),))
    changed = content_hash != known.content_hash
    open_to_change = known.status in (Status.RECEIVED, Status.CONFIRMED)
    return Acceptance(
        Action.UPDATE,
        paid_now=stated.paid and not known.paid,
        cancel=stated.cancelled and known.status not in (Status.CANCELLED, Status.RETURNED, Status.COMPLETED),
        new_content=changed and open_to_change and not stated.cancelled,
        late_change=changed and not open_to_change and not stated.cancelled,
        as_before=not changed and not open_to_change,
    )
