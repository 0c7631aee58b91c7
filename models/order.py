"""The sales order with its lines, versions and holds."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import AMOUNT, UTC_TIME, Json, one_of
from models.lifecycle import HoldKind, LineKind, OrderKind, Status


class SalesOrder(SQLModel, table=True):
    """One customer order. Unique per channel and the channel's own number (invariant 2)."""

    __tablename__ = "sales_order"
    __table_args__ = (
        UniqueConstraint("channel_id", "channel_order_no"),
        one_of("status", Status),
        one_of("kind", OrderKind),
        CheckConstraint("version >= 1", name="version_from_one"),
        # What the steps claim by. Finished orders are in neither, so a claim costs the same at a million stored.
        Index(
            "ix_sales_order_to_decide",  # as ``first-come`` sorts them
            "company_id",
            text("urgent DESC"),
            "placed_at",
            "id",
            sqlite_where=text("status IN ('received', 'confirmed')"),
            postgresql_where=text("status IN ('received', 'confirmed')"),
        ),
        Index(
            "ix_sales_order_to_follow",
            "company_id",
            "id",
            sqlite_where=text("reported_status IS NOT NULL"),
            postgresql_where=text("reported_status IS NOT NULL"),
        ),
        Index(
            "ix_sales_order_unbound_balance",
            "company_id",
            "id",
            sqlite_where=text("deposit_no <> '' AND deposit_id IS NULL"),
            postgresql_where=text("deposit_no <> '' AND deposit_id IS NULL"),
        ),
        Index("ix_sales_order_customer_id", "customer_id"),
        Index("ix_sales_order_channel_order_no", "company_id", "channel_order_no"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    channel_id: int = Field(foreign_key="sales_channel.id")
    channel_order_no: str
    kind: str = OrderKind.SALE
    status: str = Status.RECEIVED
    version: int = 1
    customer_id: int = Field(foreign_key="customer.id")
    currency: str
    amount_minor: int = Field(sa_type=AMOUNT, description="What the customer owes in all, freight included")
    freight_minor: int = Field(default=0, sa_type=AMOUNT)
    paid: bool = False
    urgent: bool = False
    placed_at: datetime = Field(sa_type=UTC_TIME)
    stated_at: datetime = Field(sa_type=UTC_TIME, description="When the channel made the statement that this row holds")
    content_hash: str = Field(default="", description="Fingerprint of lines, receiver and amounts as stated")
    promised_on: date | None = None
    promised_by: str | None = Field(default=None, description="The person who overruled the promised date (B7)")
    region: str = Field(default="", description="Province of the receiver: the scope of regional gates")
    receiver: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    remark: str = ""
    tags: list[str] = Field(default_factory=list, sa_type=Json, description="What the people who handle it should see")
    appointment_at: datetime | None = Field(default=None, sa_type=UTC_TIME, description="When it is fetched (B3)")
    pickup_id: int | None = Field(default=None, foreign_key="warehouse.id", description="The store where it is fetched")
    destination_id: int | None = Field(
        default=None, foreign_key="warehouse.id", description="Of a transfer: the store or warehouse that gets it (A9)"
    )
    source_id: int | None = Field(
        default=None, foreign_key="warehouse.id", description="Of a transfer: where it comes from; none: any warehouse"
    )
    deposit_no: str = Field(default="", description="Of a balance: how its channel calls the deposit that it completes")
    deposit_id: int | None = Field(
        default=None, foreign_key="sales_order.id", description="Of a balance: the deposit that it completes (A10)"
    )
    reported_status: str | None = Field(default=None, description="What the channel says and we have not followed yet")
    reported: dict[str, Any] | None = Field(default=None, sa_type=Json)
    leased_by: str | None = None
    leased_until: datetime | None = Field(default=None, sa_type=UTC_TIME)


class OrderLine(SQLModel, table=True):
    """One line. A line that failed its checks is kept as ``refused`` until it is mended (A6)."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "line_no"),
        one_of("kind", LineKind),
        one_of("state", ("good", "refused", "dropped")),
        CheckConstraint("state <> 'good' OR quantity > 0", name="good_lines_have_quantity"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id")
    line_no: str
    kind: str = LineKind.GOODS
    state: str = "good"
    sku: str
    product_id: int | None = Field(default=None, foreign_key="product.id")
    title: str = ""
    unit: str = Field(default="", description="Unit of the quantity, e.g. box; empty for the product's base unit")
    quantity: int = 0
    price_minor: int = Field(default=0, sa_type=AMOUNT)
    amount_minor: int = Field(default=0, sa_type=AMOUNT)
    freight_minor: int = Field(default=0, sa_type=AMOUNT)


class OrderVersion(SQLModel, table=True):
    """What made which version of an order, a message or a change by hand, and what the order was in it (B8).

    Neither made the first version of a part that was split off. The content of the version that stands is the order
    itself with its lines; it is written here when the next version replaces it.
    """

    __tablename__ = "order_version"
    __table_args__ = (UniqueConstraint("order_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id")
    version: int
    inbox_id: int | None = Field(default=None, foreign_key="inbox.id")
    change_id: int | None = Field(default=None, foreign_key="change_request.id")
    stated_at: datetime = Field(sa_type=UTC_TIME)
    content: dict[str, Any] | None = Field(default=None, sa_type=Json, description="As ``OrderContent`` stores itself")


class Answer(SQLModel, table=True):
    """What a person answered to a question about a version of an order: an approver's name, or a kind of hold (B6)."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("order_id", "version", "question"), one_of("verdict", ("yes", "no")))

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id")
    version: int
    question: str
    verdict: str
    by: str
    why: str = ""
    answered_at: datetime = Field(sa_type=UTC_TIME)


class Hold(SQLModel, table=True):
    """A reason why an order may not move. It moves when none is open (design §2)."""

    __tablename__ = "hold"
    __table_args__ = (
        one_of("kind", HoldKind),
        Index(
            "uq_hold_open",
            "order_id",
            "kind",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_hold_order_id", "order_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id")
    kind: str
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    opened_at: datetime = Field(sa_type=UTC_TIME)
    closed_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    closed_by: str | None = None
