"""The only way out: send what the hub owes its partners (invariant 4).

A message is sent at least once and has one effect: its key goes with it, and after an unknown outcome the partner is
asked before it is sent again. What a killed run had in hand counts as unknown. Messages that a partner takes together
go in one call; each of them has its own outcome (``tasks.outcomes``).
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from integrations.chunks import chunks
from integrations.errors import Conflict, Misconfigured, Rejected, Unavailable
from models.base import table_of
from models.gate import Gate
from models.many import among
from models.outbox import OUTBOX, Owed
from models.work import Work
from policies.rules import Rules
from tasks.connections import BadConnections, Line, open_line
from tasks.hub import Batch, hub_task, tell, unit_of_work
from tasks.outcomes import Outcome, answered, put_off, refused
from tasks.senders import SENDERS, Letter

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
    """Send a claimed batch. Each outcome is written as soon as it is known, so a killed run repeats at most the
    messages of the calls in flight, and asks about them first."""
    with unit_of_work() as work:
        query = select(OUTBOX).where(among(OUTBOX.c.id, batch.ids), OUTBOX.c.state == "due").order_by(OUTBOX.c.id)
        letters = [_letter(row, row.id in batch.abandoned) for row in work.rows(query)]
    outcomes: Counter[str] = Counter()
    troubles: Counter[str] = Counter()
    limit = asyncio.Semaphore(AT_ONCE)

    async with AsyncExitStack() as stack:
        lines = await _open(stack, {letter.connection for letter in letters})

        async def post(bag: Sequence[Letter]) -> None:
            async with limit:
                done, refused_together = await _send(bag, lines[bag[0].connection], rules)
            outcomes.update(each.word for each in done)
            troubles.update(each.trouble for each in done if each.trouble)
            await asyncio.gather(*(post([letter]) for letter in refused_together))

        await asyncio.gather(*map(post, _bags(letters, lines)))
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


def _bags(letters: Sequence[Letter], lines: Mapping[str, Line | Exception]) -> list[Sequence[Letter]]:
    """What goes in one call each. A message that the partner must be asked about goes by itself.

    A claimed batch holds one message of an order to a partner at most, so none overtakes another of its order.
    """
    addressed: dict[tuple[str, Owed], list[Letter]] = defaultdict(list)
    for letter in letters:
        addressed[letter.connection, letter.kind].append(letter)
    bags: list[Sequence[Letter]] = []
    for (connection, kind), some in addressed.items():
        line = lines[connection]
        most = 1 if isinstance(line, Exception) else SENDERS[kind].at_once(line.client)
        bags += [[letter] for letter in some if letter.outcome_unknown]
        bags += chunks([letter for letter in some if not letter.outcome_unknown], most)
    return sorted(bags, key=lambda bag: bag[0].message_id)


async def _send(bag: Sequence[Letter], line: Line | Exception, rules: Rules) -> tuple[list[Outcome], Sequence[Letter]]:
    """Send the messages of one call. What became of them, and those that the partner refused together: what it did with
    each of them is unknown."""
    if isinstance(line, Exception):
        return [put_off(letter, line, rules) for letter in bag], ()
    prepared = [(letter, _prepare(letter)) for letter in bag]
    done = [request for _, request in prepared if isinstance(request, Outcome)]
    ready = [(letter, request) for letter, request in prepared if not isinstance(request, Outcome)]
    if not ready:
        return done, ()
    try:
        async with line.account.heeded(calls=True):
            answers = await _deliver(line.client, ready)
    except Rejected as error:
        if len(ready) > 1:
            return done, [replace(letter, outcome_unknown=True) for letter, _ in ready]
        return [*done, refused(ready[0][0], error)], ()
    except (Unavailable, Conflict, Misconfigured) as error:
        return done + [put_off(letter, error, rules) for letter, _ in ready], ()
    return done + [answered(*each, answer) for each, answer in zip(ready, answers, strict=True)], ()


def _prepare(letter: Letter) -> Any:
    """The request; its outcome, if nothing is to be sent."""
    with unit_of_work() as work:
        if _gate_is_closed(work, letter.region):
            work.outbox.settle(letter.message_id)
            return Outcome("behind-gate")
        request = SENDERS[letter.kind].prepare(work, letter)
        if request is None:
            work.outbox.settle(letter.message_id, state="withdrawn")
            return Outcome("withdrawn")
    return request


async def _deliver(client: Any, ready: Sequence[tuple[Letter, Any]]) -> Sequence[Any]:
    """What the partner answers to each."""
    sender = SENDERS[ready[0][0].kind]
    if len(ready) == 1:
        return [await sender.deliver(client, *ready[0])]
    return await sender.deliver_together(client, [request for _, request in ready])


def _gate_is_closed(work: Work, region: str) -> bool:
    """Asked once more right before sending: the gate may have closed after the message was claimed."""
    if not region:
        return False
    closed = (GATE.c.company_id == work.company_id, GATE.c.region == region, GATE.c.opened_at.is_(None))
    return work.session.execute(select(GATE.c.id).where(*closed)).first() is not None
