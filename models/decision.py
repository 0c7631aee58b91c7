"""What was decided, on which facts, by which version of the rules: the memory that preview and replay read."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, Json


class Decision(SQLModel, table=True):
    """One decision about one order (or, for gates and stock, about a scope), with the facts it saw."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_order_id", "order_id"),
        Index(
            "ix_decision_subject",
            "company_id",
            "subject",
            "id",
            sqlite_where=text("order_id IS NULL"),
            postgresql_where=text("order_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    kind: str = Field(description="reserve, gate, settle …: the policy function that decided")
    order_id: int | None = Field(default=None, foreign_key="sales_order.id")
    subject: str = Field(default="", description="What was decided about, when it is not an order")
    policy_version: str
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    facts_hash: str
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    flow_run_id: str | None = None
    decided_at: datetime = Field(sa_type=UTC_TIME)
