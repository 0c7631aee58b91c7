"""Every table, imported: what fills the metadata for migrations and for checks over the whole schema."""

from models.change import ChangeApproval, ChangeRequest
from models.company import (
    Company,
    Customer,
    CustomerChange,
    KitComponent,
    Product,
    ProductUnit,
    SalesChannel,
    Warehouse,
)
from models.customer_return import CustomerReturn
from models.decision import Decision, DecisionBatch, PolicyVersion
from models.event import OrderEvent
from models.external_ref import ExternalRef
from models.feed import Feed
from models.gate import Gate
from models.inbox import Inbox
from models.invoice import Invoice
from models.kept_file import Delivery, KeptFile
from models.money_flow import Payment, SettlementLine, SettlementMatch
from models.order import Answer, Hold, OrderLine, OrderVersion, SalesOrder
from models.outbox import Outbox
from models.partner_account import PartnerAccount
from models.quarantine import Quarantine
from models.shipment import Outbound, OutboundLine, Parcel, Shipment, TrackingEvent
from models.signal import Signal
from models.stock import Arrival, Reservation, StockLevel, StockMovement
from models.stock_snapshot import StockSnapshot

__all__ = [
    "Answer",
    "Arrival",
    "ChangeApproval",
    "ChangeRequest",
    "Company",
    "Customer",
    "CustomerChange",
    "CustomerReturn",
    "Decision",
    "DecisionBatch",
    "Delivery",
    "ExternalRef",
    "Feed",
    "Gate",
    "Hold",
    "Inbox",
    "Invoice",
    "KeptFile",
    "KitComponent",
    "OrderEvent",
    "OrderLine",
    "OrderVersion",
    "Outbound",
    "OutboundLine",
    "Outbox",
    "Parcel",
    "PartnerAccount",
    "Payment",
    "PolicyVersion",
    "Product",
    "ProductUnit",
    "Quarantine",
    "Reservation",
    "SalesChannel",
    "SalesOrder",
    "SettlementLine",
    "SettlementMatch",
    "Shipment",
    "Signal",
    "StockLevel",
    "StockMovement",
    "StockSnapshot",
    "TrackingEvent",
    "Warehouse",
]
