"""The only way in: every message as it came, kept for ever, unique per source (invariants 2 and 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, one_of, table_of
from models.bulk import insert_missing
from models.lifecycle import Route
from models.many import among


class Inbox(SQLModel, table=True):
    """One message. ``source`` is a sales channel's or partner connection's code; the same message by another route
    has the same key, so it is stored once."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("company_id", "source", "message_key"),
        one_of("route", Route),
        one_of("state", ("waiting", "done", "refused")),
        Index(
            "ix_inbox_waiting",
            "company_id",
            "kind",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    kind: str = Field(description="order, outbound-confirmation, track, payment: who reads it")
    source: str
    message_key: str
    route: str
    body: str
    state: str = "waiting"
    occurred_at: datetime = Field(sa_type=UTC_TIME)
    received_at: datetime = Field(sa_type=UTC_TIME)
    handled_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    leased_by: str | None = None
    leased_until: datetime | None = Field(default=None, sa_type=UTC_TIME)


INBOX = table_of(Inbox)


@dataclass(frozen=True, slots=True)
class InboxPost:
    """Puts and finishes messages, inside one unit of work."""

    session: Session
    company_id: int
    now: datetime

    def put(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Store messages; one that is there already is left as it is. Returns how many are new."""
        always = {"company_id": self.company_id, "received_at": self.now, "state": "waiting"}
        messages = [{**always, **row} for row in rows]
        return insert_missing(self.session, INBOX, messages, ("company_id", "source", "message_key"))

    def finish(self, ids: Sequence[int], state: str = "done") -> None:
        """The messages are understood, or refused."""
        ended = {"state": state, "handled_at": self.now, "leased_by": None, "leased_until": None}
        self.session.execute(update(INBOX).where(among(INBOX.c.id, ids)).values(**ended))
