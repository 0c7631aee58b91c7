"""How a transfer ends: its pieces arrive, some never do, or it is called off before it has left (A9)."""

from typing import Any

from sqlalchemy import select

from models.event import Happened
from models.lifecycle import OrderKind, Status, Step
from models.order_book import LINE, ORDER
from models.order_number import order_id_of, order_number
from models.reasons import Fact, Reason
from models.work import Work
from policies.lifecycle import plan_move, plan_way
from policies.telling import HAS_LEFT
from tasks.call_off import Purpose, called_off, close_cancelled, overtake_changes, stop_outbounds
from tasks.hub import current_rules
from tasks.notices import notice
from tasks.shelf.find import CannotMoveStock


def transfer_named(work: Work, reference: str) -> Any:
    """The transfer whose number that is, locked; ``None`` if it is none of ours."""
    query = select(ORDER).where(
        ORDER.c.id == order_id_of(reference), ORDER.c.company_id == work.company_id, ORDER.c.kind == OrderKind.TRANSFER
    )
    return next(iter(work.rows(query.with_for_update())), None)


def note_arrival(work: Work, reference: str, facts: dict[str, Fact]) -> None:
    """Pieces are on the shelf (``facts``: ``sku``, ``warehouse``, ``quantity``): a transfer keeps that, and with the
    last piece its store has what it ordered. Of goods that are no transfer nothing is noted."""
    if order := transfer_named(work, reference):
        work.events.add([Happened(order.id, "noticed", work.now, reasons=(Reason("transfer-arrived", facts),))])
        _close(work, order)


def note_short(work: Work, order: Any, facts: dict[str, Fact]) -> None:
    """Pieces of a transfer left and never came (``facts`` as above, with ``person`` and ``why``): it keeps that, and
    whoever hears of books that differ is told."""
    short = Reason("transfer-short", facts)
    work.events.add([Happened(order.id, "noticed", work.now, reasons=(short,))])
    if told := current_rules().stock_comparison.told:
        number = order_number(order.id)
        row = notice(told, f"transfer-short:{number}:{facts['sku']}", "transfer-short-title", (short,), number=number)
        work.outbox.add([{**row, "order_id": order.id}])
    _close(work, order)


def call_off_transfer(work: Work, order: Any, why: str) -> tuple[int, bool]:
    """Cancel a transfer that has not left: its pieces, and whether its warehouse is asked to stop first. If so it keeps
    its stock until the warehouse agrees. Raises ``CannotMoveStock``."""
    number, status = order_number(order.id), Status(order.status)
    if status is Status.CANCELLED:
        raise CannotMoveStock(f"{number} is called off already.")
    if status is Status.PICKED:
        raise CannotMoveStock(f"{number} is picked and will leave. When it has arrived, transfer it back.")
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


def has_left(order: Any) -> bool:
    """Whether it is on the road, or was."""
    return Status(order.status) in HAS_LEFT


def _close(work: Work, order: Any) -> None:
    if not work.arrivals.expected(order_number(order.id)):
        move = plan_way(order.id, Status(order.status), Status.COMPLETED, work.now)
        work.orders.advance([move] if move else [])
