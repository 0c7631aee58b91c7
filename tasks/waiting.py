"""Orders that wait for stock are decided again when some is free."""

from collections.abc import Collection

from sqlalchemy import or_, select

from models.lifecycle import HoldKind
from models.many import among
from models.order_book import HOLD, LINE
from models.reasons import Reason
from models.stock import LEVEL
from models.work import Work
from tasks.needs import KIT


def decide_again(work: Work, levels: Collection[int], because: tuple[Reason, ...]) -> list[int]:
    """Lift the stock hold of every order that wants a product of these stock levels, kits with it included.

    Which orders that are; the next ``fulfil-orders`` decides them, by the fairness of the rules.
    """
    if not levels:
        return []
    products = select(LEVEL.c.product_id).where(among(LEVEL.c.id, levels))
    kits = select(KIT.c.kit_id).where(KIT.c.component_id.in_(products))
    waiting = (
        select(HOLD.c.order_id)
        .join(LINE, LINE.c.order_id == HOLD.c.order_id)
        .where(HOLD.c.kind == HoldKind.STOCK, HOLD.c.closed_at.is_(None))
        .where(or_(LINE.c.product_id.in_(products), LINE.c.product_id.in_(kits)))
    )
    return work.orders.unhold(work.session.execute(waiting).scalars(), HoldKind.STOCK, work.run.actor, because)
