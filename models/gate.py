"""Gates: when the world is wrong, nothing of their scope goes out (D, invariant 6)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, Json, one_of


class Gate(SQLModel, table=True):
    """One closing of a gate, from the moment it shut until it opened, with its evidence."""

    __tablename__ = "gate"
    __table_args__ = (
        one_of("kind", ("weather",)),
        Index(
            "uq_gate_closed",
            "company_id",
            "kind",
            "region",
            unique=True,
            sqlite_where=text("opened_at IS NULL"),
            postgresql_where=text("opened_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    kind: str
    region: str
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    evidence: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    closed_at: datetime = Field(sa_type=UTC_TIME)
    opened_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    opened_by: str | None = None
    opened_why: str | None = Field(default=None, description="Set when a person opened it against the evidence")
