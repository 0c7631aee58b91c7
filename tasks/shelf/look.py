"""Where the pieces of a SKU are: buckets, promises, what comes and when, and what can still be promised (B3)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from models.lifecycle import Bucket
from models.order_book import ORDER
from models.order_number import order_number
from models.stock import ARRIVAL, LEVEL, RESERVATION
from models.work import Work
from tasks.connections import connections
from tasks.masters import WAREHOUSE
from tasks.reading import reading
from tasks.shelf.find import product_named


@dataclass(frozen=True, slots=True)
class Coming:
    """Goods on their way: ``available_by`` is what can be promised for the day on which they are expected. What is
    ``overdue`` counts for no day."""

    reference: str
    pieces: int
    expected_on: date
    available_by: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds pieces, how firmly (``order`` or ``presale``), and until when."""

    order: str
    pieces: int
    claim: str
    made_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """A SKU in one warehouse. ``available`` (ATP) = on hand − reserved − pre-occupied − safety stock."""

    warehouse: str
    on_hand: int
    reserved: int
    preoccupied: int
    safety: int
    available: int
    quarantine: int
    in_transit: int
    coming: tuple[Coming, ...]
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Stock:
    """A SKU everywhere."""

    sku: str
    places: tuple[Place, ...]


def stock_of(sku: str) -> Stock:
    """Where the pieces of a SKU are. Raises ``CannotMoveStock`` for one that there is not."""
    with reading() as work:
        product_id = product_named(work, sku)
        query = (
            select(LEVEL, WAREHOUSE.c.code)
            .join(WAREHOUSE, WAREHOUSE.c.id == LEVEL.c.warehouse_id)
            .where(LEVEL.c.company_id == work.company_id, LEVEL.c.product_id == product_id)
            .order_by(WAREHOUSE.c.code)
        )
        levels = {(row.warehouse_id, row.bucket): row for row in work.rows(query)}
        warehouses = {row.warehouse_id: row.code for row in levels.values()}
        return Stock(sku, tuple(_place(work, product_id, id_, code, levels) for id_, code in warehouses.items()))


def _place(work: Work, product_id: int, warehouse_id: int, code: str, levels: dict[tuple[int, str], object]) -> Place:
    def lying(bucket: Bucket, counter: str = "on_hand") -> int:
        return int(getattr(levels.get((warehouse_id, bucket)), counter, 0))

    on_hand, reserved, preoccupied, safety = (
        lying(Bucket.SELLABLE, counter) for counter in ("on_hand", "reserved", "preoccupied", "safety")
    )
    return Place(
        code,
        on_hand,
        reserved,
        preoccupied,
        safety,
        on_hand - reserved - preoccupied - safety,
        lying(Bucket.QUARANTINE),
        lying(Bucket.IN_TRANSIT),
        _coming(work, product_id, warehouse_id),
        _holders(work, lying(Bucket.SELLABLE, "id")),
    )


def _coming(work: Work, product_id: int, warehouse_id: int) -> tuple[Coming, ...]:
    expected = (
        select(ARRIVAL)
        .where(ARRIVAL.c.company_id == work.company_id, ARRIVAL.c.state == "expected")
        .where(ARRIVAL.c.product_id == product_id, ARRIVAL.c.warehouse_id == warehouse_id)
        .order_by(ARRIVAL.c.expected_on, ARRIVAL.c.id)
    )
    today = connections().company.day_of(work.now)
    return tuple(
        Coming(
            row.reference,
            row.quantity - row.arrived,
            row.expected_on,
            work.arrivals.available_by(product_id, warehouse_id, row.expected_on, today),
            row.expected_on < today,
        )
        for row in work.rows(expected)
    )


def _holders(work: Work, stock_level_id: int) -> tuple[Holder, ...]:
    columns = (
        ORDER.c.id, RESERVATION.c.quantity, RESERVATION.c.claim, RESERVATION.c.made_at, RESERVATION.c.expires_at,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(ORDER, ORDER.c.id == RESERVATION.c.order_id)
        .where(RESERVATION.c.stock_level_id == stock_level_id, RESERVATION.c.state == "open")
        .order_by(RESERVATION.c.id)
    )
    return tuple(Holder(order_number(row.id), *row[1:]) for row in work.rows(query))
