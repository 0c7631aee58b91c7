"""Orders that lose what was promised to them, because it is not there after all: back to waiting, with the reason."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from models.event import Happened
from models.lifecycle import HoldKind, Status, Step
from models.many import among
from models.order_book import ORDER, Stop
from models.outbox import OUTBOX, Owed
from models.reasons import Reason
from models.stock import LEVEL
from models.stock_book import Take
from models.work import Work
from policies.lifecycle import plan_move
from tasks.call_off import OUTBOUND, retract

_WAY_OUT = (Owed.WAYBILL, Owed.OUTBOUND)
_AT_WORK = (Status.RELEASED, Status.PICKED)


def orders_at_work(work: Work, order_ids: Collection[int]) -> set[int]:
    """Orders that a warehouse has on its list, or may have: a message about them is on its way.

    Their messages are locked, so none leaves until this work is done.
    """
    owed = select(OUTBOX.c.order_id, OUTBOX.c.outcome_unknown, OUTBOX.c.leased_by, OUTBOX.c.state).where(
        among(OUTBOX.c.order_id, order_ids), OUTBOX.c.kind.in_(_WAY_OUT)
    )
    on_its_way = {
        message.order_id
        for message in work.rows(owed.order_by(OUTBOX.c.id).with_for_update())
        if message.leased_by is not None or (message.outcome_unknown and message.state != "sent")
    }
    on_list = select(ORDER.c.id).join(OUTBOUND, OUTBOUND.c.order_id == ORDER.c.id, isouter=True)
    on_list = on_list.where(or_(OUTBOUND.c.state == "accepted", ORDER.c.status.in_(_AT_WORK)))
    return on_its_way | set(work.session.execute(on_list.where(among(ORDER.c.id, order_ids))).scalars())


def give_back(work: Work, order_ids: Sequence[int], because: tuple[Reason, ...]) -> list[Take]:
    """These orders, none of them at work, hold nothing any more; what that was.

    Their outbounds are withdrawn, waybills given back and ERP orders reversed. An order for which enough
    lies elsewhere is decided again at once, the others wait for stock.
    """
    lost = work.stock.release(order_ids, work.now)
    for order_id in order_ids:
        retract(work, order_id)
    reserved = _standing_at(work, order_ids, Status.RESERVED)
    steps = [Step(Status.CONFIRMED, work.now, because)]
    work.orders.advance([plan_move(order_id, Status.RESERVED, steps) for order_id in reserved])
    others = sorted({*order_ids} - {*reserved})
    work.events.add([Happened(order_id, "stock-lost", work.now, reasons=because) for order_id in others])
    work.orders.hold([Stop(order_id, HoldKind.STOCK, because) for order_id in _nothing_elsewhere(work, lost)])
    return lost


def _standing_at(work: Work, order_ids: Sequence[int], status: Status) -> list[int]:
    query = select(ORDER.c.id).where(among(ORDER.c.id, order_ids), ORDER.c.status == status)
    return list(work.session.execute(query.order_by(ORDER.c.id)).scalars())


def _nothing_elsewhere(work: Work, lost: Sequence[Take]) -> list[int]:
    """The orders of these takes whose goods no single warehouse has free."""
    levels = {take.stock_level_id for take in lost}
    products = dict(work.rows(select(LEVEL.c.id, LEVEL.c.product_id).where(among(LEVEL.c.id, levels))))
    needs: dict[int, dict[int, int]] = {}
    for take in lost:
        wanted = needs.setdefault(take.order_id, {})
        product = products[take.stock_level_id]
        wanted[product] = wanted.get(product, 0) + take.quantity
    free: dict[int, dict[int, int]] = {}
    for shelf in work.stock.on_shelf(products.values(), lock=False):
        if shelf.stock_level_id not in levels:
            free.setdefault(shelf.warehouse_id, {})[shelf.product_id] = shelf.available
    return [order_id for order_id, wanted in sorted(needs.items()) if not _fits(wanted, free.values())]


def _fits(wanted: Mapping[int, int], warehouses: Collection[Mapping[int, Any]]) -> bool:
    return any(all(free.get(product, 0) >= units for product, units in wanted.items()) for free in warehouses)
