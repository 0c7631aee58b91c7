"""How a transfer ends: its pieces arrive, or some never do (A9)."""

from typing import Any

from sqlalchemy import select

from models.event import Happened
from models.lifecycle import HoldKind, OrderKind, Status
from models.order_book import HOLD, ORDER
from models.order_number import order_id_of, order_number
from models.reasons import Fact, Reason
from models.work import Work
from policies.lifecycle import plan_way
from tasks.call_off import TOO_LATE
from tasks.hub import current_rules
from tasks.notices import notice


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


def _close(work: Work, order: Any) -> None:
    number = order_number(order.id)
    if work.arrivals.expected(number):
        return
    move = plan_way(order.id, Status(order.status), Status.COMPLETED, work.now)
    work.orders.advance([move] if move else [])
    held = select(HOLD.c.reasons).where(
        HOLD.c.order_id == order.id, HOLD.c.kind == HoldKind.DATA, HOLD.c.closed_at.is_(None)
    )
    if any(reason["code"] == TOO_LATE for row in work.rows(held) for reason in row.reasons):
        work.orders.unhold([order.id], HoldKind.DATA, work.run.actor, (Reason("arrived-though-called-off"),))
