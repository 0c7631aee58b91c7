"""Guarded writes on orders, lines and holds: an order moves only if it still stands where the decision saw it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Date, String, func, select, update
from sqlalchemy.orm import Session

from models.base import Json, table_of
from models.bulk import insert_numbered, insert_rows
from models.event import Events, Happened
from models.lifecycle import HoldKind, LineKind, Move
from models.many import among, given
from models.order import Hold, OrderLine, OrderVersion, SalesOrder
from models.reasons import Reason, to_json

ORDER = table_of(SalesOrder)
LINE = table_of(OrderLine)
VERSION = table_of(OrderVersion)
HOLD = table_of(Hold)
ASIDE = ("leased_by", "leased_until", "reported", "reported_status")
"""Columns of an order that say who works on it and what its channel wants, and nothing of what it is."""

_NOTED: dict[str, Any] = {"id": BigInteger(), "tags": Json, "promised_on": Date()}


class OrderMoved(Exception):
    """An order no longer stands where the decision saw it; read again."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A hold to be opened."""

    order_id: int
    kind: HoldKind
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class OrderBook:
    """Orders of one company, inside one unit of work."""

    session: Session
    company_id: int
    events: Events
    now: datetime

    def add(self, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert orders; their ids in the order of ``rows``."""
        return insert_numbered(self.session, ORDER, rows)

    def add_lines(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert lines."""
        insert_rows(self.session, LINE, rows)

    def add_versions(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Record which message made which version."""
        insert_rows(self.session, VERSION, rows)

    def advance(
        self,
        moves: Sequence[Move],
        *,
        notes: Sequence[Mapping[str, Any]] = (),
        inputs_hash: Mapping[int, str] | None = None,
        decisions: Mapping[int, int] | None = None,
        detail: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> None:
        """Make the moves with what is noted of their orders, an event for each step, and end the lease.

        Raises ``OrderMoved`` if one is no longer true.
        """
        if not moves:
            return
        noted = {note["id"]: note for note in notes}
        rows = [
            {**noted.get(move.order_id, {}), "id": move.order_id, "start": move.start, "end": move.steps[-1].to}
            for move in moves
        ]
        moved = given(self.session, rows, start=String(), end=String(), **_NOTED)
        written: dict[str, Any] = {"status": moved.c.end, "leased_by": None, "leased_until": None}
        if noted:
            written |= {name: func.coalesce(moved.c[name], ORDER.c[name]) for name in ("tags", "promised_on")}
        statement = update(ORDER).where(ORDER.c.id == moved.c.id, ORDER.c.status == moved.c.start).values(written)
        changed = self.session.execute(statement)
        if changed.rowcount != len(moves):  # type: ignore[attr-defined]  # a CursorResult
            raise OrderMoved(f"{len(moves) - changed.rowcount} of {len(moves)} orders moved meanwhile")  # type: ignore[attr-defined]  # a CursorResult
        self.events.add(list(_happened(moves, inputs_hash or {}, decisions or {}, detail or {})))

    def annotate(self, notes: Sequence[Mapping[str, Any]]) -> None:
        """Write tags and promised dates: ``id``, ``tags`` and ``promised_on`` each."""
        if notes:
            noted = given(self.session, notes, **_NOTED)
            written = {"tags": noted.c.tags, "promised_on": noted.c.promised_on}
            self.session.execute(update(ORDER).where(ORDER.c.id == noted.c.id).values(written))

    def hold(self, stops: Sequence[Stop], *, decisions: Mapping[int, int] | None = None) -> list[int]:
        """Open holds; one that is open already stays as it is. Returns the orders that were not held so before."""
        stops = [*{(stop.order_id, stop.kind): stop for stop in stops}.values()]
        if not stops:
            return []
        open_now = self.open_holds({stop.order_id for stop in stops})
        fresh = [stop for stop in stops if stop.kind not in open_now.get(stop.order_id, ())]
        if fresh:
            rows = [
                {"order_id": s.order_id, "kind": s.kind, "reasons": to_json(s.reasons), "opened_at": self.now}
                for s in fresh
            ]
            insert_rows(self.session, HOLD, rows)
            self.events.add(
                [
                    Happened(
                        stop.order_id, "held", self.now, reasons=stop.reasons, detail={"hold": stop.kind},
                        decision_id=(decisions or {}).get(stop.order_id),
                    )
                    for stop in fresh
                ]
            )  # fmt: skip
        self.end_lease({stop.order_id for stop in stops})
        return [stop.order_id for stop in fresh]

    def unhold(self, order_ids: Iterable[int], kind: HoldKind, by: str, reasons: tuple[Reason, ...] = ()) -> list[int]:
        """Close the open holds of a kind. Returns the orders that had one."""
        statement = (
            update(HOLD)
            .where(among(HOLD.c.order_id, sorted(set(order_ids))), HOLD.c.kind == kind, HOLD.c.closed_at.is_(None))
            .values(closed_at=self.now, closed_by=by)
            .returning(HOLD.c.order_id)
        )
        freed = list(self.session.execute(statement).scalars())
        self.events.add(
            [Happened(order_id, "unheld", self.now, reasons=reasons, detail={"hold": kind}) for order_id in freed]
        )
        return freed

    def open_holds(self, order_ids: Iterable[int]) -> dict[int, set[str]]:
        """Which kinds of hold are open, per order that has any."""
        query = select(HOLD.c.order_id, HOLD.c.kind).where(
            among(HOLD.c.order_id, set(order_ids)), HOLD.c.closed_at.is_(None)
        )
        found: dict[int, set[str]] = {}
        for order_id, kind in self.session.execute(query):
            found.setdefault(order_id, set()).add(kind)
        return found

    def end_lease(self, order_ids: Iterable[int]) -> None:
        """Give orders back that the step is done with."""
        ended = set(order_ids)
        if ended:
            done = update(ORDER).where(among(ORDER.c.id, sorted(ended)))
            self.session.execute(done.values(leased_by=None, leased_until=None))

    def lines_of(self, order_ids: Sequence[int], *, goods_only: bool = False) -> dict[int, list[Any]]:
        """Good lines per order, in line order."""
        query = select(LINE).where(among(LINE.c.order_id, order_ids), LINE.c.state == "good")
        if goods_only:
            query = query.where(LINE.c.kind == LineKind.GOODS)
        found: dict[int, list[Any]] = {order_id: [] for order_id in order_ids}
        for row in self.session.execute(query.order_by(LINE.c.order_id, LINE.c.id)):
            found[row.order_id].append(row)
        return found


def _happened(
    moves: Sequence[Move],
    inputs_hash: Mapping[int, str],
    decisions: Mapping[int, int],
    detail: Mapping[int, Mapping[str, Any]],
) -> Iterable[Happened]:
    for move in moves:
        at = move.start
        for step in move.steps:
            last = step is move.steps[-1]
            yield Happened(
                move.order_id,
                "moved",
                step.occurred_at,
                from_status=at,
                to_status=step.to,
                reasons=step.reasons,
                detail=detail.get(move.order_id) if last else None,
                inputs_hash=inputs_hash.get(move.order_id, ""),
                decision_id=decisions.get(move.order_id),
            )
            at = step.to
