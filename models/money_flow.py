"""Payments that channels and providers tell of, statement lines, and how they meet the orders (F1, F2)."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import AMOUNT, UTC_TIME, one_of

OUTCOMES = ("equal", "rounding", "off", "no-items", "unpaid", "unknown-order", "ambiguous")


class Payment(SQLModel, table=True):
    """What a channel or a provider says that was paid for an order; a refund is negative. A statement line of the same
    number is the same money: these say what was told, those what was settled."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("order_id", "reference"),
        Index(
            "uq_payment_told",
            "company_id",
            "provider",
            "reference",
            unique=True,
            sqlite_where=text("provider <> ''"),
            postgresql_where=text("provider <> ''"),
        ),
        Index(
            "ix_payment_stray",
            "company_id",
            "order_key",
            sqlite_where=text("order_id IS NULL"),
            postgresql_where=text("order_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    order_id: int | None = Field(default=None, foreign_key="sales_order.id", description="None: no order fits yet")
    provider: str = Field(default="", description="Connection that told of it; empty: the order's channel did")
    order_key: str = Field(default="", description="The order number as the provider writes it")
    reference: str = Field(default="", description="Number of the payment; of a refund, with the refund's")
    currency: str
    amount_minor: int = Field(sa_type=AMOUNT)
    paid_at: datetime | None = Field(default=None, sa_type=UTC_TIME)


class SettlementLine(SQLModel, table=True):
    """One line of a provider's statement, signed: a refund is negative."""

    __tablename__ = "settlement_line"
    __table_args__ = (
        UniqueConstraint("company_id", "provider", "line_id"),
        Index("ix_settlement_line_order_key", "company_id", "order_key"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    provider: str
    line_id: str
    trade_no: str = ""
    order_key: str = Field(default="", description="The order number as the provider writes it")
    kind: str = ""
    currency: str
    amount_minor: int = Field(sa_type=AMOUNT)
    fee_minor: int = Field(default=0, sa_type=AMOUNT)
    happened_at: datetime = Field(sa_type=UTC_TIME)


class SettlementMatch(SQLModel, table=True):
    """How an order's money stands: what it is worth, what was settled for it, and what that means.

    One row per order, or per order number that no order has (``unknown-order``) or several channels' orders have
    (``ambiguous``, for a person): every cent is in one of them.
    """

    __tablename__ = "settlement_match"
    __table_args__ = (UniqueConstraint("company_id", "subject"), one_of("outcome", OUTCOMES))

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    subject: str = Field(description="order:ID, or PROVIDER:NUMBER of money without an order")
    order_id: int | None = Field(default=None, foreign_key="sales_order.id")
    outcome: str
    currency: str
    order_minor: int = Field(sa_type=AMOUNT, description="Goods and freight of the order")
    settled_minor: int = Field(sa_type=AMOUNT, description="Sum of the statement lines")
    lines: int = Field(description="How many statement lines")
    policy_version: str
    matched_at: datetime = Field(sa_type=UTC_TIME)
