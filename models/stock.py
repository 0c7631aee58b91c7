"""Stock per SKU, warehouse and bucket, what is promised of it, and what is on its way (B3).

``on_hand`` is the sum of the movements, ``reserved`` and ``preoccupied`` the sums of the open reservations, and the
database itself refuses to promise more than lies there (invariant 1). What may be promised, ATP, is derived:
on hand − reserved − pre-occupied − safety stock.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, one_of, table_of
from models.lifecycle import Bucket


class StockLevel(SQLModel, table=True):
    """How much of a SKU lies in a warehouse's bucket, and how much of that is promised."""

    __tablename__ = "stock_level"
    __table_args__ = (
        UniqueConstraint("product_id", "warehouse_id", "bucket"),
        CheckConstraint(
            "reserved >= 0 AND preoccupied >= 0 AND reserved + preoccupied <= on_hand", name="never_oversold"
        ),
        CheckConstraint("safety >= 0", name="safety_not_negative"),
        one_of("bucket", Bucket),
        Index("ix_stock_level_company_id", "company_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    product_id: int = Field(foreign_key="product.id")
    warehouse_id: int = Field(foreign_key="warehouse.id")
    bucket: str = Bucket.SELLABLE
    on_hand: int = 0
    reserved: int = Field(default=0, description="Promised to orders")
    preoccupied: int = Field(default=0, description="Held for deposits until their balance is paid (A10)")
    safety: int = 0


class Cause(StrEnum):
    """Why stock moved."""

    OPENING = "opening"
    RECEIVED = "received"
    SHIPPED = "shipped"
    FOUND = "found"
    COUNTED = "counted"
    ANNOUNCED = "announced"
    ARRIVED = "arrived"
    TRANSFERRED = "transferred"
    RETURNED = "returned"
    CLEARED = "cleared"
    SCRAPPED = "scrapped"
    ADJUSTED = "adjusted"
    LOST = "lost"


class StockMovement(SQLModel, table=True):
    """One change of ``on_hand``. The same cause and reference moves a level once."""

    __tablename__ = "stock_movement"
    __table_args__ = (UniqueConstraint("stock_level_id", "cause", "reference"), one_of("cause", Cause))

    id: int | None = Field(default=None, primary_key=True)
    stock_level_id: int = Field(foreign_key="stock_level.id")
    quantity: int
    cause: str
    reference: str
    moved_at: datetime = Field(sa_type=UTC_TIME)


class Reservation(SQLModel, table=True):
    """A promise of stock to one order line. It ends in exactly one way."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_when_closed"),
        one_of("state", ("open", "consumed", "released", "expired")),
        one_of("claim", ("order", "presale")),
        Index("ix_reservation_order_id", "order_id"),
        Index(
            "ix_reservation_open",
            "stock_level_id",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_reservation_expires_at",
            "expires_at",
            sqlite_where=text("state = 'open' AND expires_at IS NOT NULL"),
            postgresql_where=text("state = 'open' AND expires_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id")
    order_line_id: int = Field(foreign_key="order_line.id")
    stock_level_id: int = Field(foreign_key="stock_level.id")
    quantity: int
    claim: str = "order"
    state: str = "open"
    made_at: datetime = Field(sa_type=UTC_TIME)
    expires_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    ended_at: datetime | None = Field(default=None, sa_type=UTC_TIME)


class Arrival(SQLModel, table=True):
    """Goods on their way to a warehouse: what ATP by date counts on. Those that have not ``arrived`` lie in the bucket
    ``in_transit`` while it is expected."""

    __tablename__ = "arrival"
    __table_args__ = (
        UniqueConstraint("company_id", "reference", "product_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("arrived >= 0 AND arrived <= quantity", name="arrived_within"),
        one_of("state", ("expected", "arrived", "cancelled")),
        Index(
            "ix_arrival_expected",
            "product_id",
            "expected_on",
            sqlite_where=text("state = 'expected'"),
            postgresql_where=text("state = 'expected'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    product_id: int = Field(foreign_key="product.id")
    warehouse_id: int = Field(foreign_key="warehouse.id")
    quantity: int
    arrived: int = 0
    expected_on: date
    reference: str = Field(description="Purchase order, delivery note, or the order of a transfer")
    state: str = "expected"
    announced_at: datetime = Field(sa_type=UTC_TIME)


LEVEL = table_of(StockLevel)
MOVEMENT = table_of(StockMovement)
RESERVATION = table_of(Reservation)
ARRIVAL = table_of(Arrival)
