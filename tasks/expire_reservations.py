"""Stock that waited for money or a visitor that did not come goes back on the shelf (B3)."""

from dataclasses import dataclass

from sqlalchemy import select

from models.event import Happened
from models.lifecycle import HoldKind, Status, Step
from models.many import among
from models.order_book import ORDER, Stop
from models.reasons import Reason
from models.work import Work
from policies.lifecycle import plan_move
from tasks.hub import ORDERS_A_BATCH, hub_task, tell, unit_of_work
from tasks.waiting import decide_again

_EXPIRED = (Reason("reservation-expired"),)


@dataclass(frozen=True, slots=True)
class Expired:
    """How many reservations ended, of how many orders."""

    reservations: int
    orders: int


@hub_task
async def expire_reservations() -> Expired:
    """End every reservation whose time is over; who waits for such goods is decided again."""
    ended = orders = 0
    while True:
        with unit_of_work() as work:
            gone = work.stock.expire(work.now, ORDERS_A_BATCH)
            if not gone:
                break
            touched = sorted({take.order_id for take in gone})
            _step_back(work, touched)
            decide_again(work, {take.stock_level_id for take in gone}, _EXPIRED)
        ended, orders = ended + len(gone), orders + len(touched)
    if ended:
        tell("%d reservations of %d orders expired", ended, orders)
    return Expired(ended, orders)


def _step_back(work: Work, order_ids: list[int]) -> None:
    """An order that nobody fetched is promised no more, and a person says what becomes of it; one that waits for its
    money goes on waiting."""
    query = select(ORDER.c.id).where(among(ORDER.c.id, order_ids), ORDER.c.status == Status.RESERVED)
    reserved = list(work.session.execute(query.order_by(ORDER.c.id).with_for_update()).scalars())
    steps = [Step(Status.CONFIRMED, work.now, _EXPIRED)]
    work.orders.advance([plan_move(order_id, Status.RESERVED, steps) for order_id in reserved])
    work.orders.hold([Stop(order_id, HoldKind.APPROVAL, _EXPIRED) for order_id in reserved])
    others = sorted({*order_ids} - {*reserved})
    work.events.add([Happened(order_id, "expired", work.now, reasons=_EXPIRED) for order_id in others])
