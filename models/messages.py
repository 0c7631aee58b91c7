"""The values that cross a port: what channels tell us and what we ask of partners. No table, no I/O.

Times are aware and in UTC. Amounts are minor units of the message's currency. A partner's own words never pass
this border: the integration has translated them, or refused them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from models.divisions import region_of
from models.lifecycle import LineKind, OrderKind, Status
from models.money import Money
from models.reasons import Reason

_HOME = frozenset({"", "cn", "chn", "china", "中国"})


@dataclass(frozen=True, slots=True)
class Address:
    """Who receives a parcel, and where. ``token`` stands for masked personal data (Taobao ``oaid``)."""

    name: str = ""
    phone: str = ""
    country: str = "CN"
    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    token: str = ""

    @property
    def region(self) -> str:
        """The province by its one name, however it is written; abroad, what is written."""
        at_home = self.country.strip().casefold() in _HOME
        return region_of(self.province) if at_home else self.province

    def to_json(self) -> dict[str, str]:
        """The stored form."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Party:
    """The customer as the channel knows it."""

    code: str
    name: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One line as the channel wrote it. Numbers that do not parse stay out and are named in ``flaws``. ``unit`` is what
    the quantity counts, such as a box; empty for the product's base unit."""

    line_no: str
    sku: str
    quantity: int | None
    price_minor: int | None
    amount_minor: int | None
    title: str = ""
    unit: str = ""
    kind: LineKind = LineKind.GOODS
    freight_minor: int = 0
    flaws: tuple[Reason, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reported:
    """How far the channel says that the order is, and since when.

    ``hold`` is the code of a reason for standing still there (``channel-unavailable``), if the channel gave one.
    """

    status: Status
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    hold: str = ""


@dataclass(frozen=True, slots=True)
class Paid:
    """What a channel says of a payment; what it leaves out stays empty. ``reference`` is the payment's own number."""

    amount_minor: int | None = None
    paid_at: datetime | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ChannelOrder:
    """An order as one channel states it at ``updated_at``; the newest statement wins (A4).

    ``amount_minor`` is what the customer owes in all: lines + ``freight_minor``; of a deposit or a balance, that part
    of it. ``payment`` is what the channel tells of it beyond that it is ``paid``. ``deposit_no`` is the channel's
    number of the deposit that this order completes (A10); ``pickup_store`` the code of the warehouse where it is
    fetched at ``appointment_at`` (B3). ``flaws`` say what could not be read; such an order is kept, held and mended,
    never dropped.
    """

    order_no: str
    placed_at: datetime
    updated_at: datetime
    currency: str
    amount_minor: int | None
    customer: Party
    receiver: Address
    lines: tuple[ChannelLine, ...]
    kind: OrderKind = OrderKind.SALE
    paid: bool = False
    payment: Paid | None = None
    cancelled: bool = False
    freight_minor: int = 0
    promised_on: date | None = None
    urgent: bool = False
    remark: str = ""
    deposit_no: str = ""
    pickup_store: str = ""
    appointment_at: datetime | None = None
    reported: Reported | None = None
    flaws: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class RawMessage:
    """One message exactly as it came, before anybody understood it.

    ``key`` is unique per source: the same statement by another route has the same key.
    """

    key: str
    body: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a pull, oldest first, and where the next one starts (``None``: this was the last)."""

    messages: tuple[RawMessage, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class News:
    """A batch out of a channel's queue: the orders that it is about as they are now, and by what it is confirmed."""

    messages: tuple[RawMessage, ...]
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShipmentNotice:
    """What a channel is told when an order has left: the natural key is order + waybill."""

    order_no: str
    carrier: str
    waybill_no: str
    shipped_at: datetime


@dataclass(frozen=True, slots=True)
class OutboundLine:
    """One line that a warehouse picks."""

    line_no: str
    sku: str
    title: str
    quantity: int
    price_minor: int


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """What a warehouse is asked to ship. ``outbound_no`` is ours and the idempotency key; ``check_code`` binds it to
    the waybill and the ERP order (C3), and goes into every free field that a protocol has."""

    outbound_no: str
    order_no: str
    channel: str
    warehouse: str
    placed_at: datetime
    requested_at: datetime
    shop: str
    receiver: Address
    sender: Address
    carrier: str
    waybill_no: str
    currency: str
    amount_minor: int
    lines: tuple[OutboundLine, ...]
    remark: str = ""
    check_code: str = ""
    kind: OrderKind = OrderKind.SALE


@dataclass(frozen=True, slots=True)
class OutboundAccepted:
    """The warehouse has the outbound on its list, under its own number. ``check_code`` is the one that it has there,
    empty if it does not say."""

    outbound_no: str
    partner_no: str
    check_code: str = ""


@dataclass(frozen=True, slots=True)
class PackedParcel:
    """One parcel that left, with what is in it: SKU → quantity."""

    waybill_no: str
    carrier: str
    contents: Mapping[str, int]
    weight_grams: int | None = None


@dataclass(frozen=True, slots=True)
class OutboundConfirmed:
    """The warehouse says that it shipped. ``message_id`` is the partner's own id, for recognising a repeat;
    ``check_code`` is the one that it was given with the outbound, if it repeats it."""

    message_id: str
    outbound_no: str
    partner_no: str
    final: bool
    confirmed_at: datetime
    parcels: tuple[PackedParcel, ...]
    check_code: str = ""


class Stage(StrEnum):
    """How far a warehouse says that it is with an outbound, short of having shipped it."""

    AT_WORK = "at-work"
    PICKED = "picked"
    STOPPED = "stopped"
    IN_TROUBLE = "in-trouble"


@dataclass(frozen=True, slots=True)
class OutboundProgress:
    """The warehouse says how far it is with an outbound; ``word`` is its own word for it."""

    outbound_no: str
    stage: Stage
    word: str
    happened_at: datetime
    note: str = ""
    check_code: str = ""


@dataclass(frozen=True, slots=True)
class StockLine:
    """What a partner says that it has of one SKU in one warehouse, free to sell and locked."""

    warehouse: str
    sku: str
    available: int
    locked: int = 0


class Condition(StrEnum):
    """In which state a warehouse says that pieces are; ``UNCLEAR`` when its word is not in our table."""

    GOOD = "good"
    DEFECTIVE = "defective"
    UNCLEAR = "unclear"


class ChangeCause(StrEnum):
    """Why a warehouse says that its stock changed, as far as its kinds of documents tell."""

    COUNTED = "counted"
    RECEIVED = "received"
    RETURNED = "returned"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StockChange:
    """So many pieces of a SKU more, or with a minus fewer. ``document`` is the number of what caused it, ours or the
    warehouse's; ``change_id`` the partner's own id of the change, by which a repeat is known; ``word`` its own word for
    the state of the pieces."""

    warehouse: str
    sku: str
    quantity: int
    condition: Condition
    cause: ChangeCause
    document: str
    change_id: str
    changed_at: datetime
    word: str = ""


@dataclass(frozen=True, slots=True)
class StockReport:
    """What a warehouse tells of its stock in one message."""

    changes: tuple[StockChange, ...]


@dataclass(frozen=True, slots=True)
class ReturnRequest:
    """What a warehouse is to expect back of an outbound. ``return_no`` is ours and the idempotency key; ``exchange``:
    another piece is sent for it; ``sender`` is the customer; ``check_code`` as of the outbound."""

    return_no: str
    outbound_no: str
    warehouse: str
    exchange: bool
    sender: Address
    lines: tuple[OutboundLine, ...]
    why: str = ""
    waybill_no: str = ""
    check_code: str = ""


@dataclass(frozen=True, slots=True)
class ReturnAccepted:
    """The warehouse has the return on its list, under its own number; ``check_code`` if it says which it has there."""

    return_no: str
    partner_no: str
    check_code: str = ""


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """Pieces that came back; ``word`` is the warehouse's own word for their state."""

    sku: str
    quantity: int
    condition: Condition
    word: str = ""


@dataclass(frozen=True, slots=True)
class ReturnArrived:
    """The warehouse says what came back. ``message_id`` is the partner's own id, for recognising a repeat."""

    return_no: str
    message_id: str
    warehouse: str
    arrived_at: datetime
    lines: tuple[ReturnedLine, ...]
    check_code: str = ""


@dataclass(frozen=True, slots=True)
class WaybillRequest:
    """A parcel to be carried. ``request_no`` is ours and the idempotency key; ``check_code`` as of the outbound."""

    request_no: str
    sender: Address
    receiver: Address
    goods: tuple[OutboundLine, ...]
    parcels: int = 1
    weight_grams: int | None = None
    remark: str = ""
    check_code: str = ""


@dataclass(frozen=True, slots=True)
class Waybill:
    """The carrier's number for a parcel, and for which of our requests it is."""

    request_no: str
    waybill_no: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Label:
    """What is printed and stuck on a parcel: a PDF, or ``application/json`` that a printing program turns into one."""

    waybill_no: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """One thing that happened to a parcel. ``state`` is ``picked_up, in_transit, at_customs, held_by_customs,
    out_for_delivery, delivered, exception, returned``, or ``unknown`` when the carrier's code is not in its table
    (never guessed)."""

    waybill_no: str
    point_id: str
    happened_at: datetime
    state: str
    code: str
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class ErpOrder:
    """A sales order as the ERP stores it. ``order_no`` is ours and the idempotency key (``FBillNo``); ``check_code``
    as of the outbound that goes with it."""

    order_no: str
    customer: str
    placed_at: datetime
    currency: str
    lines: tuple[OutboundLine, ...]
    remark: str = ""
    check_code: str = ""


@dataclass(frozen=True, slots=True)
class ErpReceipt:
    """The ERP's own id of an order, and whether it is audited (may be worked on). ``check_code`` is the one that the
    ERP has with the order, empty if it does not say."""

    order_no: str
    partner_id: str
    audited: bool
    check_code: str = ""


@dataclass(frozen=True, slots=True)
class Receivable:
    """What a customer owes for goods that left, or no longer owes for goods that came back (F3). ``voucher_no`` is ours
    and the idempotency key, ``order_no`` the order in the ERP, ours as in ``ErpOrder``; quantities are positive,
    ``reverses`` names the voucher that a reversing one takes from."""

    voucher_no: str
    order_no: str
    customer: str
    booked_at: datetime
    currency: str
    lines: tuple[OutboundLine, ...]
    reverses: str = ""


class Progress(StrEnum):
    """How far an order is, as other systems are told: our status once a warehouse has it, and what its carrier says of
    its parcels."""

    RELEASED = "released"
    PICKED = "picked"
    SHIPPED = "shipped"
    IN_TROUBLE = "in-trouble"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class ErpStatus:
    """What an ERP is told of an order that it has: how far it is, its numbers elsewhere and the warehouse that it goes
    from (C3). ``order_no`` is ours, as in ``ErpOrder``. Told twice it changes nothing."""

    order_no: str
    check_code: str
    outbound_no: str
    warehouse: str
    waybill_nos: tuple[str, ...]
    progress: Progress

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "order_no": self.order_no, "check_code": self.check_code, "outbound_no": self.outbound_no,
            "warehouse": self.warehouse, "waybill_nos": [*self.waybill_nos], "progress": str(self.progress),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ErpNews:
    """What an ERP has of one of our orders now. ``open`` is false once it was made void or closed; ``check_code`` is
    empty, and ``changed_at`` ``None``, where it does not say."""

    order_no: str
    partner_id: str
    check_code: str
    open: bool
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a provider's statement. ``line_id`` is unique per provider: a refund repeats the trade number,
    so it carries the refund request number too. ``amount`` is signed: a refund is negative."""

    line_id: str
    trade_no: str
    order_no: str
    kind: str
    amount: Money
    fee: Money
    happened_at: datetime
    title: str = ""


@dataclass(frozen=True, slots=True)
class PaymentNews:
    """What a provider tells of a payment or a refund when it happens. The numbers are the provider's, as in its
    statement. ``amount`` is signed: a refund is negative; ``done`` is false for a refund that came to nothing."""

    kind: str
    order_no: str
    trade_no: str
    refund_no: str
    amount: Money
    done: bool
    happened_at: datetime

    @property
    def reference(self) -> str:
        """What this very payment or refund is known by; empty if a number that belongs to it is missing."""
        if self.kind == "payment":
            return self.trade_no
        return f"{self.trade_no}:{self.refund_no}" if self.trade_no and self.refund_no else ""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of an invoice. ``amount_minor`` includes the tax, ``tax_minor`` is the tax in it; ``tax_percent`` of
    13 means 13 % on the amount without tax. Freight has no SKU."""

    sku: str
    title: str
    quantity: int
    amount_minor: int
    tax_percent: Decimal
    tax_minor: int


@dataclass(frozen=True, slots=True)
class InvoiceRequest:
    """An invoice that a buyer asks for. ``request_no`` is ours and the idempotency key; a person has no tax number."""

    request_no: str
    buyer: str
    tax_no: str
    currency: str
    lines: tuple[InvoiceLine, ...]
    requested_at: datetime


class InvoiceState(StrEnum):
    """How far an invoice is."""

    ISSUING = "issuing"
    ISSUED = "issued"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Invoice:
    """What the tax office made of a request (F4). Once issued it has its number of 20 digits, its amount with tax, the
    tax, and where its file is; a failed one says ``why``, in the office's words."""

    request_no: str
    serial: str
    state: InvoiceState
    invoice_no: str = ""
    amount: Money | None = None
    tax: Money | None = None
    file_url: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """A warning of the weather authority. ``level`` is ``blue, yellow, orange, red`` or ``unknown``;
    ``supersedes`` are alerts that this one closes; ``cancelled`` ends it."""

    alert_id: str
    region: str
    event: str
    level: str
    headline: str
    issued_at: datetime
    expires_at: datetime | None
    cancelled: bool = False
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A point whose weather is watched for a region: a province's name, or the code of a division in it."""

    region: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Question:
    """What an order asks people, and how the two buttons read in their language."""

    order_no: str
    question: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to people. ``dedup_key`` lets a notifier that can recognise repeats do so; one that has buttons shows
    them for what is asked (``ask``), and puts what became of it in their place (``replaces``, from the answer)."""

    title: str
    text: str
    dedup_key: str
    url: str = ""
    ask: Question | None = None
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """What somebody answered to a ``Question``: ``yes`` or ``no``. ``person`` is the name under which the notifier
    knows them; ``key`` is the same when the same answer comes again. ``replaces`` is what the notifier calls the
    message with the buttons, if it can put another in its place."""

    order_no: str
    question: str
    verdict: str
    person: str
    key: str
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """A product as a partner or a file describes it."""

    sku: str
    title: str = ""
    weight_grams: int | None = None
    category: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Something that lies in a place for us: a file, or a mail with files. ``document_id`` names it there."""

    document_id: str
    name: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that belongs to no readable order: kept with its reasons, never dropped (A6).

    ``row_key`` is the same each time the same row is read, so a repeated import refuses it once.
    """

    row_key: str
    row: Mapping[str, Any]
    reasons: tuple[Reason, ...]
