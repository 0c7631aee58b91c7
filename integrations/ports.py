"""The ports: what the hub asks of each kind of partner. A partner is one file that fulfils one of these.

Every method raises the classes of ``integrations.errors`` and no other error. Calls that write are safe to repeat
with the same key: an implementation recognises the partner's "already exists" and returns the first result.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from integrations.errors import PartnerError
from models.lifecycle import OrderKind
from models.messages import (
    Alert,
    ChannelOrder,
    Document,
    ErpNews,
    ErpOrder,
    ErpReceipt,
    ErpStatus,
    Invoice,
    InvoiceRequest,
    Label,
    News,
    Notice,
    OutboundAccepted,
    OutboundConfirmed,
    OutboundProgress,
    OutboundRequest,
    Page,
    PaymentNews,
    PersonAnswer,
    Place,
    RawMessage,
    Receivable,
    RefusedRow,
    ReturnAccepted,
    ReturnArrived,
    ReturnRequest,
    ShipmentNotice,
    StatementLine,
    StockLine,
    StockReport,
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

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RawMessage | None:
        """Verify a webhook and return the message in it; header names are lower case. ``None`` if it only says that
        something changed: then the channel is read. Raises ``Forged``."""
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
class QueuesNews(Protocol):
    """A channel that keeps a queue of what changed, besides its list: what is not confirmed comes again."""

    async def take_news(self) -> News:
        """The next batch; without receipts when the queue is empty, or not used."""
        ...

    async def confirm_news(self, receipts: Sequence[str]) -> None:
        """These were stored; a repeat changes nothing."""
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

    async def cancel_outbound(
        self, outbound_no: str, warehouse: str, reason: str, kind: OrderKind = OrderKind.SALE
    ) -> None:
        """Ask the warehouse to stop; ``kind`` as it was pushed. Raises ``Rejected`` if it has been picked."""
        ...

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """What the warehouse says that it has."""
        ...

    def receive_callback(
        self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
    ) -> RawMessage:
        """Verify a confirmation, or a report of progress, and return it raw. Raises ``Forged``."""
        ...

    def answer_callback(self, refusal: PartnerError | None) -> tuple[str, bytes]:
        """What the warehouse wants to hear after a callback: media type and body. A refused one comes again."""
        ...

    def read_confirmation(self, message: RawMessage) -> OutboundConfirmed | OutboundProgress:
        """Translate a callback; pure. Raises ``Rejected`` for one that contradicts itself."""
        ...


@runtime_checkable
class TakesOutboundsTogether(Protocol):
    """A warehouse that takes several outbounds in one call, and may tell later which of them it does not take (C1)."""

    def outbounds_at_once(self) -> int:
        """How many it takes in one call; 1 where each is to be pushed by itself."""
        ...

    async def push_outbounds(self, requests: Sequence[OutboundRequest]) -> list[OutboundAccepted]:
        """Put outbounds on the warehouse's list in one call; what it says of each, in their order.

        Raises ``Rejected`` unless it took all of them: some may be on its list all the same, those of an earlier try
        among them. Ask about each, and push what is not there by itself.
        """
        ...

    def read_answers(self, message: RawMessage) -> list[OutboundProgress]:
        """Translate a callback about outbounds that were pushed together, those that it does not take being stopped;
        pure. Empty for one about something else.

        Raises ``Rejected`` for one that contradicts itself.
        """
        ...


@runtime_checkable
class ReportsStock(Protocol):
    """A warehouse whose callbacks also tell by how much its stock changed, and why (B3)."""

    def read_stock_report(self, message: RawMessage) -> StockReport | None:
        """Translate a callback about stock; pure. ``None`` for one about something else.

        Raises ``Rejected`` for one that contradicts itself.
        """
        ...


@runtime_checkable
class TakesReturns(Protocol):
    """A warehouse that is told what customers send back, and tells what has arrived (E5)."""

    async def push_return(self, request: ReturnRequest) -> ReturnAccepted:
        """Put a return on the warehouse's list."""
        ...

    async def find_return(self, return_no: str) -> ReturnAccepted | None:
        """Ask whether the warehouse has this return: for after an unknown outcome."""
        ...

    def read_return(self, message: RawMessage) -> ReturnArrived | None:
        """Translate a callback about a return; pure. ``None`` for one about something else.

        Raises ``Rejected`` for one that contradicts itself.
        """
        ...


@runtime_checkable
class Carrier(Protocol):
    """Who gives waybills for parcels (C2)."""

    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        """Get a waybill number. A repeat returns the first one; never invents one."""
        ...

    async def find_waybill(self, request_no: str) -> Waybill | None:
        """Ask whether a waybill was issued for our number."""
        ...

    async def cancel_waybill(self, waybill: Waybill) -> None:
        """Give a waybill back that will not be used."""
        ...


