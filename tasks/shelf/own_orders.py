"""Orders that our own people raise: they have a channel of their own, which nobody reports to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.bulk import insert_missing
from models.event import Happened
from models.lifecycle import LineKind, OrderKind, Status
from models.many import among
from models.messages import Address
from models.order_book import ORDER
from models.work import Work
from tasks.masters import CHANNEL, PRODUCT
from tasks.reservation_facts import CUSTOMER

OWN = "own"
"""Code of the channel; ``connections.toml`` does not name it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an own order; prices in minor units, for one piece."""

    sku: str
    product_id: int
    quantity: int
    price_minor: int = 0


def own_order(work: Work, number: str, customer: str, items: Sequence[Item], **terms: Any) -> tuple[int, bool]:
    """The id of the order with that number, and whether it is new; ``terms`` are columns that it has besides."""
    channel_id = _channel(work)
    same = (ORDER.c.channel_id == channel_id, ORDER.c.channel_order_no == number)
    known = work.session.execute(select(ORDER.c.id).where(*same)).scalar()
    if known is not None:
        return int(known), False
    amount = sum(item.quantity * item.price_minor for item in items)
    row = {
        "company_id": work.company_id, "channel_id": channel_id, "channel_order_no": number, "kind": OrderKind.SALE,
        "status": Status.RECEIVED, "version": 1, "customer_id": _customer(work, customer), "currency": "CNY",
        "amount_minor": amount, "paid": True, "placed_at": work.now, "stated_at": work.now,
        "receiver": Address().to_json(), **terms,
    }  # fmt: skip
    [order_id] = work.orders.add([row])
    work.orders.add_lines(_lines(work, order_id, items))
    detail = {"channel": OWN, "number": number, "route": "hand"}
    work.events.add([Happened(order_id, "received", work.now, detail=detail)], new_orders=True)
    return order_id, True


def _lines(work: Work, order_id: int, items: Sequence[Item]) -> list[Mapping[str, Any]]:
    query = select(PRODUCT.c.id, PRODUCT.c.title).where(among(PRODUCT.c.id, [item.product_id for item in items]))
    titles = dict(work.rows(query))
    return [
        {
            "order_id": order_id, "line_no": str(place), "kind": LineKind.GOODS, "state": "good", "sku": item.sku,
            "product_id": item.product_id, "title": titles[item.product_id], "quantity": item.quantity,
            "price_minor": item.price_minor, "amount_minor": item.quantity * item.price_minor,
        }
        for place, item in enumerate(items, start=1)
    ]  # fmt: skip


def _channel(work: Work) -> int:
    row = {"company_id": work.company_id, "code": OWN, "partner": OWN, "fulfilment": "hub"}
    insert_missing(work.session, CHANNEL, [row], ("company_id", "code"))
    query = select(CHANNEL.c.id).where(CHANNEL.c.company_id == work.company_id, CHANNEL.c.code == OWN)
    return int(work.session.execute(query).scalar_one())


def _customer(work: Work, code: str) -> int:
    row = {"company_id": work.company_id, "code": f"{OWN}:{code}", "name": code, "grade": "", "risk": "normal"}
    insert_missing(work.session, CUSTOMER, [row], ("company_id", "code"))
    query = select(CUSTOMER.c.id).where(CUSTOMER.c.company_id == work.company_id, CUSTOMER.c.code == row["code"])
    return int(work.session.execute(query).scalar_one())
