"""The only way out: send what the hub owes its partners, and write down what became of it (invariant 4).

A message is sent at least once and has one effect: its key goes with it, and after an unknown outcome the partner is
asked before it is sent again. What a killed run had in hand counts as unknown.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from integrations.errors import Conflict, Misconfigured, Rejected, Unavailable
from models.base import table_of
from models.event import Happened
from models.gate import Gate
from models.lifecycle import Status
from models.order_book import ORDER
from models.outbox import OUTBOX, Owed, WhyPerson
from models.reasons import Reason
from models.work import Work
from policies.redelivery import plan_next_try
from policies.rules import Rules
from tasks.connections import BadConnections, Line, open_line
from tasks.hub import Batch, hub_task, tell, unit_of_work
from tasks.senders import SENDERS, Letter
from tasks.senders.outbounds import OUTBOUND

GATE = table_of(Gate)
AT_ONCE = 16
"""Calls that are on their way to partners at the same time."""

PATIENCE = timedelta(seconds=5)
"""How long a message waits in hand for its turn at a partner that limits calls; then it waits in the outbox."""


@dataclass(frozen=True, slots=True)
class Relayed:
    """What became of a batch: messages sent, put off, held by a gate, and given to a person."""

    sent: int = 0
    again_later: int = 0
    behind_gate: int = 0
    to_person: int = 0
    troubles: Mapping[str, int] = field(default_factory=dict)


@hub_task
async def send_messages(batch: Batch, rules: Rules) -> Relayed:
    """Send a claimed batch. Each outcome is written as soon as it is known, so a killed run repeats at most one
    message per call in flight, and asks about it first."""
    with unit_of_work() as work:
        query = select(OUTBOX).where(OUTBOX.c.id.in_(batch.ids), OUTBOX.c.state == "due").order_by(OUTBOX.c.id)
        letters = [_letter(row, row.id in batch.abandoned) for row in work.rows(query)]
    outcomes: Counter[str] = Counter()
    troubles: Counter[str] = Counter()
    limit = asyncio.Semaphore(AT_ONCE)

    async with AsyncExitStack() as stack:
        lines = await _open(stack, {letter.connection for letter in letters})

        async def post(letter: Letter) -> None:
            async with limit:
                outcome, trouble = await _send(letter, lines[letter.connection], rules)
            outcomes[outcome] += 1
            if trouble:
                troubles[trouble] += 1

        await asyncio.gather(*map(post, letters))
    done = Relayed(
        outcomes["sent"], outcomes["again-later"], outcomes["behind-gate"], outcomes["to-person"], dict(troubles)
    )
    tell("%d sent, %d again later, %d to a person; troubles: %s", done.sent, done.again_later, done.to_person, troubles)
    return done


def _letter(row: Any, abandoned: bool) -> Letter:
    return Letter(
        message_id=row.id,
        kind=Owed(row.kind),
        connection=row.connection,
        key=row.idempotency_key,
        order_id=row.order_id,
        region=row.region,
        payload=row.payload,
        tries=row.tries,
        outcome_unknown=row.outcome_unknown or abandoned,
    )


async def _open(stack: AsyncExitStack, codes: set[str]) -> dict[str, Line | Exception]:
    """A line per connection; where none can be had, the error stands in its place and meets each message."""
    lines: dict[str, Line | Exception] = {}
    for code in sorted(codes):
        try:
            lines[code] = await stack.enter_async_context(open_line(code, PATIENCE))
        except (Misconfigured, BadConnections) as error:
            lines[code] = error
    return lines


async def _send(letter: Letter, line: Line | Exception, rules: Rules) -> tuple[str, str]:
    """Send one message; ``(outcome, trouble)``, trouble being empty when there was none."""
    if isinstance(line, Exception):
        return _put_off(letter, line, rules), f"{letter.connection}: {type(line).__name__}"
    with unit_of_work() as work:
        if _gate_is_closed(work, letter.region):
            work.outbox.settle(letter.message_id)
            return "behind-gate", ""
        request = SENDERS[letter.kind].prepare(work, letter)
    if request is None:
        with unit_of_work() as work:
            work.outbox.settle(letter.message_id, state="withdrawn")
        return "withdrawn", ""
    try:
        async with line.account.heeded(calls=True):
            answer = await SENDERS[letter.kind].deliver(line.client, letter, request)
    except Rejected as error:
        return _refused(letter, error), f"{letter.connection}: rejected"
    except (Unavailable, Conflict, Misconfigured) as error:
        return _put_off(letter, error, rules), f"{letter.connection}: {type(error).__name__.lower()}"
    return _answered(letter, request, answer)


def _answered(letter: Letter, request: Any, answer: Any) -> tuple[str, str]:
    """The partner has it, unless what it answers is about something else (C3)."""
    sender = SENDERS[letter.kind]
    with _outcome_of(letter) as (work, withdrawn):
        if foreign := sender.foreign(work, letter, request, answer):
            tried = {"tries": letter.tries + 1, "last_error": f"{foreign.code}: {dict(foreign.facts)}"[:500]}
            return _to_person(work, letter, WhyPerson.REJECTED, tried, foreign), f"{letter.connection}: {foreign.code}"
        work.outbox.settle(letter.message_id, state="sent", sent_at=work.now, tries=letter.tries + 1, last_error=None)
        sender.record(work, letter, request, answer)
        if withdrawn:
            _take_back(work, letter)
    return "sent", ""


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


def _gate_is_closed(work: Work, region: str) -> bool:
    """Asked once more right before sending: the gate may have closed after the message was claimed."""
    if not region:
        return False
    closed = (GATE.c.company_id == work.company_id, GATE.c.region == region, GATE.c.opened_at.is_(None))
    return work.session.execute(select(GATE.c.id).where(*closed)).first() is not None


def _put_off(letter: Letter, error: Exception, rules: Rules) -> str:
    """Try again later. An error of our own making (``Misconfigured``) and a partner that asks for patience use up no
    try; the claims leave the messages of a partner that is stopped alone, so they may go as soon as it is mended."""
    ours = isinstance(error, Misconfigured | BadConnections)
    asked = error.retry_after if isinstance(error, Unavailable) else None
    tries = letter.tries if ours or asked is not None else letter.tries + 1
    unknown = letter.outcome_unknown or (isinstance(error, Unavailable) and error.outcome_unknown)
    tried = {"tries": tries, "outcome_unknown": unknown, "last_error": str(error)[:500]}
    with _outcome_of(letter) as (work, withdrawn):
        if withdrawn:
            return _give_up(work, letter, tried)
        at = _next_try(letter, error, tries, asked, rules, work.now)
        if at is None:
            return _failed(work, letter, WhyPerson.TOO_MANY_TRIES, tried, Reason("too-many-tries", {"tries": tries}))
        work.outbox.settle(letter.message_id, next_try_at=at, **tried)
    return "again-later"


def _next_try(
    letter: Letter, error: Exception, tries: int, asked: timedelta | None, rules: Rules, now: datetime
) -> datetime | None:
    if isinstance(error, Misconfigured):
        return now
    if isinstance(error, BadConnections):
        return now + timedelta(minutes=5)
    most = SENDERS[letter.kind].most_tries(letter, rules.relay)
    return now + asked if asked is not None else plan_next_try(tries, most, rules.relay, now).at


def _refused(letter: Letter, error: Rejected) -> str:
    tried = {"tries": letter.tries + 1, "last_error": str(error)[:500]}
    with _outcome_of(letter) as (work, withdrawn):
        if withdrawn:
            return _give_up(work, letter, tried)
        reason = Reason("partner-rejected", {"partner": error.partner, "message": error.message[:200]})
        return _failed(work, letter, WhyPerson.REJECTED, tried, reason)


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
