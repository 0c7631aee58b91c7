"""The goods of an order: what is promised, what the warehouse was asked, and where the parcels are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.base import table_of
from models.check_code import check_code
from models.company import Product, Warehouse
from models.many import among
from models.order_book import LINE
from models.shipment import Outbound as OutboundRow
from models.shipment import OutboundLine, TrackingEvent
from models.shipment import Parcel as ParcelRow
from models.stock import LEVEL, RESERVATION
from models.work import Work
from policies.tracking import Scanned, at_customs_since
from tasks.connections import connections

OUTBOUND = table_of(OutboundRow)
OUTBOUND_LINE = table_of(OutboundLine)
PRODUCT = table_of(Product)
PARCEL = table_of(ParcelRow)
TRACK = table_of(TrackingEvent)
WAREHOUSE = table_of(Warehouse)


@dataclass(frozen=True, slots=True)
class Reservation:
    """A promise of stock; ``state`` is open, consumed, released or expired."""

    line_no: str
    sku: str
    quantity: int
    warehouse: str
    claim: str
    state: str
    made_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutboundItem:
    """How much of a line a warehouse was asked for, and how much of that has left."""

    line_no: str
    sku: str
    quantity: int
    shipped: int


@dataclass(frozen=True, slots=True)
class Outbound:
    """What a warehouse was asked to ship. ``label``: those who pack it need the label from us, and it can be had."""

    number: str
    check_code: str
    warehouse: str
    state: str
    carrier: str
    waybill_no: str | None
    planned_at: datetime
    label: bool
    items: tuple[OutboundItem, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """One thing that happened to a parcel on its way."""

    state: str
    text: str
    place: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """One box: SKU → quantity in it, and its way so far."""

    carrier: str
    waybill_no: str
    contents: Mapping[str, int]
    weight_grams: int | None
    shipped_at: datetime
    delivered_at: datetime | None
    late_noticed_at: datetime | None
    customs_noticed_at: datetime | None
    scans: tuple[Scan, ...]

    @property
    def stuck(self) -> bool:
        """Whether people were told that it is stuck at customs, and it still is there."""
        since = at_customs_since([Scanned(scan.state, scan.happened_at) for scan in self.scans])
        return bool(since and self.customs_noticed_at and self.customs_noticed_at >= since)


def reservations_of(work: Work, order_id: int) -> tuple[Reservation, ...]:
    """Every promise that was made, ended ones too."""
    query = (
        select(
            LINE.c.line_no, LINE.c.sku, RESERVATION.c.quantity, WAREHOUSE.c.code, RESERVATION.c.claim,
            RESERVATION.c.state, RESERVATION.c.made_at, RESERVATION.c.expires_at, RESERVATION.c.ended_at,
        )
        .join(LINE, LINE.c.id == RESERVATION.c.order_line_id)
        .join(LEVEL, LEVEL.c.id == RESERVATION.c.stock_level_id)
        .join(WAREHOUSE, WAREHOUSE.c.id == LEVEL.c.warehouse_id)
        .where(RESERVATION.c.order_id == order_id)
        .order_by(RESERVATION.c.id)
    )  # fmt: skip
    return tuple(Reservation(*row) for row in work.rows(query))


def outbounds_of(work: Work, order_id: int) -> tuple[Outbound, ...]:
    """What warehouses were asked to ship."""
    query = (
        select(OUTBOUND, WAREHOUSE.c.code.label("warehouse"))
        .join(WAREHOUSE, WAREHOUSE.c.id == OUTBOUND.c.warehouse_id)
        .where(OUTBOUND.c.order_id == order_id)
        .order_by(OUTBOUND.c.id)
    )
    rows = work.rows(query)
    item = OUTBOUND_LINE.c
    contents = (
        select(item.outbound_id, LINE.c.line_no, PRODUCT.c.sku, item.quantity, item.shipped)
        .join(LINE, LINE.c.id == item.order_line_id)
        .join(PRODUCT, PRODUCT.c.id == item.product_id)
        .where(among(item.outbound_id, [row.id for row in rows]))
        .order_by(item.id)
    )
    items = work.rows(contents)
    return tuple(
        Outbound(
            row.outbound_no, check_code(row.outbound_no), row.warehouse, row.state, row.carrier, row.waybill_no,
            row.planned_at, _needs_label(row),
            tuple(OutboundItem(*some[1:]) for some in items if some.outbound_id == row.id),
        )
        for row in rows
    )  # fmt: skip


def _needs_label(row: Any) -> bool:
    in_force = row.waybill_no is not None and row.state != "cancelled"
    return in_force and connections().offers_label(row.warehouse, row.carrier)


def parcels_of(work: Work, order_id: int) -> tuple[Parcel, ...]:
    """The parcels that left, each with its scans."""
    rows = work.rows(select(PARCEL).where(PARCEL.c.order_id == order_id).order_by(PARCEL.c.id))
    query = (
        select(TRACK.c.parcel_id, TRACK.c.state, TRACK.c.text, TRACK.c.place, TRACK.c.happened_at)
        .where(among(TRACK.c.parcel_id, [row.id for row in rows]))
        .order_by(TRACK.c.happened_at, TRACK.c.id)
    )
    scans = work.rows(query)
    return tuple(
        Parcel(
            row.carrier, row.waybill_no, row.contents, row.weight_grams, row.shipped_at, row.delivered_at,
            row.late_noticed_at, row.customs_noticed_at,
            tuple(Scan(*scan[1:]) for scan in scans if scan.parcel_id == row.id),
        )
        for row in rows
    )  # fmt: skip
