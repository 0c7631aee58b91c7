"""The ports: what the hub asks of each kind of partner. A partner is one file that fulfils one of these.

Every method raises the classes of ``integrations.errors`` and no other error. Calls that write are safe to repeat
with the same key: an implementation recognises the partner's "already exists" and returns the first result.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from integrations.errors import PartnerError
from models.messages import (
    Alert,
    ChannelOrder,
    ErpOrder,
    ErpReceipt,
    Notice,
    OutboundAccepted,
    OutboundConfirmed,
    OutboundRequest,
    Page,
    PaymentNews,
    PersonAnswer,
    Place,
    RawMessage,
    ShipmentNotice,
    StatementLine,
    StockLine,
    TrackPoint,
    Waybill,
    WaybillRequest,
)


@runtime_checkable
class Channel(Protocol):
    """Where orders come from (A1)."""

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        """One page of the orders changed in the half-open window ``[since, until)``, oldest first.

        Pass the returned ``next_cursor`` with the same window until it is ``None``. Nothing is lost or repeated at
        the edge of two windows; an order that changes while pages are read comes at least once.
        """
        ...

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one raw message; pure. Raises ``Rejected`` only if no order number can be read."""
        ...

    async def push_shipment(self, notice: ShipmentNotice) -> None:
        """Tell the channel that an order has left."""
        ...


@runtime_checkable
class PushesOrders(Protocol):
    """A channel that also calls us."""

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RawMessage:
        """Verify a webhook and return the message in it; header names are lower case. Raises ``Forged``."""
        ...


@runtime_checkable
class CallsForOrders(Protocol):
    """A channel that calls us to say which order changed, and is then asked how it is."""

    def answer_check(self, query: Mapping[str, str]) -> str:
        """What proves to the channel that our address is ours. Raises ``Forged``."""
        ...

    async def hear(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> RawMessage | None:
        """Verify a call and fetch the order that it is about; ``None`` if it is about none. Raises ``Forged``."""
        ...

    def answer_call(self, body: bytes, refusal: PartnerError | None) -> tuple[int, str, bytes]:
        """What the channel wants to hear after that call: status, media type, body. A refused one comes again."""
        ...


@runtime_checkable
class MessagesCustomers(Protocol):
    """A channel that can reach the customer for us."""

    async def tell_customer(self, order_no: str, text: str, key: str) -> None:
        """Send the customer of an order a message; the same ``key`` is delivered once."""
        ...


@runtime_checkable
class Warehouse(Protocol):
    """Where goods are picked (C1)."""

    async def push_outbound(self, request: OutboundRequest) -> OutboundAccepted:
        """Put an outbound on the warehouse's list."""
        ...

    async def find_outbound(self, outbound_no: str) -> OutboundAccepted | None:
        """Ask whether the warehouse has this outbound: for after an unknown outcome."""
        ...

    async def cancel_outbound(self, outbound_no: str, warehouse: str, reason: str) -> None:
        """Ask the warehouse to stop. Raises ``Rejected`` if it has been picked."""
        ...

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """What the warehouse says that it has."""
        ...

    def receive_callback(
        self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
    ) -> RawMessage:
        """Verify a confirmation and return it raw. Raises ``Forged``."""
        ...

    def answer_callback(self, refusal: PartnerError | None) -> tuple[str, bytes]:
        """What the warehouse wants to hear after a callback: media type and body. A refused one comes again."""
        ...

    def read_confirmation(self, message: RawMessage) -> OutboundConfirmed:
        """Translate a confirmation; pure. Raises ``Rejected`` for one that contradicts itself."""
        ...


@runtime_checkable
class Carrier(Protocol):
    """Who carries parcels (C2, C7)."""

    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        """Get a waybill number. A repeat returns the first one; never invents one."""
        ...

    async def find_waybill(self, request_no: str) -> Waybill | None:
        """Ask whether a waybill was issued for our number."""
        ...

    async def cancel_waybill(self, waybill: Waybill) -> None:
        """Give a waybill back that will not be used."""
        ...

    async def track(self, waybill_nos: Sequence[str]) -> list[TrackPoint]:
        """Every point known of these parcels, oldest first; any number of waybills, the partner's limits are kept."""
        ...


@runtime_checkable
class Tracker(Protocol):
    """Who knows where the parcels of other carriers are (C7)."""

    async def track_for(self, carrier: str, waybill_nos: Sequence[str]) -> list[TrackPoint]:
        """Every point known of a carrier's parcels, oldest first. ``carrier`` is the name of its partner here, or the
        code that a warehouse writes."""
        ...

    async def subscribe(self, carrier: str, waybill_no: str) -> None:
        """Ask to be told what happens to a parcel from now on; a repeat changes nothing."""
        ...

    def receive_tracking(self, body: bytes) -> RawMessage:
        """Verify what it tells us and return it raw. Raises ``Forged``, ``Rejected``."""
        ...

    def answer_tracking(self, refusal: PartnerError | None) -> tuple[str, bytes]:
        """What it wants to hear after that: media type and body. A refused message comes again."""
        ...

    def read_tracking(self, message: RawMessage) -> list[TrackPoint]:
        """Translate it; pure. Oldest first. Raises ``Rejected``."""
        ...


@runtime_checkable
class Erp(Protocol):
    """The book of record that the company already has."""

    async def push_order(self, order: ErpOrder) -> ErpReceipt:
        """Store the order and bring it to 'audited'; resumes where an earlier attempt stopped."""
        ...

    async def find_order(self, order_no: str) -> ErpReceipt | None:
        """Ask whether the ERP has the order, and how far it is."""
        ...

    async def cancel_order(self, order_no: str) -> None:
        """Take an order back wherever it stands; one that the ERP does not have, or that is cancelled already, is.

        Raises ``Rejected`` if the ERP has issued goods for it.
        """
        ...

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """What the ERP says that is in stock."""
        ...


@runtime_checkable
class PaymentProvider(Protocol):
    """Who collects the money (F1)."""

    async def pull_statement(self, day: date) -> list[StatementLine]:
        """All lines of one day's statement; an empty list when the provider says that nothing was traded.

        Raises ``Unavailable`` while the statement is not ready.
        """
        ...


@runtime_checkable
class PushesPayments(Protocol):
    """A payment provider that also calls us."""

    def receive_payment(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RawMessage:
        """Verify and decrypt a notification; header names are lower case. Raises ``Forged``."""
        ...

    def answer_payment(self, refusal: PartnerError | None) -> tuple[int, str, bytes]:
        """What the provider wants to hear after that: status, media type, body. A refused one comes again."""
        ...

    def read_payment(self, message: RawMessage) -> PaymentNews:
        """Translate it; pure. Raises ``Rejected``."""
        ...


@runtime_checkable
class AlertFeed(Protocol):
    """Who warns of the weather (D1)."""

    async def pull_alerts(self, place: Place) -> list[Alert]:
        """The alerts in force at a place now; an empty list when there is none."""
        ...


@runtime_checkable
class Notifier(Protocol):
    """How people are told."""

    async def notify(self, notice: Notice) -> None:
        """Deliver a notice."""
        ...


@runtime_checkable
class AsksPeople(Protocol):
    """A notifier whose notices people answer with a button, and that then calls us."""

    def receive_answer(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PersonAnswer:
        """Verify a call and return the answer in it; header names are lower case.

        Raises ``Forged``, or ``Rejected`` for a genuine call that answers nothing or is by somebody who may not.
        """
        ...
