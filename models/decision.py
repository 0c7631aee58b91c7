"""What was decided, on which facts, by which version of the rules: the memory that preview and replay read."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, Json


class PolicyVersion(SQLModel, table=True):
    """The rules as they stood, so that an old run can be decided again as it was (I2, I3)."""

    __tablename__ = "policy_version"

    version: str = Field(primary_key=True)
    content: str = Field(description="The rules as JSON, every default spelled out")
    first_used_at: datetime = Field(sa_type=UTC_TIME)


class DecisionBatch(SQLModel, table=True):
    """What one call of a policy function saw. The facts of a whole batch are kept together: its orders competed for the
    same stock, so none can be decided again without the others."""

    __tablename__ = "decision_batch"
    __table_args__ = (
        Index("ix_decision_batch_flow_run_id", "flow_run_id"),
        Index("ix_decision_batch_decided_at", "decided_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    kind: str = Field(description="reserve, gate, settle …: the policy function that decided")
    policy_version: str
    flow_run_id: str | None = None
    decided_at: datetime = Field(sa_type=UTC_TIME)
    facts: bytes | None = Field(default=None, description="As policies.facts packs them; none once they are too old")


class Decision(SQLModel, table=True):
    """One decision about one order, or about a scope such as a gate's or the stock's: a row of its batch, or with facts
    of its own."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_order_id", "order_id"),
        Index("ix_decision_batch_id", "batch_id"),
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
    batch_id: int | None = Field(default=None, foreign_key="decision_batch.id")
    kind: str = Field(description="reserve, gate, settle …: the policy function that decided")
    order_id: int | None = Field(default=None, foreign_key="sales_order.id")
    subject: str = Field(default="", description="What was decided about, when it is not an order")
    policy_version: str
    facts: dict[str, Any] | None = Field(default=None, sa_type=Json, description="What it saw, if it has no batch")
    facts_hash: str
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    flow_run_id: str | None = None
    decided_at: datetime = Field(sa_type=UTC_TIME)
