"""The audit trail: what happened to each order, by whom, in which run, and a chain that shows tampering (I2).

Rows are only ever added: triggers refuse updates and deletes (migration ``0002``). Each event carries the hash of
the one before it of the same order, so a row that was altered, removed or slipped in breaks the chain from there on.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import UniqueConstraint, and_, func, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, Json, one_of, table_of
from models.bulk import insert_rows
from models.many import among
from models.reasons import Reason, to_json

KINDS = (
    "received", "changed", "moved", "held", "unheld", "line-refused", "line-mended", "sent", "tracked", "noticed",
    "settled", "answered", "expired", "split", "stock-lost", "change-asked", "change-closed", "promised",
)  # fmt: skip


class OrderEvent(SQLModel, table=True):
    """One thing that happened to an order. ``occurred_at`` is the world's time, ``recorded_at`` ours."""

    __tablename__ = "order_event"
    __table_args__ = (UniqueConstraint("order_id", "seq"), one_of("kind", KINDS))

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id")
    seq: int
    kind: str
    from_status: str | None = None
    to_status: str | None = None
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    detail: dict[str, Any] | None = Field(default=None, sa_type=Json)
    actor: str
    flow_run_id: str | None = None
    task_run_id: str | None = None
    policy_version: str
    inputs_hash: str
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    occurred_at: datetime = Field(sa_type=UTC_TIME)
    recorded_at: datetime = Field(sa_type=UTC_TIME)
    hash: str


@dataclass(frozen=True, slots=True)
class Run:
    """Who acts: written on every event, decision and lease."""

    actor: str
    flow_run_id: str | None = None
    task_run_id: str | None = None
    policy_version: str = ""


class Happened(NamedTuple):
    """An event to be recorded."""

    order_id: int
    kind: str
    occurred_at: datetime
    from_status: str | None = None
    to_status: str | None = None
    reasons: Sequence[Reason] = ()
    detail: Mapping[str, Any] | None = None
    inputs_hash: str = ""
    decision_id: int | None = None


EVENT = table_of(OrderEvent)
# What the hash covers: all that is stored, in this order, the times last.
_HASHED = (
    "order_id", "seq", "kind", "from_status", "to_status", "reasons", "detail", "actor", "flow_run_id", "task_run_id",
    "policy_version", "inputs_hash", "decision_id",
)  # fmt: skip
_HASHED_TIMES = ("occurred_at", "recorded_at")
_hashed = itemgetter(*_HASHED)


def hash_inputs(inputs: Any) -> str:
    """A short stable fingerprint of what a decision saw."""
    return hashlib.sha256(orjson.dumps(inputs, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()[:16]


def chain_hash(previous: str, row: Mapping[str, Any]) -> str:
    """The hash of an event, given the hash before it (empty for an order's first)."""
    times = [row[name].timestamp() for name in _HASHED_TIMES]
    content = orjson.dumps([previous, *_hashed(row), *times], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """Where an order's chain does not hold."""

    order_id: int
    seq: int


@dataclass(slots=True)
class Events:
    """Appends to and checks the trail, inside one unit of work."""

    session: Session
    run: Run
    now: datetime
    _tips: dict[int, tuple[int, str]] = field(default_factory=dict)

    def add(self, happened: Sequence[Happened], *, new_orders: bool = False) -> None:
        """Append events, in the given order per order. ``new_orders`` says that these have no event yet."""
        if not happened:
            return
        if not new_orders:
            self._load_tips({event.order_id for event in happened} - self._tips.keys())
        insert_rows(self.session, EVENT, [self._row(event) for event in happened])

    def _row(self, event: Happened) -> dict[str, Any]:
        seq, previous = self._tips.get(event.order_id, (0, ""))
        row: dict[str, Any] = {
            "order_id": event.order_id,
            "seq": seq + 1,
            "kind": event.kind,
            "from_status": event.from_status,
            "to_status": event.to_status,
            "reasons": to_json(event.reasons),
            "detail": dict(event.detail) if event.detail is not None else None,
            "actor": self.run.actor,
            "flow_run_id": self.run.flow_run_id,
            "task_run_id": self.run.task_run_id,
            "policy_version": self.run.policy_version,
            "inputs_hash": event.inputs_hash,
            "decision_id": event.decision_id,
            "occurred_at": event.occurred_at,
            "recorded_at": self.now,
        }
        row["hash"] = chain_hash(previous, row)
        self._tips[event.order_id] = (seq + 1, str(row["hash"]))
        return row

    def _load_tips(self, order_ids: set[int]) -> None:
        last = (
            select(EVENT.c.order_id, func.max(EVENT.c.seq).label("seq"))
            .where(among(EVENT.c.order_id, order_ids))
            .group_by(EVENT.c.order_id)
            .subquery()
        )
        query = select(EVENT.c.order_id, EVENT.c.seq, EVENT.c.hash).join(
            last, and_(EVENT.c.order_id == last.c.order_id, EVENT.c.seq == last.c.seq)
        )
        self._tips.update({order_id: (seq, tip) for order_id, seq, tip in self.session.execute(query)})


def broken_links(session: Session, order_ids: Sequence[int] | None = None) -> Iterator[BrokenLink]:
    """Recompute the chains and yield every event that does not follow from the one before it."""
    query = select(EVENT).order_by(EVENT.c.order_id, EVENT.c.seq)
    if order_ids is not None:
        query = query.where(among(EVENT.c.order_id, order_ids))
    order_id, seq, previous = None, 0, ""
    for row in session.execute(query.execution_options(yield_per=2_000)).mappings():
        if row["order_id"] != order_id:
            order_id, seq, previous = row["order_id"], 0, ""
        if row["seq"] != seq + 1 or chain_hash(previous, dict(row)) != row["hash"]:
            yield BrokenLink(row["order_id"], row["seq"])
        seq, previous = row["seq"], row["hash"]
