"""E-invoices of orders: what was asked for, what the tax office made of it, and its file (F4)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import AMOUNT, UTC_TIME, Json, one_of

STATES = ("asked", "issuing", "issued", "failed")


class Invoice(SQLModel, table=True):
    """One invoice that was asked for. An order has one at most that did not fail; another try has a new number."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("company_id", "request_no"),
        one_of("state", STATES),
        Index(
            "uq_invoice_open",
            "order_id",
            unique=True,
            sqlite_where=text("state <> 'failed'"),
            postgresql_where=text("state <> 'failed'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    order_id: int = Field(foreign_key="sales_order.id")
    request_no: str = Field(description="Our number, under which the partner knows it")
    connection: str
    state: str = Field(default="asked", description="asked: the partner has not heard of it; issued: its file is here")
    buyer: str = Field(description="The title on the invoice")
    tax_no: str = Field(default="", description="The buyer's tax number; a person has none")
    lines: list[dict[str, Any]] = Field(sa_type=Json, description="As asked for, so that a repeat is the same")
    currency: str
    amount_minor: int = Field(sa_type=AMOUNT, description="With tax")
    tax_minor: int = Field(sa_type=AMOUNT, description="The tax in it; once issued, as the tax office says")
    asked_at: datetime = Field(sa_type=UTC_TIME)
    asked_by: str
    serial: str = Field(default="", description="The partner's number of the request")
    invoice_no: str = Field(default="", description="Twenty digits, from the tax office")
    issued_at: datetime | None = Field(default=None, sa_type=UTC_TIME, description="When we heard of it")
    file: bytes | None = Field(default=None, sa_type=LargeBinary, description="The PDF")
    sha256: str = ""
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json, description="Why it failed, or is odd")
