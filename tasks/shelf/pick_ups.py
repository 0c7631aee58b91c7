"""Goods that a customer fetches from a store: they waited there, and are gone now (B3)."""

from typing import Any

from sqlalchemy import select

from models.lifecycle import Status
from models.order_book import ORDER
from models.order_number import order_id_of
from models.reasons import Reason
from models.work import Work
from policies.lifecycle import plan_way
from tasks.hub import unit_of_work
from tasks.shelf.again import again_if_moved
from tasks.shelf.find import CannotMoveStock


@again_if_moved
def hand_over(number: str, by: str) -> bool:
    """The customer has fetched the order: its stock leaves and it is delivered. False if that was so before.

    Raises ``CannotMoveStock``.
    """
    with unit_of_work(by) as work:
        order = _order(work, number)
        if order.pickup_id is None:
            raise CannotMoveStock(f"{number} is not fetched, it is sent.")
        status = Status(order.status)
        if status in (Status.DELIVERED, Status.COMPLETED):
            return False
        if status is not Status.RESERVED:
            raise CannotMoveStock(f"{number} has no stock that waits for it. See: orderspine order show {number}")
        work.stock.consume([order.id], work.now)
        move = plan_way(order.id, status, Status.DELIVERED, work.now, (Reason("picked-up", {"person": by}),))
        work.orders.advance([move] if move else [])
        return True


def _order(work: Work, number: str) -> Any:
    query = select(ORDER.c.id, ORDER.c.status, ORDER.c.pickup_id).where(
        ORDER.c.company_id == work.company_id, ORDER.c.id == order_id_of(number)
    )
    found = next(iter(work.rows(query.with_for_update())), None)
    if found is None:
        raise CannotMoveStock(f"There is no order {number}.")
    return found
