"""Having trackers tell us of parcels by themselves: asked when a parcel is handed over, anew when they give up (C7).

The parcel is looked at all the same, but seldom: what a tracker does not tell is not lost.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models.base import table_of
from models.many import among
from models.outbox import OUTBOX, Owed
from models.shipment import Parcel
from models.work import Work
from policies.rules import Tracking
from policies.tracking import may_subscribe
from tasks.connections import connections

PARCEL = table_of(Parcel)


def subscribe(work: Work, shipment_id: int, rules: Tracking) -> None:
    """Owe a tracker that tells by itself the parcels of a shipment that was just handed over, and give it time to tell
    before they are looked at."""
    if not any(tracker.tells for tracker in connections().tracker):
        return
    parcels = _told_of(work.rows(select(PARCEL).where(PARCEL.c.shipment_id == shipment_id)))
    first_look = {"next_look_at": work.now + timedelta(minutes=rules.look_again_minutes)}
    work.session.execute(update(PARCEL).where(among(PARCEL.c.id, [row.id for row in parcels])).values(**first_look))
    work.outbox.add([_owed(row, 1) for row in parcels])


def subscribe_again(work: Work, parcels: Sequence[Any]) -> None:
    """The tracker follows these no more though they are on their way: look at them now, and ask it anew, unless that
    was done too often already."""
    if not parcels:
        return
    ids = [row.id for row in parcels]
    not_told = {"subscribed_at": None, "next_look_at": work.now}
    work.session.execute(
        update(PARCEL).where(among(PARCEL.c.id, ids), PARCEL.c.delivered_at.is_(None)).values(**not_told)
    )
    asked = _asked(work, parcels)
    work.outbox.add([_owed(row, asked[row.id] + 1) for row in _told_of(parcels) if may_subscribe(asked[row.id])])


def _told_of(parcels: Sequence[Any]) -> list[Any]:
    return [row for row in parcels if connections().teller_of(row.carrier)]


def _asked(work: Work, parcels: Sequence[Any]) -> dict[int, int]:
    """How often the tracker was asked to tell of each parcel; what is due is asked once, however often it is owed."""
    query = select(OUTBOX.c.payload).where(
        OUTBOX.c.kind == Owed.SUBSCRIPTION,
        among(OUTBOX.c.order_id, {row.order_id for row in parcels}),
        OUTBOX.c.state != "due",
    )
    times = {row.id: 0 for row in parcels}
    for payload in work.session.execute(query).scalars():
        if payload["parcel_id"] in times:
            times[payload["parcel_id"]] += 1
    return times


def _owed(parcel: Any, time: int) -> dict[str, Any]:
    return {
        "kind": Owed.SUBSCRIPTION,
        "order_id": parcel.order_id,
        "connection": connections().teller_of(parcel.carrier),
        "idempotency_key": f"subscription:{parcel.carrier}:{parcel.waybill_no}:{time}",
        "payload": {"parcel_id": parcel.id},
    }
