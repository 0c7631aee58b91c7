"""What each kind of message says, how it is delivered, and what changes once the partner has it.

One class per kind; ``SENDERS`` is the exhaustive table of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from integrations.ports import Carrier, Channel, Erp, MessagesCustomers, Notifier, Warehouse
from models.base import insert_or_ignore, table_of
from models.company import Customer, SalesChannel
from models.company import Warehouse as WarehouseRow
from models.event import Happened
from models.external_ref import ExternalRef
from models.lifecycle import HoldKind, Status, Step
from models.messages import (
    Address,
    ErpOrder,
    ErpReceipt,
    Notice,
    OutboundAccepted,
    OutboundLine,
    OutboundRequest,
    ShipmentNotice,
    Waybill,
    WaybillRequest,
)
from models.order import order_number
from models.order_book import LINE, ORDER, Stop
from models.outbox import Owed
from models.reasons import Reason
from models.shipment import Outbound
from models.shipment import OutboundLine as OutboundLineRow
from models.work import Work
from policies.lifecycle import plan_move
from tasks.connections import connections
from tasks.follow_channel import close_cancelled, stop_outbounds

OUTBOUND = table_of(Outbound)
OUTBOUND_LINE = table_of(OutboundLineRow)
WAREHOUSE = table_of(WarehouseRow)
CUSTOMER = table_of(Customer)
CHANNEL = table_of(SalesChannel)
REF = table_of(ExternalRef)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way."""

    message_id: int
    kind: Owed
    connection: str
    key: str
    order_id: int | None
    region: str
    payload: Mapping[str, Any]
    tries: int
    outcome_unknown: bool

    @property
    def of_order(self) -> int:
        """The order that it is about; every kind but a notice has one."""
        if self.order_id is None:
            raise ValueError(f"message {self.key} is about no order")
        return self.order_id


class Sender:
    """How one kind of message is sent. ``prepare`` returns ``None`` when it is not to be sent any more."""

    def prepare(self, work: Work, letter: Letter) -> Any:
        """The request, from what the database says now."""
        raise NotImplementedError

    async def deliver(self, client: Any, letter: Letter, request: Any) -> Any:
        """Hand it to the partner; after an unknown outcome ask first. Raises the classes of ``integrations.errors``."""
        raise NotImplementedError

    def record(self, work: Work, letter: Letter, request: Any, answer: Any) -> None:
        """What changes with us now that the partner has it."""
        if letter.order_id is not None:
            _sent(work, letter, {})

    def refused(self, work: Work, letter: Letter) -> None:
        """What changes with us because the partner will not do it."""


class BookWaybill(Sender):
    """A waybill for an outbound (C2); once there, the warehouse is asked to ship."""

    def prepare(self, work: Work, letter: Letter) -> WaybillRequest | None:
        """The parcel as the carrier must know it."""
        found = _outbound(work, letter)
        if found is None or found.state != "planned":
            return None
        return WaybillRequest(found.outbound_no, _sender(found), _receiver(found), _goods(work, found.id))

    async def deliver(self, client: Carrier, letter: Letter, request: WaybillRequest) -> Waybill:
        """Book, or find the waybill that an earlier try got."""
        known = await client.find_waybill(request.request_no) if letter.outcome_unknown else None
        return known or await client.book_waybill(request)

    def record(self, work: Work, letter: Letter, request: WaybillRequest, answer: Waybill) -> None:
        """Keep the number; owe the warehouse its outbound."""
        _remember(work, letter, "waybill", request.request_no, answer.waybill_no)
        outbound_id = letter.payload["outbound_id"]
        work.session.execute(update(OUTBOUND).where(OUTBOUND.c.id == outbound_id).values(waybill_no=answer.waybill_no))
        row = work.rows(
            select(WAREHOUSE.c.code)
            .join(OUTBOUND, OUTBOUND.c.warehouse_id == WAREHOUSE.c.id)
            .where(OUTBOUND.c.id == outbound_id)
        )[0]
        work.outbox.add(
            [
                {
                    "kind": Owed.OUTBOUND,
                    "order_id": letter.order_id,
                    "connection": row.code,
                    "idempotency_key": f"outbound:{request.request_no}",
                    "region": letter.region,
                    "payload": {"outbound_id": outbound_id},
                }
            ]
        )
        _sent(work, letter, {"waybill": answer.waybill_no})


