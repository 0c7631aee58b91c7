"""What warehouses say that they shipped: parcels, stock out, and word to channel and customer (C1, C3, C4)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import insert, select, update

from integrations.errors import Rejected
from integrations.ports import Warehouse
from messages import say
from models.base import insert_or_ignore, table_of
from models.company import Product, SalesChannel
from models.inbox import INBOX
from models.lifecycle import HoldKind, OrderKind, Status
from models.messages import OutboundConfirmed, RawMessage
from models.order import order_number
from models.order_book import ORDER, Stop
from models.outbox import Owed
from models.reasons import Reason
from models.shipment import Outbound, OutboundLine, Parcel, Shipment
from models.work import Work
from policies.lifecycle import plan_way
from policies.shipping import judge_confirmation
from settings import get_settings
from tasks.connections import connections, partner
from tasks.hub import Batch, hub_task, tell, unit_of_work
from tasks.quarantine import Refusal, refuse
from tasks.shelf.transfers import expect_transfer
from tasks.supplements import original_number

OUTBOUND = table_of(Outbound)
OUTBOUND_LINE = table_of(OutboundLine)
SHIPMENT = table_of(Shipment)
PARCEL = table_of(Parcel)
CHANNEL = table_of(SalesChannel)
PRODUCT = table_of(Product)


@dataclass(frozen=True, slots=True)
class Booked:
    """How many confirmations were booked, were repeats, or were refused."""

    shipped: int
    repeated: int
    refused: int


@hub_task
async def book_confirmations(batch: Batch) -> Booked:
    """Book a claimed batch of warehouse confirmations, each in its own transaction; a repeat changes nothing."""
    with unit_of_work() as work:
        query = select(INBOX).where(INBOX.c.id.in_(batch.ids), INBOX.c.state == "waiting").order_by(INBOX.c.id)
        messages = work.rows(query)
    counts = {"shipped": 0, "repeated": 0, "refused": 0}
    for source in sorted({message.source for message in messages}):
        async with partner(source) as warehouse:
            for message in messages:
                if message.source == source:
                    counts[_book(message, warehouse)] += 1
    tell("%(shipped)d confirmations booked, %(repeated)d repeats, %(refused)d refused", counts)
    return Booked(**counts)


def _book(message: Any, warehouse: Warehouse) -> str:
    with unit_of_work() as work:
        try:
            confirmed = warehouse.read_confirmation(RawMessage(message.message_key, message.body, message.occurred_at))
        except Rejected as error:
            return _refuse(work, message, Reason("message-unreadable", {"why": error.message}), {})
        outbound = _find(work, confirmed.outbound_no)
        if outbound is None:
            return _refuse(work, message, Reason("outbound-unknown", {"outbound": confirmed.outbound_no}), {})
        called_off = Status(outbound.status) is Status.CANCELLED or outbound.state == "cancelled"
        trouble = judge_confirmation(confirmed, _planned(work, outbound.id), called_off=called_off)
        if trouble:
            work.orders.hold([Stop(outbound.order_id, HoldKind.DATA, (trouble,))])
            if called_off:
                # The parcel is on its way: the waybill is used, and what the ERP says of the goods is for a person.
                work.outbox.withdraw([outbound.order_id], [Owed.CANCEL_WAYBILL, Owed.CANCEL_ERP_ORDER])
            return _refuse(work, message, trouble, asdict(confirmed), outbound.order_id)
        work.inbox.finish([message.id])
        if outbound.state == "shipped":
            return "repeated"
        _ship(work, outbound, confirmed)
        return "shipped"


def _refuse(work: Work, message: Any, reason: Reason, content: Mapping[str, Any], order_id: int | None = None) -> str:
    told = {key: value for key, value in content.items() if isinstance(value, str | int | bool)}
    refusal = Refusal(message.source, "message", message.message_key, told, (reason,), order_id, message.id)
    refuse(work, [refusal])
    work.inbox.finish([message.id], "refused")
    return "refused"


def _find(work: Work, outbound_no: str) -> Any:
    columns = (
        *OUTBOUND.c, ORDER.c.status, ORDER.c.channel_order_no, ORDER.c.receiver, ORDER.c.kind, ORDER.c.promised_on,
        ORDER.c.destination_id,
        CHANNEL.c.code.label("channel"), CHANNEL.c.fulfilment,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(ORDER, ORDER.c.id == OUTBOUND.c.order_id)
        .join(CHANNEL, CHANNEL.c.id == ORDER.c.channel_id)
        .where(OUTBOUND.c.outbound_no == outbound_no, ORDER.c.company_id == work.company_id)
        .with_for_update(of=(ORDER, OUTBOUND))  # in this order, as the relay does
    )
    return next(iter(work.rows(query)), None)


def _planned(work: Work, outbound_id: int) -> dict[str, int]:
    query = select(PRODUCT.c.sku, OUTBOUND_LINE.c.quantity).join(PRODUCT, PRODUCT.c.id == OUTBOUND_LINE.c.product_id)
    planned: dict[str, int] = {}
    for sku, quantity in work.rows(query.where(OUTBOUND_LINE.c.outbound_id == outbound_id)):
        planned[sku] = planned.get(sku, 0) + quantity
    return planned


def _ship(work: Work, outbound: Any, confirmed: OutboundConfirmed) -> None:
    """The goods have left: everything that follows from it, at once."""
    at = confirmed.confirmed_at
    shipment = {"outbound_id": outbound.id, "message_id": confirmed.message_id, "shipped_at": at}
    shipment_id = work.session.execute(insert(SHIPMENT).returning(SHIPMENT.c.id), shipment).scalar_one()
    connected = connections()
    work.session.execute(
        insert_or_ignore(work.session, PARCEL, ("carrier", "waybill_no")),
        [
            {
                "order_id": outbound.order_id,
                "shipment_id": shipment_id,
                "carrier": connected.carrier_of(outbound.carrier, parcel.carrier),
                "waybill_no": parcel.waybill_no,
                "contents": dict(parcel.contents),
                "weight_grams": parcel.weight_grams,
                "shipped_at": at,
                "next_look_at": at,
            }
            for parcel in confirmed.parcels
        ],
    )
    work.session.execute(update(OUTBOUND).where(OUTBOUND.c.id == outbound.id).values(state="shipped"))
    shipped = update(OUTBOUND_LINE).where(OUTBOUND_LINE.c.outbound_id == outbound.id)
    work.session.execute(shipped.values(shipped=OUTBOUND_LINE.c.quantity))
    gone = work.stock.consume([outbound.order_id], at)
    move = plan_way(outbound.order_id, Status(outbound.status), Status.SHIPPED, at)
    if move:
        waybills = [parcel.waybill_no for parcel in confirmed.parcels]
        work.orders.advance([move], detail={outbound.order_id: {"waybills": waybills}})
    if outbound.kind == OrderKind.TRANSFER:
        expect_transfer(work, outbound, gone, at)
    else:
        _tell(work, outbound, confirmed)


def _tell(work: Work, outbound: Any, confirmed: OutboundConfirmed) -> None:
    """Owe the channel its write-back and the customer a word."""
    number = order_number(outbound.order_id)
    owed = []
    # The channel has written off what it sold; the piece that replaces it is not its business.
    for parcel in confirmed.parcels if outbound.kind != OrderKind.EXCHANGE else ():
        payload = {
            "order_no": outbound.channel_order_no, "carrier": parcel.carrier, "waybill_no": parcel.waybill_no,
            "shipped_at": confirmed.confirmed_at.isoformat(),
        }  # fmt: skip
        key = f"channel-shipment:{number}:{parcel.waybill_no}"
        owed.append({"kind": Owed.CHANNEL_SHIPMENT, "payload": payload, "idempotency_key": key})
    language = "zh" if connections().company.zone == "Asia/Shanghai" else get_settings().locale
    first = confirmed.parcels[0]
    theirs = (
        original_number(outbound.channel_order_no) if outbound.kind == OrderKind.EXCHANGE else outbound.channel_order_no
    )
    text = say("customer-shipped", language, number=theirs, waybill=first.waybill_no)
    payload = {"order_no": theirs, "text": text}
    owed.append({"kind": Owed.CUSTOMER_MESSAGE, "payload": payload, "idempotency_key": f"customer-shipped:{number}"})
    work.outbox.add([{"order_id": outbound.order_id, "connection": outbound.channel, **row} for row in owed])
