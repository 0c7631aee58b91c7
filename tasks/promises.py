"""A person promises another date than the lane gives (B7): it stands in every later decision, with name and reason."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from models.event import Happened
from models.lifecycle import Status
from models.order_book import ORDER
from models.order_number import order_id_of
from models.reasons import Reason
from tasks.hub import unit_of_work

_OVER = (Status.SHIPPED, Status.DELIVERED, Status.COMPLETED, Status.CANCELLED, Status.RETURNED)


class CannotPromise(ValueError):
    """There is no such order, or nothing of it is left to promise."""


@dataclass(frozen=True, slots=True)
class Promised:
    """The date that stood before, if any, and the one that stands now."""

    before: date | None
    now: date


def overrule_promise(number: str, promised_on: date, by: str, why: str) -> Promised:
    """Promise that date for an order, in the name of ``by``. Raises ``CannotPromise``."""
    with unit_of_work(by) as work:
        query = select(ORDER).where(ORDER.c.id == order_id_of(number), ORDER.c.company_id == work.company_id)
        order = next(iter(work.rows(query.with_for_update())), None)
        if order is None:
            raise CannotPromise(f"There is no order {number}.")
        if Status(order.status) in _OVER:
            raise CannotPromise(f"{number} is {order.status}; there is nothing left to promise.")
        stands = update(ORDER).where(ORDER.c.id == order.id).values(promised_on=promised_on, promised_by=by)
        work.session.execute(stands)
        facts = {"person": by, "before": str(order.promised_on or ""), "date": str(promised_on)}
        reasons = (Reason("promised-by", facts),)
        work.events.add([Happened(order.id, "promised", work.now, reasons=reasons, detail={"why": why})])
        return Promised(order.promised_on, promised_on)
