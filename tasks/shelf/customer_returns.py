"""Goods that are to come back: the warehouse that shipped them is told what to expect (E5)."""

from typing import Any, cast

from sqlalchemy import func, select

from integrations.ports import TakesReturns
from integrations.registry import PARTNERS
from models.base import table_of
from models.bulk import insert_rows
from models.customer_return import CUSTOMER_RETURN
from models.event import Happened
from models.order_book import ORDER
from models.order_number import order_id_of
from models.outbox import Owed
from models.reasons import Reason
from models.shipment import Outbound, OutboundLine
from models.work import Work
from policies.telling import HAS_LEFT
from tasks.connections import connections
from tasks.hub import unit_of_work
from tasks.masters import WAREHOUSE
from tasks.shelf.again import again_if_moved
from tasks.shelf.find import CannotMoveStock, above_zero, product_named

OUTBOUND = table_of(Outbound)
OUTBOUND_LINE = table_of(OutboundLine)


@again_if_moved
def announce_return(number: str, sku: str, quantity: int, why: str, by: str, waybill_no: str = "") -> str:
    """Tell the warehouse that pieces of an order that has left come back; the number of the return.

    What arrives is booked by the warehouse's word, and what the customer owes for it is taken away. Raises
    ``CannotMoveStock``.
    """
    above_zero(quantity)
    with unit_of_work(by) as work:
        order = order_that_left(work, number)
        return_no = expect_back(work, order, sku, quantity, why, waybill_no=waybill_no)
        if return_no is None:
            raise CannotMoveStock(
                f"No warehouse that sent {sku} for {number} can be told of it. When it is back: "
                f"orderspine stock return {sku} {quantity} --warehouse … --reference {number}"
            )
        return return_no


def order_that_left(work: Work, number: str) -> Any:
    """An order by our number, locked. Raises ``CannotMoveStock`` if there is none, or it has not left."""
    query = select(ORDER).where(ORDER.c.company_id == work.company_id, ORDER.c.id == order_id_of(number))
    order = next(iter(work.rows(query.with_for_update())), None)
    if order is None:
        raise CannotMoveStock(f"There is no order {number}.")
    if order.status not in HAS_LEFT:
        raise CannotMoveStock(f"{number} has not left yet: change it, nothing of it can come back.")
    return order


def expect_back(
    work: Work, order: Any, sku: str, quantity: int, why: str, *, exchange: bool = False, waybill_no: str = ""
) -> str | None:
    """Owe the warehouse the announcement; the number of the return, ``None`` if no warehouse that sent the SKU takes
    one. Raises ``CannotMoveStock`` if fewer pieces were sent than are to come back."""
    product_id = product_named(work, sku)
    sent = _sent(work, order.id, product_id)
    if sent is None or not _takes_returns(sent.warehouse):
        return None
    mine = CUSTOMER_RETURN.c.order_id == order.id
    count, before = work.rows(
        select(
            func.count(),
            func.coalesce(func.sum(CUSTOMER_RETURN.c.quantity).filter(CUSTOMER_RETURN.c.product_id == product_id), 0),
        ).where(mine)
    )[0]
    if before + quantity > sent.pieces:
        raise CannotMoveStock(f"{sent.pieces} of {sku} were sent, and {before} are to come back already.")
    return_no = f"RT{order.id:010d}-{count + 1}"
    row = {
        "company_id": work.company_id, "return_no": return_no, "order_id": order.id, "outbound_id": sent.id,
        "product_id": product_id, "quantity": quantity, "arrived": 0, "exchange": exchange, "why": why,
        "waybill_no": waybill_no, "announced_at": work.now,
    }  # fmt: skip
    insert_rows(work.session, CUSTOMER_RETURN, [row])
    letter = {
        "kind": Owed.RETURN, "order_id": order.id, "connection": sent.warehouse,
        "idempotency_key": f"return:{return_no}", "payload": {"return_no": return_no},
    }  # fmt: skip
    work.outbox.add([letter])
    because = (Reason("return-announced", {"sku": sku, "quantity": quantity, "return": return_no, "why": why}),)
    work.events.add([Happened(order.id, "noticed", work.now, reasons=because)])
    return return_no


def _sent(work: Work, order_id: int, product_id: int) -> Any:
    """The outbound that took the product away, with its warehouse and how many pieces it had."""
    query = (
        select(OUTBOUND.c.id, WAREHOUSE.c.code.label("warehouse"), func.sum(OUTBOUND_LINE.c.shipped).label("pieces"))
        .join(WAREHOUSE, WAREHOUSE.c.id == OUTBOUND.c.warehouse_id)
        .join(OUTBOUND_LINE, OUTBOUND_LINE.c.outbound_id == OUTBOUND.c.id)
        .where(OUTBOUND.c.order_id == order_id, OUTBOUND.c.state == "shipped")
        .where(OUTBOUND_LINE.c.product_id == product_id)
        .group_by(OUTBOUND.c.id, WAREHOUSE.c.code)
    )
    return next(iter(work.rows(query.order_by(OUTBOUND.c.id.desc()))), None)


def _takes_returns(warehouse: str) -> bool:
    partner = next((each.partner for each in connections().warehouse if each.code == warehouse), "")
    entry = PARTNERS.get(partner)
    return entry is not None and issubclass(cast(type, entry.maker), TakesReturns)
