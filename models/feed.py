"""How far we have read what a partner tells when it is asked."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME


class Feed(SQLModel, table=True):
    """News of one connection, read up to a moment."""

    __tablename__ = "feed"
    __table_args__ = (UniqueConstraint("company_id", "connection"),)

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    connection: str
    read_until: datetime = Field(sa_type=UTC_TIME)
