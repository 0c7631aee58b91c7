"""The changes of an order that were asked for, what became of them, and what one means now (B8)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.change import APPROVAL, CHANGE
from models.many import among
from models.order_number import order_number
from models.reasons import Reason
from models.work import Work
from tasks.reading import reading
from tasks.story.order import reasons_of


@dataclass(frozen=True, slots=True)
class Approval:
    """What one approver said; no ``verdict`` yet when the answer is awaited."""

    approver: str
    verdict: str | None
    by: str
    why: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """A request to change an order. ``impact`` is what it meant when it was asked for, ``outcome`` how it ended."""

    number: int
    order: str
    base_version: int
    size: str
    state: str
    reason: str
    evidence: str
    scope: tuple[str, ...]
    impact: tuple[Reason, ...]
    outcome: tuple[Reason, ...]
    approvals: tuple[Approval, ...]
    asked_by: str
    asked_at: datetime
    closed_at: datetime | None
    made_version: int | None


def changes_of(work: Work, order_id: int) -> tuple[Change, ...]:
    """Every change of an order, oldest first."""
    return _changes(work, CHANGE.c.order_id == order_id)


def changes_waiting(limit: int, *, closed: bool = False) -> tuple[Change, ...]:
    """The changes that wait, of all orders, newest first; with ``closed`` those that are over, too."""
    with reading() as work:
        wanted = (CHANGE.c.company_id == work.company_id,) if closed else (
            CHANGE.c.company_id == work.company_id, CHANGE.c.closed_at.is_(None),
        )  # fmt: skip
        return _changes(work, *wanted, newest=limit)


def change_story(number: int) -> Change | None:
    """One change; ``None`` if there is none of that number."""
    with reading() as work:
        found = _changes(work, CHANGE.c.company_id == work.company_id, CHANGE.c.id == number)
        return found[0] if found else None


def _changes(work: Work, *wanted: Any, newest: int | None = None) -> tuple[Change, ...]:
    query = select(CHANGE).where(*wanted)
    query = query.order_by(CHANGE.c.id) if newest is None else query.order_by(CHANGE.c.id.desc()).limit(newest)
    rows = work.rows(query)
    said: dict[int, tuple[Approval, ...]] = {}
    answers = select(APPROVAL).where(among(APPROVAL.c.change_id, [row.id for row in rows])).order_by(APPROVAL.c.id)
    for row in work.rows(answers):
        told = Approval(row.approver, row.verdict, row.by, row.why, row.answered_at)
        said[row.change_id] = (*said.get(row.change_id, ()), told)
    return tuple(
        Change(
            row.id, order_number(row.order_id), row.base_version, row.size, row.state, row.reason, row.evidence,
            tuple(row.scope), reasons_of(row.impact), reasons_of(row.outcome), said.get(row.id, ()), row.asked_by,
            row.asked_at, row.closed_at, row.made_version,
        )
        for row in rows
    )  # fmt: skip
