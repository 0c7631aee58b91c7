"""The trail of an order: events with their runs, decisions, messages to partners, and what was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.base import table_of
from models.decision import Decision as DecisionRow
from models.decision import DecisionBatch
from models.event import EVENT
from models.external_ref import ExternalRef
from models.gate import Gate
from models.many import among
from models.outbox import OUTBOX
from models.quarantine import Quarantine
from models.reasons import Reason
from models.work import Work
from policies.facts import of_order
from tasks.story.order import reasons_of

DECISION = table_of(DecisionRow)
BATCH = table_of(DecisionBatch)
GATE = table_of(Gate)
QUARANTINE = table_of(Quarantine)
REF = table_of(ExternalRef)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: in the world at ``occurred_at``, written down at ``recorded_at``, and by which run."""

    seq: int
    kind: str
    from_status: str | None
    to_status: str | None
    reasons: tuple[Reason, ...]
    detail: Mapping[str, Any]
    actor: str
    flow_run_id: str | None
    task_run_id: str | None
    policy_version: str
    decision_id: int | None
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, on which facts, by which version of the rules, and why."""

    decision_id: int
    kind: str
    reasons: tuple[Reason, ...]
    facts: Mapping[str, Any]
    result: Mapping[str, Any]
    policy_version: str
    flow_run_id: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """What a partner is owed, or was told; ``state`` is due, sent, person or withdrawn."""

    kind: str
    connection: str
    state: str
    tries: int
    why_person: str | None
    last_error: str | None
    idempotency_key: str
    created_at: datetime
    next_try_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Something of the order in quarantine; ``state`` is open, mended or dismissed."""

    quarantine_id: int
    subject: str
    subject_key: str
    content: Mapping[str, Any]
    reasons: tuple[Reason, ...]
    state: str
    refused_at: datetime
    mended_at: datetime | None
    mended_by: str | None


@dataclass(frozen=True, slots=True)
class TheirNumber:
    """A partner's number for something of ours."""

    connection: str
    kind: str
    our_no: str
    their_no: str


@dataclass(frozen=True, slots=True)
class ClosedGate:
    """A gate that is closed now and holds the order's messages back."""

    kind: str
    region: str
    reasons: tuple[Reason, ...]
    closed_at: datetime


def events_of(work: Work, order_id: int) -> tuple[Event, ...]:
    """Everything that happened."""
    return tuple(
        Event(
            row.seq, row.kind, row.from_status, row.to_status, reasons_of(row.reasons), row.detail or {}, row.actor,
            row.flow_run_id, row.task_run_id, row.policy_version, row.decision_id, row.occurred_at, row.recorded_at,
        )
        for row in work.rows(select(EVENT).where(EVENT.c.order_id == order_id).order_by(EVENT.c.seq))
    )  # fmt: skip


def decisions_of(work: Work, order_id: int) -> tuple[Decision, ...]:
    """Every decision about the order; its facts are empty once they are too old to be kept."""
    query = (
        select(DECISION, BATCH.c.facts.label("of_batch"))
        .join(BATCH, BATCH.c.id == DECISION.c.batch_id, isouter=True)
        .where(DECISION.c.order_id == order_id)
        .order_by(DECISION.c.id)
    )
    return tuple(
        Decision(
            row.id, row.kind, _why(row.result),
            row.facts or (of_order(row.of_batch, order_id) if row.of_batch else {}), row.result, row.policy_version,
            row.flow_run_id, row.decided_at,
        )
        for row in work.rows(query)
    )  # fmt: skip


def _why(result: Mapping[str, Any]) -> tuple[Reason, ...]:
    of_holds = (reason for held in result.get("holds", []) for reason in reasons_of(held["reasons"]))
    return (*of_holds, *reasons_of(result.get("reasons")))


def messages_of(work: Work, order_id: int) -> tuple[Message, ...]:
    """What partners are owed for the order, and were told."""
    columns = (
        OUTBOX.c.kind, OUTBOX.c.connection, OUTBOX.c.state, OUTBOX.c.tries, OUTBOX.c.why_person, OUTBOX.c.last_error,
        OUTBOX.c.idempotency_key, OUTBOX.c.created_at, OUTBOX.c.next_try_at, OUTBOX.c.sent_at,
    )  # fmt: skip
    query = select(*columns).where(OUTBOX.c.order_id == order_id).order_by(OUTBOX.c.id)
    return tuple(Message(*row) for row in work.rows(query))


def refused_of(work: Work, order_id: int) -> tuple[Refused, ...]:
    """What of the order is, or was, in quarantine."""
    return tuple(
        Refused(
            row.id, row.subject, row.subject_key, row.content, reasons_of(row.reasons), row.state, row.refused_at,
            row.mended_at, row.mended_by,
        )
        for row in work.rows(select(QUARANTINE).where(QUARANTINE.c.order_id == order_id).order_by(QUARANTINE.c.id))
    )  # fmt: skip


def their_numbers(work: Work, our_numbers: Sequence[str]) -> tuple[TheirNumber, ...]:
    """What partners call the order and its outbounds."""
    mine = (REF.c.company_id == work.company_id, among(REF.c.our_no, our_numbers))
    query = select(REF.c.connection, REF.c.kind, REF.c.our_no, REF.c.their_no).where(*mine).order_by(REF.c.id)
    return tuple(TheirNumber(*row) for row in work.rows(query))


def gates_before(work: Work, region: str) -> tuple[ClosedGate, ...]:
    """The gates that are closed now for the order's region."""
    shut = (GATE.c.company_id == work.company_id, GATE.c.region == region, GATE.c.opened_at.is_(None))
    return tuple(
        ClosedGate(row.kind, row.region, reasons_of(row.reasons), row.closed_at)
        for row in work.rows(select(GATE).where(*shut).order_by(GATE.c.id))
    )
