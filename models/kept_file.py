"""Files that came by themselves: each content once, and every way by which it came (A2)."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, Json, one_of


class KeptFile(SQLModel, table=True):
    """A file exactly as it came; it lies in the home folder under its hash."""

    __tablename__ = "kept_file"
    __table_args__ = (
        UniqueConstraint("company_id", "sha256"),
        one_of("state", ("waiting", "person", "done")),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    sha256: str
    name: str
    size_bytes: int = Field(sa_type=BigInteger)
    source: str = Field(description="Code of the connection from which it came first")
    state: str = Field(default="waiting", description="person: it was looked at, and somebody must do something first")
    kept_at: datetime = Field(sa_type=UTC_TIME)
    read_at: datetime | None = Field(default=None, sa_type=UTC_TIME, description="When it was last looked at")


class Delivery(SQLModel, table=True):
    """A document that lay in a place for us: once per place and the document's id there."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("company_id", "source", "document_id"),)

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    source: str
    document_id: str
    name: str
    files: list[str] = Field(default_factory=list, sa_type=Json, description="Hashes of what was in it")
    stays: bool = Field(default=False, description="The place cannot mark it: it is found again and known by its id")
    written_at: datetime = Field(sa_type=UTC_TIME)
    kept_at: datetime = Field(sa_type=UTC_TIME)
