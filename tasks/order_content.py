"""The content of an order as rows: read as a value, kept when a new version replaces it, written anew (B8)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update

from models.base import table_of
from models.company import Product
from models.content import LineContent, OrderContent
from models.lifecycle import LineKind
from models.many import among
from models.messages import Address
from models.order_book import LINE, ORDER, VERSION
from models.work import Work

PRODUCT = table_of(Product)


def known_products(work: Work, skus: set[str]) -> dict[str, int]:
    """The product ids of those SKUs that the company has."""
    query = select(PRODUCT.c.sku, PRODUCT.c.id).where(PRODUCT.c.company_id == work.company_id)
    return dict(work.rows(query.where(among(PRODUCT.c.sku, skus))))


def line_row(line: Any, order_id: int, products: Mapping[str, int], refused: bool = False) -> dict[str, Any]:
    """The stored form of a line, as a channel or a change states it."""
    return {
        "order_id": order_id,
        "line_no": line.line_no,
        "kind": line.kind,
        "state": "refused" if refused else "good",
        "sku": line.sku,
        "product_id": products.get(line.sku),
        "title": line.title,
        "unit": getattr(line, "unit", ""),
        "quantity": line.quantity or 0,
        "price_minor": line.price_minor or 0,
        "amount_minor": line.amount_minor or 0,
        "freight_minor": line.freight_minor,
    }


def content_of(work: Work, order: Any) -> OrderContent:
    """What an order is now, by its row; its good lines only."""
    lines = work.orders.lines_of([order.id])[order.id]
    return OrderContent(
        order.currency,
        order.amount_minor,
        order.freight_minor,
        order.promised_on,
        order.urgent,
        order.remark,
        Address(**order.receiver),
        tuple(
            LineContent(
                row.line_no, row.sku, row.quantity, row.price_minor, row.amount_minor, row.title, LineKind(row.kind),
                row.unit, row.freight_minor,
            )
            for row in lines
        ),
    )  # fmt: skip


def columns_of(content: OrderContent) -> dict[str, Any]:
    """What of the content stands in the order's own row."""
    return {
        "currency": content.currency,
        "amount_minor": content.amount_minor,
        "freight_minor": content.freight_minor,
        "promised_on": content.promised_on,
        "urgent": content.urgent,
        "remark": content.remark,
        "region": content.receiver.region,
        "receiver": content.receiver.to_json(),
    }


def keep_version(work: Work, order_id: int) -> None:
    """Write down what the order is in the version that is about to be replaced, so that it stays readable."""
    order = work.rows(select(ORDER).where(ORDER.c.id == order_id))[0]
    content = content_of(work, order).to_json()
    of_version = (VERSION.c.order_id == order_id, VERSION.c.version == order.version)
    kept = work.session.execute(update(VERSION).where(*of_version).values(content=content).returning(VERSION.c.id))
    if not kept.all():
        row = {"order_id": order_id, "version": order.version, "stated_at": order.stated_at, "content": content}
        work.session.execute(insert(VERSION), row)


def write_lines(work: Work, order_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make these the order's lines. One that is not among them is dropped; one that stays keeps its id."""
    of_order = LINE.c.order_id == order_id
    present = {row.line_no for row in work.rows(select(LINE.c.line_no).where(of_order))}
    gone = present - {row["line_no"] for row in rows}
    work.session.execute(update(LINE).where(of_order, among(LINE.c.line_no, gone)).values(state="dropped"))
    for row in rows:
        if row["line_no"] in present:
            work.session.execute(update(LINE).where(of_order, LINE.c.line_no == row["line_no"]).values(**row))
    work.orders.add_lines([row for row in rows if row["line_no"] not in present])


def goes_in_parts(work: Work, order: Any) -> bool:
    """Whether a part of the order was split off, or the order is such a part."""
    if "/" in order.channel_order_no and order.amount_minor == 0:
        return True
    part = (
        ORDER.c.channel_id == order.channel_id,
        ORDER.c.channel_order_no.startswith(f"{order.channel_order_no}/", autoescape=True),
    )
    return bool(work.session.execute(select(func.count()).select_from(ORDER).where(*part)).scalar_one())
