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


@dataclass(frozen=True)
class StockNotice:
    """So many pieces more or fewer, by which document: told to the hub, again and again until it takes it."""

    notice_id: str
    warehouse: str
    sku: str
    quantity: int
    document: str
    at: datetime
    order_type: str = "QTRK"
    inventory_type: str = "ZP"
    counted: bool = False


@dataclass(frozen=True)
class Arrived:
    """What came back of a return in one go: SKU, inventory type and pieces."""

    notice_id: str
    code: str
    at: datetime
    pieces: Sequence[tuple[str, str, int]]


@dataclass(frozen=True)
class GoodsBack:
    """A return that the warehouse was told to expect: `lines` are pieces by SKU."""

    code: str
    return_id: str
    warehouse: str
    order_type: str
    outbound: str
    express_code: str
    reason: str
    sender: str
    lines: Mapping[str, int]
    extend_props: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Warehouse:
    """All warehouses of the provider. A SKU that was never counted is shipped unchecked."""

    stock: dict[tuple[str, str], StockRow] = field(default_factory=dict)
    outbounds: dict[str, Outbound] = field(default_factory=dict)
    undelivered: list[Outbound] = field(default_factory=list)
    """Shipped, and the confirmation has not been accepted by the hub yet."""
    defective: dict[tuple[str, str], int] = field(default_factory=dict)
    notices: list[StockNotice] = field(default_factory=list)
    untold: list[StockNotice] = field(default_factory=list)
    """Changes of stock that the hub has not taken note of yet."""
    returns: dict[str, GoodsBack] = field(default_factory=dict)
    arrived: list[Arrived] = field(default_factory=list)
    unconfirmed: list[Arrived] = field(default_factory=list)
    """What came back and the hub does not know of yet."""

    def set_stock(self, warehouse: str, sku: str, quantity: int) -> None:
        """A stock-take: this many pieces are on the shelf, those locked for open outbounds included."""
        self.stock.setdefault((warehouse, sku), StockRow(0)).on_hand = quantity

    def change(self, notice: StockNotice) -> None:
        """Pieces come or go by a document; the hub is to be told. Raises ``ValueError`` if they do not lie there."""
        place = (notice.warehouse, notice.sku)
        good = notice.inventory_type == "ZP"
        row = self.stock.setdefault(place, StockRow(0))
        there = row.on_hand if good else self.defective.get(place, 0)
        if there + notice.quantity < 0:
            raise ValueError(f"only {there} of {notice.sku} lie there")
        if good:
            row.on_hand += notice.quantity
        else:
            self.defective[place] = there + notice.quantity
        self.notices.append(notice)
        self.untold.append(notice)

    def take_back(self, arrived: Arrived) -> None:
        """Pieces of a return have come; the hub is to be told. Raises ``KeyError`` for an unknown return."""
        warehouse = self.returns[arrived.code].warehouse
        for sku, inventory_type, quantity in arrived.pieces:
            place = (warehouse, sku)
            if inventory_type == "ZP":
                self.stock.setdefault(place, StockRow(0)).on_hand += quantity
            else:
                self.defective[place] = self.defective.get(place, 0) + quantity
        self.arrived.append(arrived)
        self.unconfirmed.append(arrived)

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
