"""Putting what is refused into quarantine, and taking it out again once it is mended (A6, invariant 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.base import insert_or_ignore, table_of
from models.quarantine import Quarantine
from models.reasons import Reason, to_json
from models.work import Work

QUARANTINE = table_of(Quarantine)
_LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something refused. ``key`` is the same each time the same thing is refused, so it is kept once."""

    source: str
    subject: str
    key: str
    content: Mapping[str, Any]
    reasons: Sequence[Reason]
    order_id: int | None = None
    inbox_id: int | None = field(default=None)


def refuse(work: Work, refusals: Sequence[Refusal]) -> None:
    """Keep what was refused, with every reason; what is there already stays as it is."""
    if not refusals:
        return
    statement = insert_or_ignore(work.session, QUARANTINE, ("company_id", "source", "subject", "subject_key"))
    work.session.execute(
        statement,
        [
            {
                "company_id": work.company_id,
                "source": refusal.source,
                "subject": refusal.subject,
                "subject_key": refusal.key,
                "order_id": refusal.order_id,
                "inbox_id": refusal.inbox_id,
                "content": storable(dict(refusal.content)),
                "reasons": to_json(refusal.reasons),
                "state": "open",
                "refused_at": work.now,
            }
            for refusal in refusals
        ],
    )


def refuse_message(
    work: Work, message: Any, reasons: Sequence[Reason], content: Mapping[str, Any], order_id: int | None = None
) -> None:
    """Keep a message of the inbox that cannot be booked; of its content what is short enough to be read."""
    told = {key: value for key, value in content.items() if isinstance(value, str | int | bool)}
    refuse(work, [Refusal(message.source, "message", message.message_key, told, reasons, order_id, message.id)])
    work.inbox.finish([message.id], "refused")


def storable(value: Any) -> Any:
    """What every database's JSON can hold: hostile text has NUL and halves of characters, and numbers without end.

    The message itself stays in the inbox as it came.
    """
    match value:
        case str():
            return value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
        case bool() | None:
            return value
        case int() if abs(value) > _LARGEST_NUMBER:
            return str(value)
        case Mapping():
            return {storable(str(name)): storable(item) for name, item in value.items()}
        case list() | tuple():
            return [storable(item) for item in value]
        case _:
            return value
