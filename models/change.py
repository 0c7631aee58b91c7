"""Requests to change an order, and who has said what to them (B8)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, Json, one_of, table_of


class ChangeState(StrEnum):
    """How far a request is. An ``approved`` one waits for the warehouse to stop; the last three are the ends."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    EFFECTIVE = "effective"
    OVERTAKEN = "overtaken"


class ChangeRequest(SQLModel, table=True):
    """What an order shall be instead, seen from the version that its author saw.

    ``impact`` is what it would have meant when it was asked for; ``outcome`` why it ended as it did.
    """

    __tablename__ = "change_request"
    __table_args__ = (
        one_of("size", ("minor", "major")),
        one_of("state", ChangeState),
        CheckConstraint("(state IN ('proposed', 'approved')) = (closed_at IS NULL)", name="closed_at_the_end"),
        CheckConstraint("(state = 'effective') = (made_version IS NOT NULL)", name="effective_makes_a_version"),
        Index("ix_change_request_order_id", "order_id"),
        Index(
            "uq_change_request_under_way",
            "order_id",
            unique=True,
            sqlite_where=text("state = 'approved'"),
            postgresql_where=text("state = 'approved'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    order_id: int = Field(foreign_key="sales_order.id")
    base_version: int
    reason: str
    scope: list[str] = Field(default_factory=list, sa_type=Json, description="The fields that it changes")
    evidence: str = Field(default="", description="What shows that the change is wanted: a letter, a call, a file")
    inbox_id: int | None = Field(default=None, foreign_key="inbox.id", description="The channel's message that asks it")
    content: dict[str, Any] = Field(sa_type=Json, description="The whole order as it shall be")
    content_hash: str = Field(default="", description="Fingerprint of the channel's statement that asks it")
    size: str
    impact: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    state: str = ChangeState.PROPOSED
    asked_by: str
    asked_at: datetime = Field(sa_type=UTC_TIME)
    closed_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    made_version: int | None = None
    outcome: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)


class ChangeApproval(SQLModel, table=True):
    """What one approver is asked about a request; no verdict yet means that the answer is still awaited."""

    __tablename__ = "change_approval"
    __table_args__ = (
        UniqueConstraint("change_id", "approver"),
        one_of("verdict", ("yes", "no")),
        CheckConstraint("(verdict IS NULL) = (answered_at IS NULL)", name="answered_with_a_verdict"),
    )

    id: int | None = Field(default=None, primary_key=True)
    change_id: int = Field(foreign_key="change_request.id")
    approver: str
    verdict: str | None = None
    by: str = ""
    why: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UTC_TIME)


CHANGE = table_of(ChangeRequest)
APPROVAL = table_of(ChangeApproval)
