"""What is known when orders are decided: the facts of a batch, kept so that any decision can be made again (I2).

Values only, in units that need no explanation: minor units of money, base units of a product, aware UTC times.
"""

import zlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import orjson
from pydantic import TypeAdapter

from models.lifecycle import OrderKind


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line that needs stock. ``needs`` are ``(product id, base units)`` for the whole line: one pair for a plain
    product, one for each component of a kit, units of measure already resolved."""

    line_id: int
    sku: str
    quantity: int
    needs: tuple[tuple[int, int], ...]
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """Who buys. ``exposure_minor`` is owed for orders that are promised or gone and not paid, ``overdue_minor`` the
    part of it that is late; ``ordered_at`` are the times of the customer's latest sales, oldest first, this batch's
    included, and no parts, exchanges or deposits; ``held`` is ``(product id, units)`` of stock that waits for the
    customer and may expire."""

    customer_id: int
    grade: str = ""
    risk: str = "normal"
    limit_minor: int | None = None
    exposure_minor: int = 0
    overdue_minor: int = 0
    ordered_at: tuple[datetime, ...] = ()
    held: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What is known of an order when it is decided.

    ``answered`` are the questions that people have answered with yes for this version: names of approvers, kinds of
    hold. ``only_at`` are the warehouses that may serve it (empty: any), as for a pick-up at ``appointment_at``.
    ``gives_back`` is ``(stock level id, units)`` of what the order, or the deposit that it completes, holds already:
    it is free for this order first; ``completes_deposit`` says that there is one, which goes on holding it until this
    order can have it. ``served_from`` is the warehouse that is to send it already, as only a preview sees: its amount
    is part of what the customer owes then, and it has its place in that warehouse's day. ``freight`` is
    ``(warehouse id, minor units)`` where the cost of the way is known. ``remark`` is what people wrote.
    """

    order_id: int
    customer_id: int
    placed_at: datetime
    currency: str
    amount_minor: int
    lines: tuple[LineFacts, ...]
    kind: OrderKind = OrderKind.SALE
    paid: bool = False
    urgent: bool = False
    promised_on: date | None = None
    region: str = ""
    country: str = "CN"
    answered: tuple[str, ...] = ()
    only_at: tuple[int, ...] = ()
    appointment_at: datetime | None = None
    gives_back: tuple[tuple[int, int], ...] = ()
    freight: tuple[tuple[int, int], ...] = ()
    completes_deposit: bool = False
    remark: str = ""
    served_from: int | None = None


@dataclass(frozen=True, slots=True)
class WarehouseFacts:
    """A warehouse that can be chosen. ``capacity`` is orders a day, ``capacity_left`` what is left of today."""

    warehouse_id: int
    code: str
    region: str = ""
    capacity: int | None = None
    capacity_left: int | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """What can be promised of a product in a warehouse: on hand − reserved − pre-occupied − safety stock. ``promised``
    is held already, of what is scarce ``last_served`` got the latest of it."""

    product_id: int
    warehouse_id: int
    stock_level_id: int
    available: int
    promised: int = 0
    last_served: int | None = None


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What a product is, as far as a rule may ask; ``grams`` of a base unit, 0 if it is not known."""

    product_id: int
    sku: str
    category: str = ""
    grams: int = 0


@dataclass(frozen=True, slots=True)
class LookedUp:
    """How far the rules of the run made it look: debts that are late after ``due_days``, earlier orders of
    ``hours_back``, whether what is ``waiting`` for customers, and the SKUs that could be ``offered`` instead."""

    due_days: int = 30
    hours_back: int = 0
    waiting: bool = False
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a batch of reservation decisions may look at; nothing else enters them (invariant 7)."""

    at: datetime
    zone: str
    orders: tuple[OrderFacts, ...]
    customers: tuple[CustomerFacts, ...] = ()
    products: tuple[ProductFacts, ...] = ()
    warehouses: tuple[WarehouseFacts, ...] = ()
    shelves: tuple[Shelf, ...] = ()
    looked_up: LookedUp = LookedUp()


@cache
def _form() -> TypeAdapter[Facts]:
    return TypeAdapter(Facts)


def pack(facts: Facts) -> bytes:
    """The stored form: compressed JSON, about 60 bytes an order."""
    return zlib.compress(orjson.dumps(facts), 1)


def of_order(stored: bytes, order_id: int) -> dict[str, Any]:
    """What was known of one order of a packed batch, as plain values: for people to read."""
    content = orjson.loads(zlib.decompress(stored))
    found: dict[str, Any] = next(order for order in content["orders"] if order["order_id"] == order_id)
    customer = next(c for c in content["customers"] if c["customer_id"] == found["customer_id"])
    return {**found, "customer": customer}


def unpack(stored: bytes) -> Facts:
    """The reverse of ``pack``."""
    return _form().validate_json(zlib.decompress(stored))
