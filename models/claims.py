"""Taking work off the queues that the database is: messages that came in, orders that are ready, messages to send.

A claim is a lease: two workers never hold the same row, and what a killed worker held is free again when the lease
runs out. Leases use the real clock, whatever time the hub is told that it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session

from models.base import table_of
from models.gate import Gate
from models.inbox import Inbox
from models.lifecycle import Status
from models.many import among
from models.order import Hold, SalesOrder
from models.outbox import Outbox

INBOX = table_of(Inbox)
ORDER = table_of(SalesOrder)
OUTBOX = table_of(Outbox)
_EARLIER = OUTBOX.alias("earlier")
_HOLD = table_of(Hold)
_GATE = table_of(Gate)
# Written into the statement: SQLite takes a partial index only if it can read that the condition implies the index's.
_UNDECIDED: BindParameter[list[str]] = bindparam(
    "undecided", [Status.RECEIVED.value, Status.CONFIRMED.value], expanding=True, literal_execute=True
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Rows that are ours for now. ``abandoned`` are those among them whose last owner never finished."""

    ids: tuple[int, ...]
    abandoned: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims for one owner (a flow run), inside one unit of work."""

    session: Session
    company_id: int
    owner: str
    lease: timedelta

    def orders_waiting(self) -> int:
        """How many pieces of work the orders that are in now still make: a message is understood, an order decided."""
        of_inbox = (INBOX.c.company_id == self.company_id, INBOX.c.kind == "order", INBOX.c.state == "waiting")
        of_orders = (ORDER.c.company_id == self.company_id, ORDER.c.status.in_(_UNDECIDED))
        messages = self.session.execute(select(func.count()).select_from(INBOX).where(*of_inbox)).scalar_one()
        orders = self.session.execute(select(func.count()).select_from(ORDER).where(*of_orders)).scalar_one()
        return int(2 * messages + orders)

    def messages_waiting(self, now: datetime, besides: Collection[str] = ()) -> int:
        """How many outbox messages can go out now, one after the other."""
        query = select(func.count()).select_from(OUTBOX).where(*self._due(now, besides))
        return int(self.session.execute(query).scalar_one())

    def messages(self, kind: str, limit: int) -> Claimed:
        """Inbox messages of a kind that wait to be understood, oldest first."""
        return self._lease(
            INBOX,
            limit,
            INBOX.c.company_id == self.company_id,
            INBOX.c.kind == kind,
            INBOX.c.state == "waiting",
        )

    def orders_to_decide(self, limit: int, turns: Sequence[ColumnElement[Any]] = ()) -> Claimed:
        """Orders that are received or confirmed, have no open hold and are not being called off, by ``turns`` and then
        in the order in which they came in."""
        held = exists().where(_HOLD.c.order_id == ORDER.c.id, _HOLD.c.closed_at.is_(None))
        return self._lease(
            ORDER,
            limit,
            ORDER.c.company_id == self.company_id,
            ORDER.c.status.in_(_UNDECIDED),
            or_(ORDER.c.reported_status.is_(None), ORDER.c.reported_status != Status.CANCELLED.value),
            ~held,
            turns=turns,
        )

    def orders_to_follow(self, limit: int) -> Claimed:
        """Orders whose channel reported something that the hub has not followed yet."""
        return self._lease(ORDER, limit, ORDER.c.company_id == self.company_id, ORDER.c.reported_status.is_not(None))

    def messages_to_send(self, now: datetime, limit: int, besides: Collection[str] = ()) -> Claimed:
        """Outbox messages that are due, whose region no closed gate covers (invariant 6), and that no earlier one of
        their order precedes: to each partner an order's messages go one after the other, so what undoes something
        waits for what is still on its way there (C3). ``besides``: connections not to be called now."""
        return self._lease(
            OUTBOX,
            limit,
            *self._due(now, besides),
            ~exists().where(
                _EARLIER.c.order_id == OUTBOX.c.order_id,
                _EARLIER.c.connection == OUTBOX.c.connection,
                _EARLIER.c.id < OUTBOX.c.id,
                or_(_EARLIER.c.state == "due", _EARLIER.c.leased_until > datetime.now(UTC)),
            ),
        )

    def _due(self, now: datetime, besides: Collection[str]) -> tuple[ColumnElement[bool], ...]:
        shut = exists().where(
            _GATE.c.company_id == OUTBOX.c.company_id, _GATE.c.region == OUTBOX.c.region, _GATE.c.opened_at.is_(None)
        )
        return (
            OUTBOX.c.company_id == self.company_id,
            OUTBOX.c.state == "due",
            OUTBOX.c.next_try_at <= now,
            ~among(OUTBOX.c.connection, besides),
            or_(OUTBOX.c.region == "", ~shut),
        )

    def _lease(
        self, table: Any, limit: int, *ready: ColumnElement[bool], turns: Sequence[ColumnElement[Any]] = ()
    ) -> Claimed:
        now = datetime.now(UTC)
        free = or_(table.c.leased_until.is_(None), table.c.leased_until < now)
        query = (
            select(table.c.id, table.c.leased_by)
            .where(*ready, free)
            .order_by(*turns, table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = self.session.execute(query).all()
        ids = tuple(row.id for row in rows)
        if ids:
            lease = update(table).where(among(table.c.id, ids))
            self.session.execute(lease.values(leased_by=self.owner, leased_until=now + self.lease))
        return Claimed(ids, frozenset(row.id for row in rows if row.leased_by is not None))
