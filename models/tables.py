"""Every table, imported: what fills the metadata for migrations and for checks over the whole schema."""

from models.company import Company, Customer, Product, SalesChannel, Warehouse
from models.decision import Decision
from models.event import OrderEvent
from models.external_ref import ExternalRef
from models.gate import Gate
from models.inbox import Inbox
from models.money_flow import Payment, SettlementLine, SettlementMatch
from models.order import Hold, OrderLine, OrderVersion, SalesOrder
from models.outbox import Outbox
from models.quarantine import Quarantine
from models.shipment import Outbound, OutboundLine, Parcel, Shipment, TrackingEvent
from models.stock import Reservation, StockLevel, StockMovement
from models.stock_snapshot import StockSnapshot

__all__ = [
    "Company",
    "Customer",
    "Decision",
    "ExternalRef",
    "Gate",
    "Hold",
    "Inbox",
    "OrderEvent",
    "OrderLine",
    "OrderVersion",
    "Outbound",
    "OutboundLine",
    "Outbox",
    "Parcel",
    "Payment",
    "Product",
    "Quarantine",
    "Reservation",
    "SalesChannel",
    "SalesOrder",
    "SettlementLine",
    "SettlementMatch",
    "Shipment",
    "StockLevel",
    "StockMovement",
    "StockSnapshot",
    "TrackingEvent",
    "Warehouse",
]
