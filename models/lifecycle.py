"""Words of the order's life: how far it is (status) and why it may not move (holds). Rules stand in ``policies``."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from models.reasons import Reason


class Status(StrEnum):
    """How far an order is (design §2). The order of the members is the order of the life."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    RESERVED = "reserved"
    RELEASED = "released"
    PICKED = "picked"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class HoldKind(StrEnum):
    """Why an order may not move. Holds are independent of the status and of each other."""

    PAYMENT = "payment"
    DATA = "data"
    CREDIT = "credit"
    RISK = "risk"
    APPROVAL = "approval"
    STOCK = "stock"
    CUSTOMS = "customs"


class OrderKind(StrEnum):
    """Which stream the order belongs to (A9); a deposit is bound to the order of its balance (A10)."""

    SALE = "sale"
    CREDIT = "credit"
    TRANSFER = "transfer"
    EXCHANGE = "exchange"
    DEPOSIT = "deposit"


class LineKind(StrEnum):
    """Goods are stocked and shipped; a charge (postage, bank fee) is only money."""

    GOODS = "goods"
    CHARGE = "charge"


class Bucket(StrEnum):
    """Which part of the stock of a SKU in a warehouse (B3): only what is sellable is ever promised."""

    SELLABLE = "sellable"
    QUARANTINE = "quarantine"
    IN_TRANSIT = "in_transit"


class Route(StrEnum):
    """By which way a message came in."""

    POLL = "poll"
    WEBHOOK = "webhook"
    FILE = "file"
    HAND = "hand"


class Step(NamedTuple):
    """One step of a move: where to, when it happened in the world, and why."""

    to: Status
    occurred_at: datetime
    reasons: tuple[Reason, ...] = ()


class Move(NamedTuple):
    """An order's way from one status to another. Made by ``policies.lifecycle.plan_move``, which knows the table."""

    order_id: int
    start: Status
    steps: tuple[Step, ...]
