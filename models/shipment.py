"""Outbounds at a warehouse, the shipments and parcels that left, and what happened to them on the way."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, Json, one_of


class Outbound(SQLModel, table=True):
    """What a warehouse was asked to ship for an order."""

    __tablename__ = "outbound"
    __table_args__ = (
        one_of("state", ("planned", "accepted", "shipped", "cancelled")),
        Index("ix_outbound_order_id", "order_id"),
        # What may still be called off elsewhere; what has left is in it no more, however much is stored.
        Index(
            "ix_outbound_not_gone",
            "order_id",
            sqlite_where=text("state IN ('planned', 'accepted')"),
            postgresql_where=text("state IN ('planned', 'accepted')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id")
    warehouse_id: int = Field(foreign_key="warehouse.id")
    outbound_no: str = Field(unique=True)
    state: str = "planned"
    carrier: str = ""
    waybill_no: str | None = None
    planned_at: datetime = Field(sa_type=UTC_TIME)


class OutboundLine(SQLModel, table=True):
    """How much of a product an outbound has for an order line: of a kit, one row for each component."""

    __tablename__ = "outbound_line"
    __table_args__ = (
        UniqueConstraint("outbound_id", "order_line_id", "product_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("shipped >= 0", name="shipped_not_negative"),
    )

    id: int | None = Field(default=None, primary_key=True)
    outbound_id: int = Field(foreign_key="outbound.id")
    order_line_id: int = Field(foreign_key="order_line.id")
    product_id: int = Field(foreign_key="product.id")
    quantity: int
    shipped: int = 0


class Shipment(SQLModel, table=True):
    """Goods of an outbound that left the warehouse together; the partner's message id makes a repeat harmless."""

    __tablename__ = "shipment"
    __table_args__ = (UniqueConstraint("outbound_id", "message_id"),)

    id: int | None = Field(default=None, primary_key=True)
    outbound_id: int = Field(foreign_key="outbound.id")
    message_id: str
    shipped_at: datetime = Field(sa_type=UTC_TIME)


class Parcel(SQLModel, table=True):
    """One box with one waybill. ``next_look_at`` is when its carrier is asked again; none once it has arrived.
    ``subscribed_at`` is since when its tracker tells us of it by itself."""

    __tablename__ = "parcel"
    __table_args__ = (
        UniqueConstraint("carrier", "waybill_no"),
        Index(
            "ix_parcel_on_the_way",
            "next_look_at",
            sqlite_where=text("next_look_at IS NOT NULL"),
            postgresql_where=text("next_look_at IS NOT NULL"),
        ),
        Index("ix_parcel_order_id", "order_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id")
    shipment_id: int = Field(foreign_key="shipment.id")
    carrier: str
    waybill_no: str
    contents: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    weight_grams: int | None = None
    shipped_at: datetime = Field(sa_type=UTC_TIME)
    delivered_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    next_look_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    subscribed_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    late_noticed_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    customs_noticed_at: datetime | None = Field(default=None, sa_type=UTC_TIME)


class TrackingEvent(SQLModel, table=True):
    """One scan of a parcel by its carrier."""

    __tablename__ = "tracking_event"
    __table_args__ = (UniqueConstraint("parcel_id", "point_id"),)

    id: int | None = Field(default=None, primary_key=True)
    parcel_id: int = Field(foreign_key="parcel.id")
    point_id: str
    state: str
    code: str = ""
    text: str = ""
    place: str = ""
    happened_at: datetime = Field(sa_type=UTC_TIME)
