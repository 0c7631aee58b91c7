"""Their id ↔ ours, unique both ways within a company: the partners of two companies may count alike."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class ExternalRef(SQLModel, table=True):
    """A partner's number for something of ours."""

    __tablename__ = "external_ref"
    __table_args__ = (
        UniqueConstraint("company_id", "connection", "kind", "our_no"),
        UniqueConstraint("company_id", "connection", "kind", "their_no"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    connection: str
    kind: str
    our_no: str
    their_no: str
