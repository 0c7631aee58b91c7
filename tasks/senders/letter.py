"""A message on its way, and what every sender of one has in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.base import insert_or_ignore, table_of
from models.event import Happened
from models.external_ref import ExternalRef
from models.outbox import Owed
from models.reasons import Reason
from models.work import Work
from policies.rules import Relay

REF = table_of(ExternalRef)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way."""

    message_id: int
    kind: Owed
    connection: str
    key: str
    order_id: int | None
    region: str
    payload: Mapping[str, Any]
    tries: int
    outcome_unknown: bool

    @property
    def of_order(self) -> int:
        """The order that it is about; every kind but a notice has one."""
        if self.order_id is None:
            raise ValueError(f"message {self.key} is about no order")
        return self.order_id


class Sender:
    """How one kind of message is sent. ``prepare`` returns ``None`` when it is not to be sent any more."""

    def prepare(self, work: Work, letter: Letter) -> Any:
        """The request, from what the database says now."""
        raise NotImplementedError

    async def deliver(self, client: Any, letter: Letter, request: Any) -> Any:
        """Hand it to the partner; after an unknown outcome ask first. Raises the classes of ``integrations.errors``."""
        raise NotImplementedError

    def at_once(self, client: Any) -> int:
        """How many of these the partner takes in one call."""
        return 1

    async def deliver_together(self, client: Any, requests: Sequence[Any]) -> Sequence[Any]:
        """Hand over several in one call, none of which it can have yet; what it answers to each, in their order.

        Raises the classes of ``integrations.errors`` for all of them. After ``Rejected`` nobody knows what became of
        which: each is then delivered by itself, after an unknown outcome.
        """
        raise NotImplementedError

    def foreign(self, work: Work, letter: Letter, request: Any, answer: Any) -> Reason | None:
        """Why the answer is not about what was asked for: then nothing of it is believed and a person looks (C3)."""
        return None

    def record(self, work: Work, letter: Letter, request: Any, answer: Any) -> None:
        """What changes with us now that the partner has it."""
        if letter.order_id is not None:
            note_sent(work, letter, {})

    def most_tries(self, letter: Letter, rules: Relay) -> int:
        """How often to try before it counts as failed."""
        return rules.tries

    def instead(self, work: Work, letter: Letter, reason: Reason, *, unknown: bool) -> bool:
        """Have another partner do what this one did not; whether there is one. Then no person need look."""
        return False

    def refused(self, work: Work, letter: Letter, reason: Reason, *, unknown: bool) -> None:
        """What changes with us because the partner will not do it, or could not be reached in all its tries, and then
        it is ``unknown`` whether one of them has worked."""

    def came_late(self, work: Work, letter: Letter) -> None:
        """Nobody wanted it any more while this was on its way: take back what has arrived, or may have."""


@dataclass(frozen=True, slots=True)
class Said:
    """Under which number of ours and of theirs a partner has something, and with which check code; empty if unsaid."""

    our_no: str
    their_no: str
    code: str = ""


def foreign_number(work: Work, letter: Letter, kind: str, asked: Said, got: Said) -> Reason | None:
    """Whether an answer binds another's number to ours: it names another, carries another's code, or has a number that
    this partner gave another before."""
    if got.our_no != asked.our_no:
        return Reason("answer-of-another", {"expected": asked.our_no, "got": got.our_no})
    if got.code and asked.code and got.code != asked.code:
        return Reason("check-code-differs", {"number": asked.our_no, "expected": asked.code, "got": got.code})
    mine = (REF.c.company_id == work.company_id, REF.c.connection == letter.connection, REF.c.kind == kind)
    bound = select(REF.c.our_no).where(*mine, REF.c.their_no == got.their_no, REF.c.our_no != asked.our_no)
    other = work.session.execute(bound).scalar()
    return Reason("number-of-another", {"number": got.their_no, "other": other}) if other else None


def remember(work: Work, letter: Letter, kind: str, our_no: str, their_no: str) -> None:
    ref = {
        "company_id": work.company_id, "connection": letter.connection, "kind": kind, "our_no": our_no,
        "their_no": their_no,
    }  # fmt: skip
    work.session.execute(insert_or_ignore(work.session, REF, ("company_id", "connection", "kind", "our_no")), [ref])


def note_sent(work: Work, letter: Letter, told: Mapping[str, Any]) -> None:
    detail = {"message": letter.kind, "to": letter.connection, **told}
    work.events.add([Happened(letter.of_order, "sent", work.now, detail=detail)])
