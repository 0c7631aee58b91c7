"""Reality wins: bring orders to where their channel says that they are, and stock with them (A4, invariant 1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from models.base import table_of
from models.company import Warehouse
from models.lifecycle import HoldKind, LineKind, Move, Status
from models.many import among
from models.messages import Reported
from models.order_book import LINE, ORDER, Stop
from models.reasons import Reason
from models.stock import RESERVATION, Cause
from models.stock_book import Take
from models.work import Work
from policies.lifecycle import is_further, plan_following
from tasks.call_off import close_cancelled, overtake_changes, stop_outbounds
from tasks.hub import Batch, hub_task, tell, unit_of_work
from tasks.telling import tell_of

WAREHOUSE = table_of(Warehouse)
_LEFT_THE_HOUSE = (Status.SHIPPED, Status.DELIVERED, Status.COMPLETED)
_ANSWERED = (HoldKind.STOCK, HoldKind.CREDIT, HoldKind.PAYMENT, HoldKind.RISK)


@dataclass(frozen=True, slots=True)
class Followed:
    """How many reports were followed: orders moved on, cancelled, and left because they were there already."""

    moved: int
    cancelled: int
    there_already: int


@hub_task
async def follow_channel(batch: Batch) -> Followed:
    """Follow what channels reported of a claimed batch of orders; running it again changes nothing.

    Goods that left although none were reserved are booked in as found, with that reason, and out as shipped: the
    books show the discrepancy instead of hiding it.
    """
    with unit_of_work() as work:
        query = select(ORDER).where(among(ORDER.c.id, batch.ids), ORDER.c.reported_status.is_not(None))
        orders = work.rows(query.order_by(ORDER.c.id).with_for_update())
        moves = [move for order in orders if (move := _plan(order, work.now))]
        ahead = [move for move in moves if _end(move) is not Status.CANCELLED]
        off = _call_off(work, [move for move in moves if _end(move) is Status.CANCELLED])
        _let_go(work, ahead)
        work.orders.advance([*ahead, *off])
        tell_of(work, [move.order_id for move in ahead])
        picked = [order for order in orders if Status(order.status) is Status.PICKED]
        _too_late(work, [order.id for order in picked if _report(order).status is Status.CANCELLED])
        told_to_wait = [(order.id, _report(order).hold) for order in orders if _report(order).hold]
        work.orders.hold([Stop(order_id, HoldKind.STOCK, (Reason(code),)) for order_id, code in told_to_wait])
        done = {"reported_status": None, "reported": None, "leased_by": None, "leased_until": None}
        work.session.execute(update(ORDER).where(among(ORDER.c.id, [order.id for order in orders])).values(**done))
    result = Followed(moved=len(ahead), cancelled=len(off), there_already=len(orders) - len(moves))
    tell("%d followed, %d cancelled, %d were there already", result.moved, result.cancelled, result.there_already)
    return result


def _report(order: Any) -> Reported:
    told = order.reported or {}
    times = {
        name: datetime.fromisoformat(told[name]) for name in ("paid_at", "shipped_at", "delivered_at") if name in told
    }
    return Reported(Status(order.reported_status), **times, hold=told.get("hold", ""))


def _end(move: Move) -> Status:
    return move.steps[-1].to


def _plan(order: Any, now: datetime) -> Move | None:
    return plan_following(order.id, Status(order.status), _report(order), now)


def _too_late(work: Work, order_ids: Sequence[int]) -> None:
    """What a warehouse has picked it does not put back: a person talks to the customer."""
    work.orders.hold([Stop(order_id, HoldKind.DATA, (Reason("cancelled-too-late"),)) for order_id in order_ids])


def _call_off(work: Work, moves: Sequence[Move]) -> list[Move]:
    """Nothing more goes out for these orders. Returns the moves that can be made at once: an order that a warehouse
    has on its list is cancelled when the warehouse agrees to stop, and keeps its stock until then."""
    ids = [move.order_id for move in moves]
    overtake_changes(work, ids, Reason("cancelled-by-channel"))
    asked = stop_outbounds(work, ids, "cancelled by the channel")
    free = [order_id for order_id in ids if order_id not in asked]
    close_cancelled(work, free)
    return [move for move in moves if move.order_id not in asked]


def _let_go(work: Work, moves: Sequence[Move]) -> None:
    """Stock for orders that are with the warehouse or gone: promised if it was not, and out if it left."""
    at_work = [m.order_id for m in moves if is_further(_end(m), Status.RESERVED)]
    gone = [m.order_id for m in moves if _end(m) in _LEFT_THE_HOUSE]
    _find_missing(work, at_work)
    work.stock.consume(gone, work.now)
    stop_outbounds(work, gone, "shipped by the channel")
    work.outbox.withdraw(sorted({*at_work} - {*gone}))
    for kind in _ANSWERED:
        work.orders.unhold(at_work, kind, work.run.actor, (Reason("reported-by-channel", {"status": "released"}),))


def _find_missing(work: Work, order_ids: Sequence[int]) -> None:
    """Book in and promise what these orders' lines lack: it must have been there, since the channel worked on it."""
    promised = select(RESERVATION.c.order_line_id).where(RESERVATION.c.state.in_(("open", "consumed")))
    query = (
        select(LINE.c.id, LINE.c.order_id, LINE.c.product_id, LINE.c.quantity)
        .where(among(LINE.c.order_id, order_ids), LINE.c.state == "good", LINE.c.kind == LineKind.GOODS)
        .where(LINE.c.id.not_in(promised.where(among(RESERVATION.c.order_id, order_ids))))
        .order_by(LINE.c.id)
    )
    missing = work.rows(query)
    if not missing:
        return
    first = select(WAREHOUSE.c.id).where(WAREHOUSE.c.company_id == work.company_id).order_by(WAREHOUSE.c.code).limit(1)
    warehouse_id = work.session.execute(first).scalar_one()
    levels = {row.product_id: work.stock.open_level(row.product_id, warehouse_id) for row in missing}
    moves = [(levels[row.product_id], row.quantity, f"line:{row.id}") for row in missing]
    work.stock.move(moves, Cause.FOUND, work.now)
    work.stock.take([Take(row.order_id, row.id, levels[row.product_id], row.quantity) for row in missing], work.now)
