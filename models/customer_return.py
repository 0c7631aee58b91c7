"""Goods that customers send back to a warehouse that was told of them (E5)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, table_of


class CustomerReturn(SQLModel, table=True):
    """Pieces of one SKU of an outbound that are to come back, and how many have. ``exchange``: another piece is sent
    for each."""

    __tablename__ = "customer_return"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("arrived >= 0 AND arrived <= quantity", name="arrived_within"),
        Index("ix_customer_return_order_id", "order_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    return_no: str = Field(unique=True)
    order_id: int = Field(foreign_key="sales_order.id")
    outbound_id: int = Field(foreign_key="outbound.id")
    product_id: int = Field(foreign_key="product.id")
    quantity: int
    arrived: int = 0
    exchange: bool = False
    why: str
    waybill_no: str = Field(default="", description="With which parcel it comes, if the customer has said so")
    announced_at: datetime = Field(sa_type=UTC_TIME)


CUSTOMER_RETURN = table_of(CustomerReturn)
