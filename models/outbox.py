"""The only way out: what the hub owes its partners, written with the change that owes it (invariant 4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, or_, text, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, Json, one_of, table_of
from models.bulk import insert_missing
from models.many import among


class Owed(StrEnum):
    """What kind of message it is; each has one sender in ``tasks.relay``."""

    WAYBILL = "waybill"
    OUTBOUND = "outbound"
    CANCEL_OUTBOUND = "cancel-outbound"
    CANCEL_WAYBILL = "cancel-waybill"
    RETURN = "return-order"
    ERP_ORDER = "erp-order"
    ERP_STATUS = "erp-status"
    CANCEL_ERP_ORDER = "cancel-erp-order"
    RECEIVABLE = "receivable"
    CHANNEL_SHIPMENT = "channel-shipment"
    CUSTOMER_MESSAGE = "customer-message"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    NOTICE = "notice"


TAKES_BACK = frozenset({Owed.CANCEL_OUTBOUND, Owed.CANCEL_WAYBILL, Owed.CANCEL_ERP_ORDER})
"""What undoes something at a partner; it goes out also for an order that is called off."""


class WhyPerson(StrEnum):
    """Why a message waits for a person."""

    REJECTED = "rejected"
    TOO_MANY_TRIES = "too-many-tries"


class Outbox(SQLModel, table=True):
    """One message to a partner, sent at least once and effective once by its key."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("company_id", "idempotency_key"),
        one_of("kind", Owed),
        one_of("state", ("due", "sent", "person", "withdrawn")),
        one_of("why_person", WhyPerson),
        Index(
            "ix_outbox_due",
            "company_id",
            "id",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        Index("ix_outbox_order_id", "order_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    order_id: int | None = Field(default=None, foreign_key="sales_order.id")
    kind: str
    connection: str = Field(description="Which configured partner it goes to")
    idempotency_key: str
    region: str = Field(default="", description="A closed gate of this region holds the message back")
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    state: str = "due"
    tries: int = 0
    outcome_unknown: bool = Field(default=False, description="The last try may have worked: ask before sending again")
    why_person: str | None = None
    last_error: str | None = None
    created_at: datetime = Field(sa_type=UTC_TIME)
    next_try_at: datetime = Field(sa_type=UTC_TIME)
    sent_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    leased_by: str | None = None
    leased_until: datetime | None = Field(default=None, sa_type=UTC_TIME)


OUTBOX = table_of(Outbox)


@dataclass(frozen=True, slots=True)
class OutboxPost:
    """Owes and settles messages, inside one unit of work."""

    session: Session
    company_id: int
    now: datetime

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Owe messages to partners. The same key is owed once: a step that is run again owes nothing new."""
        always: dict[str, Any] = {
            "company_id": self.company_id, "order_id": None, "region": "", "payload": {}, "state": "due", "tries": 0,
            "outcome_unknown": False, "created_at": self.now, "next_try_at": self.now,
        }  # fmt: skip
        owed = [{**always, **row} for row in rows]
        insert_missing(self.session, OUTBOX, owed, ("company_id", "idempotency_key"))

    def settle(self, message_id: int, **change: Any) -> None:
        """Write how a try ended, and end the lease."""
        ended = {"leased_by": None, "leased_until": None, **change}
        self.session.execute(update(OUTBOX).where(OUTBOX.c.id == message_id).values(**ended))

    def doubt(self) -> int:
        """Whatever is still due may have been sent by a hub whose database was lost: have partners asked first.

        Returns how many messages that are. A lease of that hub is over.
        """
        doubted = {"outcome_unknown": True, "leased_by": None, "leased_until": None}
        done = self.session.execute(update(OUTBOX).where(OUTBOX.c.state == "due").values(**doubted))
        return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one

    def withdraw(
        self,
        order_ids: Sequence[int],
        kinds: Collection[Owed] = frozenset(Owed) - TAKES_BACK,
        besides: int | None = None,
    ) -> None:
        """Nothing of these kinds that is still due for these orders may go out any more; ``besides`` is a message that
        stays as it is.

        A message that is in a sender's hand may arrive all the same: its outcome is unknown, and it keeps its lease
        until the sender puts it down.
        """
        perhaps_sent = or_(OUTBOX.c.outcome_unknown, OUTBOX.c.leased_by.is_not(None))
        gone = {"state": "withdrawn", "outcome_unknown": perhaps_sent}
        due = (
            among(OUTBOX.c.order_id, order_ids),
            among(OUTBOX.c.kind, kinds),
            OUTBOX.c.state.in_(("due", "person")),
        )
        statement = update(OUTBOX).where(*due)
        if besides is not None:
            statement = statement.where(OUTBOX.c.id != besides)
        self.session.execute(statement.values(**gone))