class PushOutbound(Sender):
    """The outbound on the warehouse's list (C1)."""

    def prepare(self, work: Work, letter: Letter) -> OutboundRequest | None:
        """The outbound as the warehouse must know it; nothing if it was withdrawn meanwhile."""
        found = _outbound(work, letter)
        if found is None or found.state != "planned":
            return None
        return OutboundRequest(
            outbound_no=found.outbound_no,
            order_no=order_number(found.order_id),
            channel=found.channel,
            warehouse=found.warehouse,
            placed_at=found.placed_at,
            requested_at=work.now,
            shop=found.channel,
            receiver=_receiver(found),
            sender=_sender(found),
            carrier=connections().named(found.carrier).partner if found.carrier else "",
            waybill_no=found.waybill_no or "",
            currency=found.currency,
            amount_minor=found.amount_minor,
            lines=_goods(work, found.id),
            remark=found.remark,
        )

    async def deliver(self, client: Warehouse, letter: Letter, request: OutboundRequest) -> OutboundAccepted:
        """Push, or find what an earlier try left."""
        known = await client.find_outbound(request.outbound_no) if letter.outcome_unknown else None
        return known or await client.push_outbound(request)

    def record(self, work: Work, letter: Letter, request: OutboundRequest, answer: OutboundAccepted) -> None:
        """The order is released; if it was cancelled meanwhile, the warehouse is asked to stop."""
        _remember(work, letter, "outbound", request.outbound_no, answer.partner_no)
        accepted = update(OUTBOUND).where(OUTBOUND.c.id == letter.payload["outbound_id"]).values(state="accepted")
        work.session.execute(accepted)
        _sent(work, letter, {"outbound": request.outbound_no})
        status = work.session.execute(select(ORDER.c.status).where(ORDER.c.id == letter.order_id)).scalar_one()
        if status == Status.RESERVED:
            work.orders.advance([plan_move(letter.of_order, Status.RESERVED, [Step(Status.RELEASED, work.now)])])
        elif status == Status.CANCELLED:
            stop_outbounds(work, [letter.of_order], "cancelled while it was pushed", ":late")


class CancelOutbound(Sender):
    """Ask the warehouse to stop (B8): if it agrees the order is cancelled, if it has picked a person must look."""

    def prepare(self, work: Work, letter: Letter) -> Any:
        """The outbound, unless it has left already."""
        found = _outbound(work, letter, called_off=True)
        return found if found is not None and found.state in {"planned", "accepted"} else None

    async def deliver(self, client: Warehouse, letter: Letter, request: Any) -> None:
        """Ask, unless the outbound was only perhaps pushed and never arrived."""
        if request.state == "planned" and await client.find_outbound(request.outbound_no) is None:
            return
        await client.cancel_outbound(request.outbound_no, request.warehouse, str(letter.payload["why"]))

    def record(self, work: Work, letter: Letter, request: Any, answer: None) -> None:
        """The warehouse has agreed: the order is cancelled and its stock is free."""
        stopped = update(OUTBOUND).where(OUTBOUND.c.id == request.id).values(state="cancelled")
        work.session.execute(stopped)
        _sent(work, letter, {"outbound": request.outbound_no})
        order_id = letter.of_order
        status = work.session.execute(select(ORDER.c.status).where(ORDER.c.id == order_id)).scalar_one()
        if status in {Status.RESERVED, Status.RELEASED}:
            step = Step(Status.CANCELLED, work.now, (Reason("cancelled-by-channel"),))
            work.orders.advance([plan_move(order_id, Status(status), [step])])
            close_cancelled(work, [order_id])

    def refused(self, work: Work, letter: Letter) -> None:
        """It is picked: it will arrive although it was cancelled, so somebody must talk to the customer."""
        work.orders.hold([Stop(letter.of_order, HoldKind.DATA, (Reason("cancelled-too-late"),))])


class PushErpOrder(Sender):
    """The order in the ERP, saved and audited."""

    def prepare(self, work: Work, letter: Letter) -> ErpOrder | None:
        """The order as the ERP must know it."""
        query = select(ORDER, CUSTOMER.c.code).join(CUSTOMER, CUSTOMER.c.id == ORDER.c.customer_id)
        row = work.rows(query.where(ORDER.c.id == letter.order_id))[0]
        if row.status == Status.CANCELLED:
            return None
        lines = tuple(
            OutboundLine(line.line_no, line.sku, line.title, line.quantity, line.price_minor)
            for line in work.orders.lines_of([row.id], goods_only=True)[row.id]
        )
        return ErpOrder(order_number(row.id), row.code, row.placed_at, row.currency, lines, row.remark)

    async def deliver(self, client: Erp, letter: Letter, request: ErpOrder) -> ErpReceipt:
        """Store and audit; the client resumes where an earlier try stopped."""
        known = await client.find_order(request.order_no) if letter.outcome_unknown else None
        return known if known and known.audited else await client.push_order(request)

    def record(self, work: Work, letter: Letter, request: ErpOrder, answer: ErpReceipt) -> None:
        """Keep the ERP's number."""
        _remember(work, letter, "erp-order", request.order_no, answer.partner_id)
        _sent(work, letter, {"erp": answer.partner_id})


