"""What was refused, with every reason, until somebody mends or dismisses it (A6, invariant 5)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, Json, one_of


class Quarantine(SQLModel, table=True):
    """One refused thing: an order line, an order, a file or a row of it, a stock line or a statement line."""

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint("company_id", "source", "subject", "subject_key"),
        one_of("subject", ("order", "line", "row", "file", "message", "stock", "statement")),
        one_of("state", ("open", "mended", "dismissed")),
        Index("ix_quarantine_order_id", "order_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    source: str
    subject: str
    subject_key: str = Field(description="The same each time the same thing is refused")
    order_id: int | None = Field(default=None, foreign_key="sales_order.id")
    inbox_id: int | None = Field(default=None, foreign_key="inbox.id")
    content: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    state: str = "open"
    refused_at: datetime = Field(sa_type=UTC_TIME)
    mended_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    mended_by: str | None = None
    mended_content: dict[str, Any] | None = Field(default=None, sa_type=Json)
