"""What warehouses say that they shipped: parcels, stock out, and word to channel and customer (C1, C3, C4). What they
say of outbounds before that, of their stock and of returns is handed on to ``tasks.book_progress``,
``tasks.book_stock_reports`` and ``tasks.book_returns``."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import insert, select, update

from integrations.errors import Rejected
from integrations.ports import ReportsStock, TakesOutboundsTogether, TakesReturns, Warehouse
from models.base import insert_or_ignore, table_of
from models.check_code import check_code
from models.company import Product, SalesChannel
from models.external_ref import ExternalRef
from models.inbox import INBOX
from models.lifecycle import HoldKind, OrderKind, Status
from models.many import among
from models.messages import OutboundConfirmed, OutboundProgress, PackedParcel, RawMessage
from models.order_book import Stop
from models.order_number import order_number
from models.outbox import Owed
from models.reasons import Reason
from models.shipment import Outbound, OutboundLine, Parcel, Shipment
from models.work import Work
from policies.customers import Word
from policies.lifecycle import plan_way
from policies.rules import Rules
from policies.shipping import judge_confirmation
from policies.telling import Listener, Standing, who_hears
from tasks.book_progress import book_answers, find_outbound, follow
from tasks.book_returns import book_return
from tasks.book_stock_reports import book_stock_report
from tasks.connections import connections, partner
from tasks.hub import Batch, hub_task, tell, unit_of_work
from tasks.quarantine import refuse_message
from tasks.receivables import owe_receivable
from tasks.shelf.transfers import expect_transfer
from tasks.subscriptions import subscribe
from tasks.tell_customers import tell_customers
from tasks.telling import tell_of

OUTBOUND = table_of(Outbound)
OUTBOUND_LINE = table_of(OutboundLine)
SHIPMENT = table_of(Shipment)
PARCEL = table_of(Parcel)
CHANNEL = table_of(SalesChannel)
PRODUCT = table_of(Product)
REF = table_of(ExternalRef)


@dataclass(frozen=True, slots=True)
class Booked:
    """How many confirmations were booked, reports of progress followed, reports of stock booked; how many were repeats,
    or were refused."""

    shipped: int
    followed: int
    moved: int
    repeated: int
    refused: int


@hub_task
async def book_confirmations(batch: Batch, rules: Rules) -> Booked:
    """Book a claimed batch of warehouse confirmations, each in its own transaction; a repeat changes nothing."""
    with unit_of_work() as work:
        query = select(INBOX).where(among(INBOX.c.id, batch.ids), INBOX.c.state == "waiting").order_by(INBOX.c.id)
        messages = work.rows(query)
    counts = {"shipped": 0, "followed": 0, "moved": 0, "repeated": 0, "refused": 0}
    for source in sorted({message.source for message in messages}):
        async with partner(source) as warehouse:
            for message in messages:
                if message.source == source:
                    counts[_book(message, warehouse, rules)] += 1
    told = "%(shipped)d confirmations booked, %(followed)d followed, %(moved)d of stock"
    tell(f"{told}, %(repeated)d repeats, %(refused)d refused", counts)
    return Booked(**counts)


def _book(message: Any, warehouse: Warehouse, rules: Rules) -> str:
    raw = RawMessage(message.message_key, message.body, message.occurred_at)
    try:
        if isinstance(warehouse, ReportsStock) and (report := warehouse.read_stock_report(raw)):
            return book_stock_report(message, report)
        if isinstance(warehouse, TakesOutboundsTogether) and (answers := warehouse.read_answers(raw)):
            return book_answers(message, answers)
        if isinstance(warehouse, TakesReturns) and (arrived := warehouse.read_return(raw)):
            return book_return(message, arrived)
        confirmed = warehouse.read_confirmation(raw)
    except Rejected as error:
        with unit_of_work() as work:
            refuse_message(work, message, [Reason("message-unreadable", {"why": error.message})], {})
        return "refused"
    return _book_confirmation(message, confirmed, rules)


def _book_confirmation(message: Any, confirmed: OutboundConfirmed | OutboundProgress, rules: Rules) -> str:
    with unit_of_work() as work:
        outbound = find_outbound(work, confirmed.outbound_no)
        if outbound is None:
            refuse_message(work, message, [Reason("outbound-unknown", {"outbound": confirmed.outbound_no})], {})
            return "refused"
        called_off = Status(outbound.status) is Status.CANCELLED or outbound.state == "cancelled"
        if isinstance(confirmed, OutboundProgress):
            return follow(work, message, outbound, confirmed)
        trouble = judge_confirmation(
            confirmed,
            _planned(work, outbound.id),
            called_off=called_off,
            check_code=check_code(outbound.outbound_no),
            waybills_of_others=_waybills_of_others(work, outbound, confirmed),
        )
        if trouble:
            work.orders.hold([Stop(outbound.order_id, HoldKind.DATA, (trouble,))])
            if trouble.code == "shipped-though-cancelled":
                # The parcel is on its way: the waybill is used, and what the ERP says of the goods is for a person.
                work.outbox.withdraw([outbound.order_id], [Owed.CANCEL_WAYBILL, Owed.CANCEL_ERP_ORDER])
            refuse_message(work, message, [trouble], asdict(confirmed), outbound.order_id)
            return "refused"
        work.inbox.finish([message.id])
        if outbound.state == "shipped":
            return "repeated"
        _ship(work, outbound, confirmed, rules)
        return "shipped"


def _planned(work: Work, outbound_id: int) -> dict[str, int]:
    query = select(PRODUCT.c.sku, OUTBOUND_LINE.c.quantity).join(PRODUCT, PRODUCT.c.id == OUTBOUND_LINE.c.product_id)
    planned: dict[str, int] = {}
    for sku, quantity in work.rows(query.where(OUTBOUND_LINE.c.outbound_id == outbound_id)):
        planned[sku] = planned.get(sku, 0) + quantity
    return planned


def _waybills_of_others(work: Work, outbound: Any, confirmed: OutboundConfirmed) -> dict[str, str]:
    """Which of these parcels' waybills were booked for other outbounds of ours, and for which."""
    booked = (REF.c.company_id == work.company_id, REF.c.connection == outbound.carrier, REF.c.kind == "waybill")
    here = among(REF.c.their_no, [parcel.waybill_no for parcel in confirmed.parcels])
    others = select(REF.c.their_no, REF.c.our_no).where(*booked, here, REF.c.our_no != outbound.outbound_no)
    return dict(map(tuple, work.rows(others)))


def _ship(work: Work, outbound: Any, confirmed: OutboundConfirmed, rules: Rules) -> None:
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
    subscribe(work, shipment_id, rules.tracking)
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
    tell_of(work, [outbound.order_id])
    owe_receivable(work, outbound)
    if Listener.CHANNEL in who_hears(Standing(OrderKind(outbound.kind), None, just_shipped=True)):
        work.outbox.add([_write_back(outbound, confirmed, parcel) for parcel in confirmed.parcels])
    tell_customers(work, [Word(outbound.order_id, confirmed.parcels[0].waybill_no, "shipped", at)], rules)


def _write_back(outbound: Any, confirmed: OutboundConfirmed, parcel: PackedParcel) -> dict[str, Any]:
    return {
        "kind": Owed.CHANNEL_SHIPMENT,
        "order_id": outbound.order_id,
        "connection": outbound.channel,
        "idempotency_key": f"channel-shipment:{order_number(outbound.order_id)}:{parcel.waybill_no}",
        "payload": {
            "order_no": outbound.channel_order_no, "carrier": parcel.carrier, "waybill_no": parcel.waybill_no,
            "shipped_at": confirmed.confirmed_at.isoformat(),
        },
    }  # fmt: skip