class TellChannel(Sender):
    """The waybill, written back to the channel that the order came from."""

    def prepare(self, work: Work, letter: Letter) -> ShipmentNotice:
        """What left, and when."""
        told = letter.payload
        at = datetime.fromisoformat(told["shipped_at"])
        return ShipmentNotice(told["order_no"], told["carrier"], told["waybill_no"], at)

    async def deliver(self, client: Channel, letter: Letter, request: ShipmentNotice) -> None:
        """Tell; the channel recognises a repeat by order and waybill."""
        await client.push_shipment(request)


class TellCustomer(Sender):
    """A message to the customer, through the channel that knows how to reach them."""

    def prepare(self, work: Work, letter: Letter) -> str | None:
        """The text."""
        return str(letter.payload["text"])

    async def deliver(self, client: Any, letter: Letter, request: str) -> None:
        """Tell, if the channel can."""
        if isinstance(client, MessagesCustomers):
            await client.tell_customer(str(letter.payload["order_no"]), request, letter.key)


class TellPeople(Sender):
    """A notice to our own people."""

    def prepare(self, work: Work, letter: Letter) -> Notice:
        """The notice."""
        return Notice(letter.payload["title"], letter.payload["text"], letter.key, letter.payload.get("url", ""))

    async def deliver(self, client: Notifier, letter: Letter, request: Notice) -> None:
        """Tell."""
        await client.notify(request)


SENDERS: Mapping[Owed, Sender] = {
    Owed.WAYBILL: BookWaybill(),
    Owed.OUTBOUND: PushOutbound(),
    Owed.CANCEL_OUTBOUND: CancelOutbound(),
    Owed.ERP_ORDER: PushErpOrder(),
    Owed.CHANNEL_SHIPMENT: TellChannel(),
    Owed.CUSTOMER_MESSAGE: TellCustomer(),
    Owed.NOTICE: TellPeople(),
}


def _outbound(work: Work, letter: Letter, *, called_off: bool = False) -> Any:
    """The outbound with its order, warehouse and channel; ``None`` for a cancelled order, unless ``called_off``."""
    columns = (
        OUTBOUND.c.id, OUTBOUND.c.outbound_no, OUTBOUND.c.order_id, OUTBOUND.c.state, OUTBOUND.c.carrier,
        OUTBOUND.c.waybill_no, ORDER.c.receiver, ORDER.c.placed_at, ORDER.c.currency, ORDER.c.amount_minor,
        ORDER.c.remark, WAREHOUSE.c.code.label("warehouse"), WAREHOUSE.c.name.label("warehouse_name"),
        WAREHOUSE.c.region.label("from_region"), WAREHOUSE.c.city.label("from_city"),
        WAREHOUSE.c.street.label("from_street"), WAREHOUSE.c.phone.label("from_phone"),
        CHANNEL.c.code.label("channel"),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(ORDER, ORDER.c.id == OUTBOUND.c.order_id)
        .join(WAREHOUSE, WAREHOUSE.c.id == OUTBOUND.c.warehouse_id)
        .join(CHANNEL, CHANNEL.c.id == ORDER.c.channel_id)
        .where(OUTBOUND.c.id == letter.payload["outbound_id"])
    )
    if not called_off:
        query = query.where(ORDER.c.status != Status.CANCELLED)
    return next(iter(work.rows(query)), None)


def _goods(work: Work, outbound_id: int) -> tuple[OutboundLine, ...]:
    query = (
        select(LINE.c.line_no, LINE.c.sku, LINE.c.title, OUTBOUND_LINE.c.quantity, LINE.c.price_minor)
        .join(OUTBOUND_LINE, OUTBOUND_LINE.c.order_line_id == LINE.c.id)
        .where(OUTBOUND_LINE.c.outbound_id == outbound_id)
        .order_by(LINE.c.id)
    )
    return tuple(OutboundLine(*row) for row in work.rows(query))


def _sender(found: Any) -> Address:
    return Address(
        name=found.warehouse_name, phone=found.from_phone, province=found.from_region, city=found.from_city,
        street=found.from_street,
    )  # fmt: skip


def _receiver(found: Any) -> Address:
    return Address(**found.receiver)


def _remember(work: Work, letter: Letter, kind: str, our_no: str, their_no: str) -> None:
    ref = {
        "company_id": work.company_id, "connection": letter.connection, "kind": kind, "our_no": our_no,
        "their_no": their_no,
    }  # fmt: skip
    work.session.execute(insert_or_ignore(work.session, REF, ("connection", "kind", "our_no")), [ref])


def _sent(work: Work, letter: Letter, told: Mapping[str, Any]) -> None:
    detail = {"message": letter.kind, "to": letter.connection, **told}
    work.events.add([Happened(letter.of_order, "sent", work.now, detail=detail)])
