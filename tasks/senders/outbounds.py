"""An outbound as partners must know it, read anew each time that a message about it is sent."""

from typing import Any

from sqlalchemy import select

from messages import say
from models.base import table_of
from models.company import Product, SalesChannel, Warehouse
from models.lifecycle import Status
from models.messages import Address, OutboundLine
from models.order_book import LINE, ORDER
from models.shipment import Outbound
from models.shipment import OutboundLine as OutboundLineRow
from models.work import Work
from settings import get_settings
from tasks.senders.letter import Letter

OUTBOUND = table_of(Outbound)
OUTBOUND_LINE = table_of(OutboundLineRow)
PRODUCT = table_of(Product)
WAREHOUSE = table_of(Warehouse)
CHANNEL = table_of(SalesChannel)


def find_outbound_of(work: Work, letter: Letter, *, called_off: bool = False) -> Any:
    """The outbound with its order, warehouse and channel; ``None`` for a cancelled order, unless ``called_off``."""
    columns = (
        OUTBOUND.c.id, OUTBOUND.c.outbound_no, OUTBOUND.c.order_id, OUTBOUND.c.state, OUTBOUND.c.carrier,
        OUTBOUND.c.waybill_no, ORDER.c.kind, ORDER.c.receiver, ORDER.c.placed_at, ORDER.c.currency,
        ORDER.c.amount_minor, ORDER.c.remark, ORDER.c.tags, WAREHOUSE.c.code.label("warehouse"),
        WAREHOUSE.c.name.label("warehouse_name"), WAREHOUSE.c.region.label("from_region"),
        WAREHOUSE.c.city.label("from_city"),
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


def goods_of(work: Work, outbound_id: int) -> tuple[OutboundLine, ...]:
    """What is to be packed: of a kit its components, which cost nothing apart from it."""
    query = (
        select(
            LINE.c.line_no,
            LINE.c.title,
            LINE.c.price_minor,
            LINE.c.product_id.label("ordered"),
            PRODUCT.c.id,
            PRODUCT.c.sku,
            PRODUCT.c.title.label("component"),
            OUTBOUND_LINE.c.quantity,
        )
        .join(OUTBOUND_LINE, OUTBOUND_LINE.c.order_line_id == LINE.c.id)
        .join(PRODUCT, PRODUCT.c.id == OUTBOUND_LINE.c.product_id)
        .where(OUTBOUND_LINE.c.outbound_id == outbound_id)
        .order_by(LINE.c.id, OUTBOUND_LINE.c.id)
    )
    return tuple(_goods(row) for row in work.rows(query))


def _goods(row: Any) -> OutboundLine:
    if row.id == row.ordered:
        return OutboundLine(row.line_no, row.sku, row.title, row.quantity, row.price_minor)
    return OutboundLine(f"{row.line_no}-{row.sku}", row.sku, row.component, row.quantity, 0)


def remark_of(found: Any) -> str:
    """What the people who pack must see: the order's tags in the company's language, then what was remarked."""
    locale = get_settings().locale
    return " ".join(filter(None, (*(say("tag-in-remark", locale, tag=tag) for tag in found.tags), found.remark)))


def sender_of(found: Any) -> Address:
    return Address(
        name=found.warehouse_name, phone=found.from_phone, province=found.from_region, city=found.from_city,
        street=found.from_street,
    )  # fmt: skip


def receiver_of(found: Any) -> Address:
    return Address(**found.receiver)
