"""The warehouse management system's state: stock, outbounds, and the work of picking and shipping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class OutboundStatus(StrEnum):
    """The states of ``deliveryorder.query`` that the sandbox uses (partners.md §13)."""

    ACCEPT = "ACCEPT"
    DELIVERED = "DELIVERED"
    CANCELED = "CANCELED"


@dataclass
class StockRow:
    """Pieces of one SKU in one warehouse; `locked` ones belong to open outbounds."""

    on_hand: int
    locked: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.locked


@dataclass(frozen=True)
class OutboundLine:
    line_no: str
    sku: str
    quantity: int


@dataclass
class Outbound:
    """An order to pick and ship, as the hub created it."""

    code: str
    outbound_id: str
    warehouse: str
    order_type: str
    lines: Sequence[OutboundLine]
    logistics_code: str
    express_code: str
    sender_city: str
    receiver_city: str
    receiver_phone: str
    remark: str
    created_at: datetime
    extend_props: Mapping[str, str] = field(default_factory=dict)
    """What the sender added; the warehouse repeats it in everything that it says of the outbound."""
    system: str = "qimen"
    """Through which of the warehouse's doors it came; by the same one the warehouse reports on it."""
    status: OutboundStatus = OutboundStatus.ACCEPT
    shipped_at: datetime | None = None


@dataclass
class Warehouse:
    """All warehouses of the provider. A SKU that was never counted is shipped unchecked."""

    stock: dict[tuple[str, str], StockRow] = field(default_factory=dict)
    outbounds: dict[str, Outbound] = field(default_factory=dict)
    undelivered: list[Outbound] = field(default_factory=list)
    """Shipped, and the confirmation has not been accepted by the hub yet."""

    def set_stock(self, warehouse: str, sku: str, quantity: int) -> None:
        """A stock-take: this many pieces are on the shelf, those locked for open outbounds included."""
        self.stock.setdefault((warehouse, sku), StockRow(0)).on_hand = quantity

    def rows_of(self, sku: str, warehouse: str = "") -> list[tuple[str, StockRow]]:
        """(warehouse, row) for a SKU, in every warehouse or in one."""
        if warehouse:
            row = self.stock.get((warehouse, sku))
            return [(warehouse, row)] if row else []
        return [(place, row) for (place, item), row in self.stock.items() if item == sku]

    def accept(self, outbound: Outbound) -> None:
        """Take in an outbound and lock its pieces."""
        self.outbounds[outbound.code] = outbound
        self._lock(outbound, +1)

    def cancel(self, outbound: Outbound) -> None:
        """Give up an outbound that was not picked and free its pieces."""
        outbound.status = OutboundStatus.CANCELED
        self._lock(outbound, -1)

    def open_outbounds(self, codes: Sequence[str] | None = None) -> list[Outbound]:
        """Outbounds waiting to be picked, oldest first; only `codes` if given."""
        wanted = self.outbounds.keys() if codes is None else set(codes)
        return [
            outbound
            for outbound in self.outbounds.values()
            if outbound.status is OutboundStatus.ACCEPT and outbound.code in wanted
        ]

    def can_ship(self, outbound: Outbound) -> bool:
        """Whether every counted line lies on the shelf."""
        rows = ((self.stock.get((outbound.warehouse, line.sku)), line.quantity) for line in outbound.lines)
        return all(row is None or row.on_hand >= quantity for row, quantity in rows)

    def ship(self, outbound: Outbound, at: datetime) -> None:
        """Pick, pack and hand over; the pieces leave the stock."""
        self._lock(outbound, -1)
        for line in outbound.lines:
            if row := self.stock.get((outbound.warehouse, line.sku)):
                row.on_hand -= line.quantity
        outbound.status = OutboundStatus.DELIVERED
        outbound.shipped_at = at
        self.undelivered.append(outbound)

    def _lock(self, outbound: Outbound, sign: int) -> None:
        for line in outbound.lines:
            if row := self.stock.get((outbound.warehouse, line.sku)):
                row.locked += sign * line.quantity
