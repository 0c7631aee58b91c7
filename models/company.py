"""The company whose orders these are, and the parties it deals with."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import AMOUNT, UTC_TIME, Json, one_of


class Company(SQLModel, table=True):
    """A company: the border that no row crosses (invariant 10)."""

    __tablename__ = "company"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str = ""
    zone: str = Field(default="Asia/Shanghai", description="IANA zone in which times are shown")


class SalesChannel(SQLModel, table=True):
    """A source of orders, and how far it has been read."""

    __tablename__ = "sales_channel"
    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        one_of("fulfilment", ("hub", "reported")),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    code: str
    partner: str = Field(description="Registry name of the integration, or preset:NAME for files")
    fulfilment: str = Field(default="hub", description="Who ships: the hub, or somebody whose reports it follows")
    read_until: datetime | None = Field(
        default=None, sa_type=UTC_TIME, description="End of the last window pulled whole"
    )


class Customer(SQLModel, table=True):
    """Who buys, and on which terms (B1). Without a credit limit that of the grade counts, if the rules give one."""

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        one_of("risk", ("normal", "high")),
        CheckConstraint("credit_limit_minor >= 0", name="credit_limit_not_negative"),
        CheckConstraint("(credit_limit_minor IS NULL) = (credit_currency IS NULL)", name="credit_limit_has_currency"),
        CheckConstraint("due_days >= 0", name="due_days_not_negative"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    code: str = Field(description="Channel, a colon, and the channel's own number of the customer")
    name: str = ""
    grade: str = ""
    risk: str = "normal"
    credit_limit_minor: int | None = Field(default=None, sa_type=AMOUNT)
    credit_currency: str | None = None
    due_days: int | None = Field(
        default=None, description="Days after it was placed until an unpaid order is overdue; none: as the rules say"
    )


class CustomerChange(SQLModel, table=True):
    """Somebody stated other terms of a customer: ``terms`` has, for each field that changed, what was and what is."""

    __tablename__ = "customer_change"
    __table_args__ = (Index("ix_customer_change_customer_id", "customer_id"),)

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    terms: dict[str, Any] = Field(sa_type=Json)
    changed_by: str
    changed_at: datetime = Field(sa_type=UTC_TIME)


class Product(SQLModel, table=True):
    """What is sold: one SKU."""

    __tablename__ = "product"
    __table_args__ = (UniqueConstraint("company_id", "sku"),)

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    sku: str
    title: str = ""
    weight_grams: int | None = None
    category: str = ""


class Warehouse(SQLModel, table=True):
    """Where goods lie. ``region`` is the province it stands in; parcels leave from its address."""

    __tablename__ = "warehouse"
    __table_args__ = (UniqueConstraint("company_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    code: str
    name: str = ""
    region: str = ""
    city: str = ""
    street: str = ""
    phone: str = ""
    orders_a_day: int | None = Field(default=None, description="How many orders it can ship in a day; none: no limit")


class KitComponent(SQLModel, table=True):
    """What one piece of a kit consists of, in base units. A kit has no stock of its own."""

    __tablename__ = "kit_component"
    __table_args__ = (
        UniqueConstraint("kit_id", "component_id"),
        CheckConstraint("units > 0", name="units_positive"),
        CheckConstraint("kit_id <> component_id", name="not_of_itself"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kit_id: int = Field(foreign_key="product.id")
    component_id: int = Field(foreign_key="product.id")
    units: int


class ProductUnit(SQLModel, table=True):
    """A unit in which a product is ordered, such as a box, in base units of stock."""

    __tablename__ = "product_unit"
    __table_args__ = (UniqueConstraint("product_id", "unit"), CheckConstraint("units > 0", name="units_positive"))

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id")
    unit: str
    units: int
