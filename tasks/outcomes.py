"""What became of a message on its way, written down with all that follows from it; a message that was withdrawn
meanwhile is undone where it may have arrived."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from integrations.errors import Misconfigured, Rejected, Unavailable
from models.event import Happened
from models.lifecycle import Status
from models.order_book import ORDER
from models.outbox import OUTBOX, WhyPerson
from models.reasons import Reason
from models.work import Work
from policies.redelivery import plan_next_try
from policies.rules import Rules
from tasks.connections import BadConnections
from tasks.hub import unit_of_work
from tasks.senders import SENDERS, Letter
from tasks.senders.outbounds import OUTBOUND


class Outcome(NamedTuple):
    """How it ended, in one word, and what stood in the way, empty if nothing did."""

    word: str
    trouble: str = ""


def answered(letter: Letter, request: Any, answer: Any) -> Outcome:
    """The partner has it, unless what it answers is about something else (C3)."""
    sender = SENDERS[letter.kind]
    with _outcome_of(letter) as (work, withdrawn):
        if foreign := sender.foreign(work, letter, request, answer):
            tried = {"tries": letter.tries + 1, "last_error": f"{foreign.code}: {dict(foreign.facts)}"[:500]}
            return Outcome(_to_person(work, letter, WhyPerson.REJECTED, tried, foreign), _at(letter, foreign.code))
        work.outbox.settle(letter.message_id, state="sent", sent_at=work.now, tries=letter.tries + 1, last_error=None)
        sender.record(work, letter, request, answer)
        if withdrawn:
            _take_back(work, letter)
    return Outcome("sent")


@contextmanager
def _outcome_of(letter: Letter) -> Iterator[tuple[Work, bool]]:
    """A transaction to write an outcome in, and whether the message was withdrawn while it was on its way.

    The order is locked before its message, as by whoever calls an order off: each sees what the other has done.
    """
    with unit_of_work() as work:
        if letter.order_id is not None:
            work.session.execute(select(ORDER.c.id).where(ORDER.c.id == letter.order_id).with_for_update())
        state = work.session.execute(select(OUTBOX.c.state).where(OUTBOX.c.id == letter.message_id)).scalar_one()
        yield work, state == "withdrawn"


def _take_back(work: Work, letter: Letter) -> None:
    """Have a withdrawn message undone that reached its partner all the same, or may have: its order was called off, or
    its outbound given up for another."""
    status = work.session.execute(select(ORDER.c.status).where(ORDER.c.id == letter.order_id)).scalar()
    outbound = select(OUTBOUND.c.state).where(OUTBOUND.c.id == letter.payload.get("outbound_id"))
    if status == Status.CANCELLED or work.session.execute(outbound).scalar() == "cancelled":
        SENDERS[letter.kind].came_late(work, letter)


def put_off(letter: Letter, error: Exception, rules: Rules) -> Outcome:
    """Try again later. An error of our own making (``Misconfigured``) and a partner that asks for patience use up no
    try; the claims leave the messages of a partner that is stopped alone, so they may go as soon as it is mended."""
    ours = isinstance(error, Misconfigured | BadConnections)
    asked = error.retry_after if isinstance(error, Unavailable) else None
    tries = letter.tries if ours or asked is not None else letter.tries + 1
    unknown = letter.outcome_unknown or (isinstance(error, Unavailable) and error.outcome_unknown)
    tried = {"tries": tries, "outcome_unknown": unknown, "last_error": str(error)[:500]}
    trouble = _at(letter, type(error).__name__.lower())
    with _outcome_of(letter) as (work, withdrawn):
        if withdrawn:
            return Outcome(_give_up(work, letter, tried), trouble)
        at = _next_try(letter, error, tries, asked, rules, work.now)
        if at is None:
            why = Reason("too-many-tries", {"tries": tries})
            return Outcome(_failed(work, letter, WhyPerson.TOO_MANY_TRIES, tried, why), trouble)
        work.outbox.settle(letter.message_id, next_try_at=at, **tried)
    return Outcome("again-later", trouble)


def _next_try(
    letter: Letter, error: Exception, tries: int, asked: timedelta | None, rules: Rules, now: datetime
) -> datetime | None:
    if isinstance(error, Misconfigured):
        return now
    if isinstance(error, BadConnections):
        return now + timedelta(minutes=5)
    most = SENDERS[letter.kind].most_tries(letter, rules.relay)
    return now + asked if asked is not None else plan_next_try(tries, most, rules.relay, now).at


def refused(letter: Letter, error: Rejected) -> Outcome:
    """The partner will not do it."""
    tried = {"tries": letter.tries + 1, "last_error": str(error)[:500]}
    with _outcome_of(letter) as (work, withdrawn):
        if withdrawn:
            return Outcome(_give_up(work, letter, tried), _at(letter, "rejected"))
        reason = Reason("partner-rejected", {"partner": error.partner, "message": error.message[:200]})
        return Outcome(_failed(work, letter, WhyPerson.REJECTED, tried, reason), _at(letter, "rejected"))


def _at(letter: Letter, trouble: str) -> str:
    return f"{letter.connection}: {trouble}"


def _failed(work: Work, letter: Letter, why: WhyPerson, tried: Mapping[str, Any], reason: Reason) -> str:
    """This partner will not do it: another one does, or a person has it."""
    if SENDERS[letter.kind].instead(work, letter, reason, unknown=bool(tried.get("outcome_unknown"))):
        work.outbox.settle(letter.message_id, state="withdrawn", **tried)
        return "handed-on"
    return _to_person(work, letter, why, tried, reason)


def _give_up(work: Work, letter: Letter, tried: Mapping[str, Any]) -> str:
    """It failed, and meanwhile nobody wants it any more."""
    work.outbox.settle(letter.message_id, **tried)
    _take_back(work, letter)
    return "withdrawn"


def _to_person(work: Work, letter: Letter, why: WhyPerson, tried: Mapping[str, Any], reason: Reason) -> str:
    work.outbox.settle(letter.message_id, state="person", why_person=why, **tried)
    if letter.order_id is not None:
        detail = {"message": letter.kind, "to": letter.connection}
        work.events.add([Happened(letter.order_id, "noticed", work.now, reasons=(reason,), detail=detail)])
        SENDERS[letter.kind].refused(work, letter, reason, unknown=bool(tried.get("outcome_unknown")))
    return "to-person"
