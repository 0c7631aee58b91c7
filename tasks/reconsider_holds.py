"""Held orders whose reason has passed though nothing about them changed are decided again (B4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, Text, cast, select

from models.lifecycle import HoldKind
from models.order_book import HOLD, ORDER
from models.reasons import Reason
from models.work import Work
from tasks.hub import ORDERS_A_BATCH, hub_task, tell, unit_of_work
from tasks.reservation_facts import UNDECIDED


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """How many holds ended because the company's day turned."""

    new_day: int

    def __bool__(self) -> bool:
        return bool(self.new_day)


@hub_task
async def reconsider_holds() -> Reconsidered:
    """Lift the holds that a new day may end; the same run decides their orders. Running it again lifts none."""
    done = Reconsidered(new_day=_lift(_full_before_today, Reason("day-turned")))
    if done:
        tell("decided again: %d holds of full warehouses, on a new day", done.new_day)
    return done


def _full_before_today(work: Work) -> Select[Any]:
    """Holds of an earlier day of the company's calendar for which some warehouse had no capacity left."""
    midnight = work.now.astimezone(ZoneInfo(work.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return _held(work).where(
        HOLD.c.kind == HoldKind.STOCK,
        HOLD.c.opened_at < midnight,
        cast(HOLD.c.reasons, Text).contains('"warehouse-full"', autoescape=True),
    )


def _held(work: Work) -> Select[Any]:
    """The open holds of orders that are not decided."""
    return (
        select(HOLD.c.order_id, HOLD.c.kind)
        .join(ORDER, ORDER.c.id == HOLD.c.order_id)
        .where(ORDER.c.company_id == work.company_id, ORDER.c.status.in_(UNDECIDED), HOLD.c.closed_at.is_(None))
    )


def _lift(passed: Callable[[Work], Select[Any]], because: Reason) -> int:
    lifted = 0
    while True:
        with unit_of_work() as work:
            found = work.rows(passed(work).limit(ORDERS_A_BATCH))
            for kind in sorted({HoldKind(row.kind) for row in found}):
                orders = [row.order_id for row in found if row.kind == kind]
                work.orders.unhold(orders, kind, work.run.actor, (because,))
        if not found:
            return lifted
        lifted += len(found)
