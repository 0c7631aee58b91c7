"""What is undone of orders: owed messages are withdrawn, what partners have already is taken back (A4, B8)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, exists, literal, or_, select, update

from models.base import table_of
from models.change import CHANGE, ChangeState
from models.company import Warehouse
from models.event import Happened
from models.lifecycle import HoldKind, Status, Step
from models.many import among
from models.order_book import ORDER, Stop
from models.outbox import OUTBOX, Owed
from models.reasons import Reason, to_json
from models.shipment import Outbound
from models.work import Work
from policies.lifecycle import plan_move
from tasks.waiting import decide_again

OUTBOUND = table_of(Outbound)
WAREHOUSE = table_of(Warehouse)
_TAKEN_BACK_BY = {Owed.WAYBILL: Owed.CANCEL_WAYBILL, Owed.ERP_ORDER: Owed.CANCEL_ERP_ORDER}
_GIVEN_BACK = (Reason("stock-given-back"),)
TOO_LATE = "called-off-too-late"
"""Why a person must look at a transfer that was called off once it was picked, until it has arrived."""
BY_CHANNEL = Reason("cancelled-by-channel")


class Purpose(StrEnum):
    """What follows when a warehouse has stopped: the order is cancelled, by its channel or by our own people, changed,
    or back before its stock; or nothing, since the outbound had been given up already."""

    CANCEL = "cancel"
    CALL_OFF = "call-off"
    CHANGE = "change"
    GIVE_BACK = "give-back"
    LOOSE_END = "loose-end"


def called_off(person: str, why: str) -> Reason:
    """Why an order of our own people is cancelled."""
    return Reason("called-off", {"person": person, "why": why})


def close_cancelled(work: Work, order_ids: Sequence[int], because: Reason = BY_CHANNEL) -> None:
    """What a cancelled order held is free again, nothing holds it any more, and carrier and ERP hear of it."""
    for kind in HoldKind:
        work.orders.unhold(order_ids, kind, work.run.actor, (because,))
    free_stock(work, order_ids)
    overtake_changes(work, order_ids, because)
    take_back(work, order_ids)


def free_stock(work: Work, order_ids: Sequence[int]) -> None:
    """Release what these orders hold; who waits for such goods is decided again."""
    freed = {take.stock_level_id for take in work.stock.release(order_ids, work.now)}
    decide_again(work, freed, _GIVEN_BACK)


def overtake_changes(work: Work, order_ids: Sequence[int], why: Reason, besides: int | None = None) -> None:
    """Close the changes of these orders that are asked for and not in effect, but for the one numbered ``besides``."""
    open_ = [among(CHANGE.c.order_id, order_ids), CHANGE.c.closed_at.is_(None)]
    if besides is not None:
        open_.append(CHANGE.c.id != besides)
    closed = {"state": ChangeState.OVERTAKEN, "closed_at": work.now, "outcome": to_json([why])}
    gone = list(work.session.execute(update(CHANGE).where(*open_).values(**closed).returning(*CHANGE.c)).all())
    work.events.add(
        [
            Happened(row.order_id, "change-closed", work.now, reasons=(why,), detail={"change": row.id})
            for row in sorted(gone, key=lambda row: row.id)
        ]
    )


def give_back(
    work: Work, order_id: int, because: tuple[Reason, ...], refused: int | None = None, *, unknown: bool = False
) -> None:
    """A partner will not do what a reserved order needs: everything that was done for it is undone, and a person says
    what becomes of it.

    ``refused`` is the message that the partner did not carry out: it stays with its person, and there is nothing of it
    to take back, unless that is ``unknown``.
    """
    status = work.session.execute(select(ORDER.c.status).where(ORDER.c.id == order_id)).scalar_one()
    if status != Status.RESERVED:
        return
    retract(work, order_id, refused, unknown=unknown)
    free_stock(work, [order_id])
    work.orders.advance([plan_move(order_id, Status.RESERVED, [Step(Status.CONFIRMED, work.now, because)])])
    work.orders.hold([Stop(order_id, HoldKind.DATA, because)])


def retract(work: Work, order_id: int, refused: int | None = None, *, unknown: bool = False) -> None:
    """Nothing more goes out of what was planned for an order that no warehouse has; carrier and ERP take back what
    they have."""
    work.outbox.withdraw([order_id], besides=refused)
    planned = (OUTBOUND.c.order_id == order_id, OUTBOUND.c.state == "planned")
    work.session.execute(update(OUTBOUND).where(*planned).values(state="cancelled"))
    take_back(work, [order_id], besides=None if unknown else refused)


def take_back(
    work: Work,
    order_ids: Sequence[int],
    *,
    only: int | None = None,
    besides: int | None = None,
    attempt: str = "",
) -> None:
    """Owe carriers and ERP the cancellation of what they have, or may have, of these orders.

    Whatever was tried counts: of a step of several requests some may have been done. What was never tried is not
    owed any more, and there is nothing to take back. ``only`` and ``besides`` are numbers of messages; ``attempt``
    tells a second request from the first.
    """
    perhaps_there = or_(
        OUTBOX.c.state == "sent",
        OUTBOX.c.tries > 0,
        OUTBOX.c.last_error.is_not(None),
        OUTBOX.c.outcome_unknown,
        OUTBOX.c.leased_by.is_not(None),
    )
    columns = (OUTBOX.c.order_id, OUTBOX.c.kind, OUTBOX.c.connection, OUTBOX.c.payload, OUTBOX.c.idempotency_key)
    query = select(*columns).where(
        among(OUTBOX.c.order_id, order_ids), OUTBOX.c.kind.in_(_TAKEN_BACK_BY), perhaps_there
    )
    if only is not None:
        query = query.where(OUTBOX.c.id == only)
    if besides is not None:
        query = query.where(OUTBOX.c.id != besides)
    work.outbox.add(
        [
            {
                "kind": _TAKEN_BACK_BY[Owed(row.kind)],
                "order_id": row.order_id,
                "connection": row.connection,
                "idempotency_key": f"cancel-{row.idempotency_key}{attempt}",
                "payload": row.payload,
            }
            for row in work.rows(query.order_by(OUTBOX.c.id))
        ]
    )


def stop_outbounds(
    work: Work, order_ids: Sequence[int], why: str, purpose: Purpose = Purpose.CANCEL, **more: Any
) -> frozenset[int]:
    """Withdraw all that is owed for these orders and not on its way; ask the warehouses that have, or may have, an
    outbound of theirs to stop. Returns the orders whose warehouse is asked."""
    asked = outbounds_there(work, order_ids)
    work.outbox.withdraw(order_ids)
    ask_to_stop(work, asked, why, purpose, **more)
    of_orders = among(OUTBOUND.c.order_id, order_ids)
    only_planned = and_(OUTBOUND.c.state == "planned", ~among(OUTBOUND.c.id, [row.id for row in asked]))
    work.session.execute(update(OUTBOUND).where(of_orders, only_planned).values(state="cancelled"))
    return frozenset(row.order_id for row in asked)


def outbounds_there(work: Work, order_ids: Sequence[int]) -> list[Any]:
    """The outbounds of these orders that a warehouse has, or may have, on its list: ``id``, ``order_id``,
    ``outbound_no`` and the warehouse's ``code``."""
    perhaps_there = exists().where(
        OUTBOX.c.order_id == OUTBOUND.c.order_id,
        OUTBOX.c.idempotency_key == literal("outbound:").concat(OUTBOUND.c.outbound_no),
        or_(OUTBOX.c.outcome_unknown, OUTBOX.c.leased_by.is_not(None)),
    )
    query = (
        select(OUTBOUND.c.id, OUTBOUND.c.order_id, OUTBOUND.c.outbound_no, WAREHOUSE.c.code)
        .join(WAREHOUSE, WAREHOUSE.c.id == OUTBOUND.c.warehouse_id)
        .where(among(OUTBOUND.c.order_id, order_ids))
        .where(or_(OUTBOUND.c.state == "accepted", and_(OUTBOUND.c.state == "planned", perhaps_there)))
    )
    return work.rows(query.order_by(OUTBOUND.c.id))


def ask_to_stop(work: Work, outbounds: Sequence[Any], why: str, purpose: Purpose, **more: Any) -> None:
    """Owe warehouses the request to stop; ``outbounds`` as ``outbounds_there`` gives them, ``more`` what the purpose
    needs to be carried out: ``change_id`` of a change, ``person`` who calls off. Each purpose asks once."""
    asker = {Purpose.CANCEL: "", Purpose.CHANGE: f":change:{more.get('change_id')}"}.get(purpose, f":{purpose}")
    work.outbox.add(
        [
            {
                "kind": Owed.CANCEL_OUTBOUND,
                "order_id": row.order_id,
                "connection": row.code,
                "idempotency_key": f"cancel-outbound:{row.outbound_no}{asker}",
                "payload": {"outbound_id": row.id, "why": why, "purpose": purpose, **more},
            }
            for row in outbounds
        ]
    )
