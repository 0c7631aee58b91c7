"""Another piece for one that comes back: an order of its own, bound to the one that it mends (A9, E5)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from models.event import Happened
from models.lifecycle import LineKind, OrderKind, Status
from models.order_book import LINE, ORDER
from models.order_number import order_number
from models.reasons import Reason
from models.work import Work
from tasks.hub import unit_of_work
from tasks.shelf.again import again_if_moved
from tasks.shelf.customer_returns import expect_back, order_that_left
from tasks.shelf.find import CannotMoveStock, above_zero, product_named
from tasks.supplements import add_supplement


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The order of the other piece, and the return that its warehouse was told of; empty if it takes no such word."""

    number: str
    return_no: str


@again_if_moved
def exchange(number: str, sku: str, quantity: int, why: str, by: str, instead: str = "") -> Exchanged:
    """Order a replacement for pieces of an order that has left.

    ``instead`` is another SKU to send. The next ``fulfil-orders`` reserves it. The piece that comes back is announced
    to the warehouse that sent it, whose word books it; where that is not possible it goes into quarantine when it is
    there (``orderspine stock return``). Raises ``CannotMoveStock``.
    """
    above_zero(quantity)
    with unit_of_work(by) as work:
        order = order_that_left(work, number)
        line = _line(work, order, sku)
        before = _exchanged(work, order, sku)
        if before + quantity > line.quantity:
            raise CannotMoveStock(f"{number} had {line.quantity} of {sku}, and {before} are exchanged already.")
        sent = instead or sku
        product_id = product_named(work, sent)
        reason = Reason("exchanged", {"sku": sku, "quantity": quantity, "why": why})
        place = 1 + _count(work, order)
        new_id = add_supplement(work, order, f"X{place}", (reason,), OrderKind.EXCHANGE)
        row = {
            "order_id": new_id, "line_no": sku, "kind": LineKind.GOODS, "state": "good", "sku": sent,
            "product_id": product_id, "title": line.title, "unit": line.unit if sent == sku else "",
            "quantity": quantity,
        }  # fmt: skip
        work.orders.add_lines([row])
        detail = {"exchange": order_number(new_id)}
        work.events.add([Happened(order.id, "noticed", work.now, reasons=(reason,), detail=detail)])
        return_no = expect_back(work, order, sku, quantity, why, exchange=True)
        return Exchanged(order_number(new_id), return_no or "")


def _line(work: Work, order: Any, sku: str) -> Any:
    lines = work.orders.lines_of([order.id], goods_only=True)[order.id]
    fitting = [line for line in lines if line.sku == sku]
    if not fitting:
        raise CannotMoveStock(f"The order has no {sku}; it has: {', '.join(sorted({line.sku for line in lines}))}.")
    return fitting[0]


def _exchanges(order: Any) -> Any:
    theirs = ORDER.c.channel_order_no.like(f"{order.channel_order_no}/X%")
    return (ORDER.c.channel_id == order.channel_id, ORDER.c.kind == OrderKind.EXCHANGE, theirs)


def _count(work: Work, order: Any) -> int:
    return int(work.session.execute(select(func.count()).select_from(ORDER).where(*_exchanges(order))).scalar_one())


def _exchanged(work: Work, order: Any, sku: str) -> int:
    """How many pieces of that SKU were exchanged before, cancelled exchanges apart; the line's number names it."""
    query = select(func.sum(LINE.c.quantity)).join(ORDER, ORDER.c.id == LINE.c.order_id)
    wanted = (*_exchanges(order), LINE.c.line_no == sku, ORDER.c.status != Status.CANCELLED)
    return int(work.session.execute(query.where(*wanted)).scalar() or 0)
