"""Orders that are called off: what is owed for them is withdrawn, what partners have already is taken back (A4)."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, exists, or_, select, update

from models.base import table_of
from models.company import Warehouse
from models.lifecycle import HoldKind
from models.outbox import OUTBOX, Owed
from models.reasons import Reason
from models.shipment import Outbound
from models.work import Work
from tasks.outbounds import outbound_number

OUTBOUND = table_of(Outbound)
WAREHOUSE = table_of(Warehouse)
_TAKEN_BACK_BY = {Owed.WAYBILL: Owed.CANCEL_WAYBILL, Owed.ERP_ORDER: Owed.CANCEL_ERP_ORDER}


def close_cancelled(work: Work, order_ids: Sequence[int]) -> None:
    """What a cancelled order held is free again, nothing holds it any more, and carrier and ERP hear of it."""
    work.stock.release(order_ids, work.now)
    for kind in HoldKind:
        work.orders.unhold(order_ids, kind, work.run.actor, (Reason("cancelled-by-channel"),))
    take_back(work, order_ids)


def take_back(
    work: Work, order_ids: Sequence[int], kinds: Collection[Owed] = _TAKEN_BACK_BY.keys(), attempt: str = ""
) -> None:
    """Owe carriers and ERP the cancellation of what they have, or may have, of these orders.

    Whatever was tried counts: of a step of several requests some may have been done. What was never tried is not
    owed any more, and there is nothing to take back. ``attempt`` tells a second request from the first.
    """
    perhaps_there = or_(
        OUTBOX.c.state == "sent",
        OUTBOX.c.tries > 0,
        OUTBOX.c.last_error.is_not(None),
        OUTBOX.c.outcome_unknown,
        OUTBOX.c.leased_by.is_not(None),
    )
    columns = (OUTBOX.c.order_id, OUTBOX.c.kind, OUTBOX.c.connection, OUTBOX.c.payload)
    query = select(*columns).where(OUTBOX.c.order_id.in_(order_ids), OUTBOX.c.kind.in_(sorted(kinds)), perhaps_there)
    work.outbox.add(
        [
            {
                "kind": _TAKEN_BACK_BY[Owed(row.kind)],
                "order_id": row.order_id,
                "connection": row.connection,
                "idempotency_key": f"{_TAKEN_BACK_BY[Owed(row.kind)]}:{outbound_number(row.order_id)}{attempt}",
                "payload": row.payload,
            }
            for row in work.rows(query.order_by(OUTBOX.c.id))
        ]
    )


def stop_outbounds(work: Work, order_ids: Sequence[int], why: str, attempt: str = "") -> frozenset[int]:
    """Withdraw all that is owed for these orders and not on its way; ask the warehouses that have, or may have, an
    outbound of theirs to stop.

    ``attempt`` tells a second request for the same outbound from the first. Returns the orders whose warehouse is
    asked.
    """
    of_orders = OUTBOUND.c.order_id.in_(order_ids)
    perhaps_there = exists().where(
        OUTBOX.c.order_id == OUTBOUND.c.order_id,
        OUTBOX.c.kind == Owed.OUTBOUND,
        or_(OUTBOX.c.outcome_unknown, OUTBOX.c.leased_by.is_not(None)),
    )
    query = (
        select(OUTBOUND.c.id, OUTBOUND.c.order_id, WAREHOUSE.c.code)
        .join(WAREHOUSE, WAREHOUSE.c.id == OUTBOUND.c.warehouse_id)
        .where(of_orders, or_(OUTBOUND.c.state == "accepted", and_(OUTBOUND.c.state == "planned", perhaps_there)))
    )
    asked = work.rows(query)
    work.outbox.withdraw(order_ids)
    work.outbox.add(
        [
            {
                "kind": Owed.CANCEL_OUTBOUND,
                "order_id": row.order_id,
                "connection": row.code,
                "idempotency_key": f"cancel-outbound:{outbound_number(row.order_id)}{attempt}",
                "payload": {"outbound_id": row.id, "why": why},
            }
            for row in asked
        ]
    )
    only_planned = and_(OUTBOUND.c.state == "planned", OUTBOUND.c.id.not_in([row.id for row in asked]))
    work.session.execute(update(OUTBOUND).where(of_orders, only_planned).values(state="cancelled"))
    return frozenset(row.order_id for row in asked)
