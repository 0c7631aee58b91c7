"""What Prefect was told that there is work for, and no run has looked at since."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME


class Signal(SQLModel, table=True):
    """An event on its way to a run; gone when one begins to look."""

    __tablename__ = "signal"
    __table_args__ = (UniqueConstraint("company_id", "event"),)

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    event: str
    sent_at: datetime = Field(sa_type=UTC_TIME)
