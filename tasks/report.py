"""Figures for people: how the money stands, what is in quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from models.base import table_of
from models.gate import Gate
from models.money_flow import OUTCOMES, SettlementLine, SettlementMatch
from models.order_book import ORDER
from models.outbox import OUTBOX
from models.quarantine import Quarantine
from tasks.reading import reading

GATE = table_of(Gate)
MATCH = table_of(SettlementMatch)
STATEMENT = table_of(SettlementLine)
QUARANTINE = table_of(Quarantine)


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """One outcome of reconciliation in one currency. Amounts are minor units; ``largest_minor`` is the largest
    difference between an order and its money."""

    currency: str
    outcome: str
    orders: int
    order_minor: int
    settled_minor: int
    largest_minor: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every cent of orders that have money, and of all statement lines, in exactly one outcome."""

    outcomes: Sequence[OutcomeLine]
    unmatched_lines: int

    @property
    def complete(self) -> bool:
        """Whether every statement line is in an outcome."""
        return self.unmatched_lines == 0


def reconciliation() -> Reconciliation:
    """How the money stands now (F2)."""
    difference = func.max(func.abs(MATCH.c.settled_minor - MATCH.c.order_minor))
    with reading() as work:
        query = (
            select(
                MATCH.c.currency, MATCH.c.outcome, func.count(), func.sum(MATCH.c.order_minor),
                func.sum(MATCH.c.settled_minor), difference,
            )
            .where(MATCH.c.company_id == work.company_id)
            .group_by(MATCH.c.currency, MATCH.c.outcome)
        )  # fmt: skip
        rows = [OutcomeLine(c, o, n, int(a), int(s), int(d)) for c, o, n, a, s, d in work.rows(query)]
        stored = _sum(work.rows(select(func.count()).where(STATEMENT.c.company_id == work.company_id)))
        judged = _sum(work.rows(select(func.sum(MATCH.c.lines)).where(MATCH.c.company_id == work.company_id)))
    return Reconciliation(sorted(rows, key=lambda r: (r.currency, OUTCOMES.index(r.outcome))), stored - judged)


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """Something in quarantine, as a list shows it."""

    id: int
    source: str
    subject: str
    key: str
    order_id: int | None
    reasons: Sequence[dict[str, Any]]
    refused_at: str


def in_quarantine(limit: int = 50, reason: str = "") -> list[RefusedLine]:
    """What is open in quarantine, oldest first; only that with a reason code, if one is given."""
    with reading() as work:
        query = select(QUARANTINE).where(QUARANTINE.c.company_id == work.company_id, QUARANTINE.c.state == "open")
        rows = work.rows(query.order_by(QUARANTINE.c.id))
    found = [
        RefusedLine(r.id, r.source, r.subject, r.subject_key, r.order_id, r.reasons, r.refused_at.isoformat())
        for r in rows
        if not reason or any(told["code"] == reason for told in r.reasons)
    ]
    return found[:limit]


def quarantine_by_reason() -> dict[str, int]:
    """How many open refusals have each reason, most frequent first; one thing may have several."""
    counts: dict[str, int] = {}
    with reading() as work:
        query = select(QUARANTINE.c.reasons).where(
            QUARANTINE.c.company_id == work.company_id, QUARANTINE.c.state == "open"
        )
        for row in work.rows(query):
            for told in row.reasons:
                counts[told["code"]] = counts.get(told["code"], 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def orders_by_status() -> dict[str, int]:
    """How many orders stand where."""
    with reading() as work:
        query = select(ORDER.c.status, func.count()).where(ORDER.c.company_id == work.company_id)
        return dict(sorted(work.rows(query.group_by(ORDER.c.status))))


def refused_whole(quarantine_id: int) -> dict[str, Any] | None:
    """Everything kept about one refused thing, or ``None``."""
    with reading() as work:
        query = select(QUARANTINE).where(QUARANTINE.c.id == quarantine_id, QUARANTINE.c.company_id == work.company_id)
        return next((dict(row._mapping) for row in work.rows(query)), None)


@dataclass(frozen=True, slots=True)
class ClosedGate:
    """A gate that is closed, and how many messages wait behind it."""

    region: str
    closed_at: str
    waiting: int
    reasons: Sequence[dict[str, Any]]


def closed_gates() -> list[ClosedGate]:
    """The gates that are closed now."""
    behind = (OUTBOX.c.company_id == GATE.c.company_id, OUTBOX.c.region == GATE.c.region, OUTBOX.c.state == "due")
    waiting = select(func.count()).select_from(OUTBOX).where(*behind).correlate(GATE).scalar_subquery()
    with reading() as work:
        query = select(GATE.c.region, GATE.c.closed_at, waiting, GATE.c.reasons)
        rows = work.rows(query.where(GATE.c.company_id == work.company_id, GATE.c.opened_at.is_(None)))
    return [ClosedGate(region, closed_at.isoformat(), count, reasons) for region, closed_at, count, reasons in rows]


def _sum(rows: Sequence[Any]) -> int:
    return int(rows[0][0] or 0)
