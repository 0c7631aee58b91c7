"""An order of our own people that they want no more, before it has left: a transfer, or the other piece of an exchange
(A9)."""

from typing import Any

from sqlalchemy import select

from models.event import Happened
from models.lifecycle import OrderKind, Status, Step
from models.order_book import LINE, ORDER
from models.order_number import order_id_of, order_number
from models.work import Work
from policies.lifecycle import plan_move
from policies.telling import HAS_LEFT
from tasks.call_off import Purpose, called_off, close_cancelled, overtake_changes, stop_outbounds
from tasks.shelf.find import CannotMoveStock

_OWN = (OrderKind.TRANSFER, OrderKind.EXCHANGE)


def own_order_named(work: Work, reference: str) -> Any:
    """The order of our own people whose number that is, locked; ``None`` if it is none of theirs."""
    query = select(ORDER).where(
        ORDER.c.id == order_id_of(reference), ORDER.c.company_id == work.company_id, ORDER.c.kind.in_(_OWN)
    )
    return next(iter(work.rows(query.with_for_update())), None)


def is_on_the_road(order: Any) -> bool:
    """Whether a transfer has left: what is missing of it then is lost. Raises ``CannotMoveStock`` for an exchange that
    has: its customer gets it."""
    if Status(order.status) not in HAS_LEFT:
        return False
    if order.kind == OrderKind.EXCHANGE:
        number = order_number(order.id)
        raise CannotMoveStock(f"{number} has left. What its customer sends back: orderspine stock return {number}")
    return True


def call_off_own(work: Work, order: Any, why: str) -> tuple[int, bool]:
    """Cancel an order that has not left: its pieces, and whether its warehouse is asked to stop first. If so it keeps
    its stock until the warehouse agrees. Raises ``CannotMoveStock``."""
    number, status = order_number(order.id), Status(order.status)
    if status is Status.CANCELLED:
        raise CannotMoveStock(f"{number} is called off already.")
    if status is Status.PICKED:
        raise CannotMoveStock(f"{number} is picked and will leave. When it has arrived, have it sent back.")
    because = called_off(work.run.actor, why)
    overtake_changes(work, [order.id], because)
    asked = order.id in stop_outbounds(work, [order.id], why, Purpose.CALL_OFF, person=work.run.actor)
    if asked:
        work.events.add([Happened(order.id, "noticed", work.now, reasons=(because,))])
    else:
        work.orders.advance([plan_move(order.id, status, [Step(Status.CANCELLED, work.now, (because,))])])
        close_cancelled(work, [order.id], because)
    lines = work.rows(select(LINE.c.quantity).where(LINE.c.order_id == order.id))
    return sum(line.quantity for line in lines), asked