@runtime_checkable
class PrintsLabels(Protocol):
    """A carrier that gives what is printed and stuck on a parcel (C2)."""

    async def fetch_label(self, waybill: Waybill) -> Label:
        """The label of a waybill that is in force; asking again changes nothing. Raises ``Rejected`` for any other."""
        ...


@runtime_checkable
class TracksParcels(Protocol):
    """A carrier that also tells where its own parcels are (C7)."""

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

    def given_up(self, message: RawMessage) -> list[str]:
        """The parcels of which it will tell nothing more though they have not arrived: subscribe them again. Pure.
        Raises ``Rejected``."""
        ...


@runtime_checkable
class ErpBooks(Protocol):
    """The book of record that the company already has, for reading."""

    async def find_order(self, order_no: str) -> ErpReceipt | None:
        """Ask whether the ERP has the order, and how far it is."""
        ...

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """What the ERP says that is in stock."""
        ...


@runtime_checkable
class Erp(ErpBooks, Protocol):
    """A book of record that takes orders."""

    async def push_order(self, order: ErpOrder) -> ErpReceipt:
        """Store the order and bring it to 'audited'; resumes where an earlier attempt stopped."""
        ...

    async def cancel_order(self, order_no: str) -> None:
        """Take an order back wherever it stands; one that the ERP does not have, or that is cancelled already, is.

        Raises ``Rejected`` if the ERP has issued goods for it.
        """
        ...


@runtime_checkable
class HearsOfOrders(Protocol):
    """An ERP that keeps with an order how far it is elsewhere (C3)."""

    async def push_status(self, status: ErpStatus) -> None:
        """Write how far an order is, and its numbers elsewhere; a repeat changes nothing.

        Raises ``Rejected`` if the ERP has no such order, has it cancelled, or has another's check code on it.
        """
        ...


@runtime_checkable
class BooksReceivables(Protocol):
    """An ERP that keeps what customers owe (F3)."""

    async def book_receivable(self, voucher: Receivable) -> ErpReceipt:
        """Store the voucher and bring it to 'audited'; resumes where an earlier attempt stopped."""
        ...

    async def find_receivable(self, voucher: Receivable) -> ErpReceipt | None:
        """Ask whether the ERP has the voucher, and how far it is."""
        ...


@runtime_checkable
class TellsOfOrders(Protocol):
    """An ERP that can be asked what changed of the orders it has."""

    async def pull_news(self, since: datetime, until: datetime) -> list[ErpNews]:
        """Our orders that anybody, we included, changed there in the half-open window ``[since, until)``, oldest
        first; each as it is now."""
        ...


@runtime_checkable
class ShowsOrders(Protocol):
    """An ERP, or its books, that cannot be asked what changed, but how certain orders are."""

    async def pull_orders_as_they_are(self, order_nos: Sequence[str]) -> list[ErpNews]:
        """Those of these orders that are there, in any order; any number of them, the partner's limits are kept."""
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
class Invoicer(Protocol):
    """Who has the tax office issue e-invoices (F4)."""

    async def request_invoice(self, request: InvoiceRequest) -> str:
        """Ask for an invoice; the partner's serial number of the request. A repeat returns the first one."""
        ...

    async def find_invoice(self, request_no: str) -> Invoice | None:
        """How far the invoice is that was asked for under our number; ``None`` if none was."""
        ...

    async def download_invoice(self, invoice: Invoice) -> bytes:
        """The whole PDF of an issued invoice. Raises ``Unavailable`` for anything else."""
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


@runtime_checkable
class DocumentSource(Protocol):
    """A place into which others put files for us (A2)."""

    async def find_documents(self) -> list[Document]:
        """What lies there whole and was not put away, oldest first; a file that is still being written is left out."""
        ...

    async def fetch_document(self, document: Document, folder: Path) -> list[Path]:
        """Write the files of a document into an empty folder, and return them. Raises ``Conflict`` if it has changed
        since it was found, or is gone."""
        ...

    async def put_away(self, document: Document) -> bool:
        """Our own copy is safe: see to it that the document is not found again. Whether that could be done: a place
        that cannot be marked finds it for ever, under the same ``document_id``. A repeat changes nothing."""
        ...


@runtime_checkable
class AnswersByFile(DocumentSource, Protocol):
    """A warehouse that confirms by putting files somewhere."""

    def read_answers(self, file: Path) -> Iterator[RawMessage | RefusedRow]:
        """The confirmations in a file, and the rows that belong to none. Raises ``UnreadableFile``."""
        ...
