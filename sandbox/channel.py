"""What a sales channel keeps: its orders, what the seller shipped, and the states he reported back."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.exchange import Reply
from sandbox.order_book import OrderBook


@dataclass(frozen=True)
class Shipment:
    """A parcel that the seller reported; the natural key is order number and waybill."""

    order_no: str
    waybill_no: str
    carrier: str
    shipped_at: str


@dataclass(frozen=True)
class ReportedStatus:
    """How far the seller says that an order is."""

    order_no: str
    status: str
    at: str


@dataclass
class Channel:
    name: str
    book: OrderBook = field(default_factory=OrderBook)
    shipments: dict[tuple[str, str], Shipment] = field(default_factory=dict)
    """(order number, waybill) → shipment."""
    statuses: list[ReportedStatus] = field(default_factory=list)
    answered: dict[str, tuple[bytes, Reply]] = field(default_factory=dict)
    """Idempotency key → digest of the request and the reply it got."""

    nonces: set[str] = field(default_factory=set)
    """What requests were signed with, where a partner takes each only once."""

    def shipped(self, order_no: str, waybill_no: str) -> Shipment | None:
        """The shipment of this order under this waybill, if it was reported."""
        return self.shipments.get((order_no, waybill_no))

    def ship(self, shipment: Shipment) -> None:
        self.shipments[shipment.order_no, shipment.waybill_no] = shipment
