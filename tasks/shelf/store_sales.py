"""A sale over the counter of a store: decided by the same rules as any order, and gone with the customer (B3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from messages import say_reason
from models.lifecycle import Status
from models.order_book import HOLD, ORDER
from models.order_number import order_number
from models.reasons import Reason
from models.work import Work
from policies.lifecycle import plan_way
from settings import get_settings
from tasks.hub import current_rules, unit_of_work
from tasks.reserve_orders import decide_orders
from tasks.shelf.again import again_if_moved
from tasks.shelf.find import CannotMoveStock, above_zero, product_named, warehouse_named
from tasks.shelf.own_orders import Item, own_order


@dataclass(frozen=True, slots=True)
class Sold:
    """The order that records the sale; ``new`` is false if the receipt was booked before."""

    number: str
    new: bool


@again_if_moved
def sell(store: str, goods: Sequence[tuple[str, int, int]], receipt: str, by: str) -> Sold:
    """Book a sale that is paid and taken at once: ``(SKU, pieces, price of one in minor units)``, once per receipt.

    Nothing is booked if the goods are promised to others. Raises ``CannotMoveStock``.
    """
    rules = current_rules()
    with unit_of_work(by) as work:
        items = [Item(sku, product_named(work, sku), above_zero(pieces), price) for sku, pieces, price in goods]
        store_id = warehouse_named(work, store)
        # Who buys is not known, so each receipt is a customer of its own: no cap and no limit adds strangers up.
        number = f"{store}:{receipt}"
        order_id, new = own_order(work, number, number, items, pickup_id=store_id)
        if new:
            decide_orders(work, [order_id], rules)
            _hand_over(work, order_id)
        return Sold(order_number(order_id), new)


def _hand_over(work: Work, order_id: int) -> None:
    status = Status(work.session.execute(select(ORDER.c.status).where(ORDER.c.id == order_id)).scalar_one())
    if status is not Status.RESERVED:
        raise CannotMoveStock(_why(work, order_id))
    work.stock.consume([order_id], work.now)
    move = plan_way(order_id, status, Status.COMPLETED, work.now, (Reason("sold-in-store"),))
    work.orders.advance([move] if move else [])


def _why(work: Work, order_id: int) -> str:
    query = select(HOLD.c.reasons).where(HOLD.c.order_id == order_id, HOLD.c.closed_at.is_(None))
    told = [reason for (reasons,) in work.rows(query) for reason in reasons]
    return " ".join(say_reason(Reason.from_json(reason), get_settings().locale) for reason in told)
