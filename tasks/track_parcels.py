"""Where the parcels are: ask their carriers, note what is new, and say which are late (C5, C7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select, update

from integrations.chunks import chunks
from integrations.ports import Tracker, TracksParcels
from models.base import table_of
from models.bulk import insert_missing
from models.event import Happened
from models.lifecycle import Status
from models.many import among
from models.messages import TrackPoint
from models.order import order_number
from models.order_book import ORDER
from models.outbox import Owed
from models.shipment import Parcel, TrackingEvent
from models.work import Work
from policies.lifecycle import plan_way
from policies.rules import Rules
from policies.tracking import ParcelFacts, Watch, watch_parcel
from tasks.connections import connections, partner
from tasks.hub import hub_task, tell, unit_of_work
from tasks.notices import notice
from tasks.telling import tell_of

PARCEL = table_of(Parcel)
TRACK = table_of(TrackingEvent)
PARCELS_A_LOOK = 500


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a look at parcels brought."""

    looked_at: int = 0
    news: int = 0
    delivered: int = 0
    late: int = 0


def parcels_to_look_at() -> dict[str, list[int]]:
    """Ids of the parcels whose carriers are to be asked now, by carrier."""
    with unit_of_work() as work:
        query = (
            select(PARCEL.c.carrier, PARCEL.c.id)
            .join(ORDER, ORDER.c.id == PARCEL.c.order_id)
            .where(ORDER.c.company_id == work.company_id, PARCEL.c.next_look_at <= work.now)
            .order_by(PARCEL.c.carrier, PARCEL.c.id)
        )
        found: dict[str, list[int]] = {}
        for carrier, parcel_id in work.rows(query):
            found.setdefault(carrier, []).append(parcel_id)
        return found


@hub_task
async def track_parcels(carrier: str, parcel_ids: Sequence[int], rules: Rules) -> Tracked:
    """Ask about these parcels of one carrier: the carrier, or a tracker if there is no line to it.

    Asking twice notes each scan once; raises ``Unavailable`` to be retried.
    """
    done = Tracked()
    asked, name = connections().tracker_of(carrier)
    async with partner(asked.code) as client:
        for some in chunks(parcel_ids, PARCELS_A_LOOK):
            done = add(done, await _look(client, name, some, rules))
    tell(
        "%s: %d parcels, %d news, %d delivered, %d late", carrier, done.looked_at, done.news, done.delivered, done.late
    )
    return done


async def _look(client: TracksParcels | Tracker, carrier: str, parcel_ids: Sequence[int], rules: Rules) -> Tracked:
    with unit_of_work() as work:
        parcels = {row.waybill_no: row for row in work.rows(select(PARCEL).where(among(PARCEL.c.id, parcel_ids)))}
    numbers = list(parcels)
    points = await (client.track_for(carrier, numbers) if isinstance(client, Tracker) else client.track(numbers))
    with unit_of_work() as work:
        news = note_scans(work, parcels, points)
        delivered = deliver(work, parcels, points)
        tell_of(work, {row.order_id for row in parcels.values()} if news else ())
        late = watch(work, [row for row in parcels.values() if row.id not in delivered], rules)
    return Tracked(len(parcels), news, len(delivered), late)


def add(one: Tracked, other: Tracked) -> Tracked:
    """Both together."""
    return Tracked(
        one.looked_at + other.looked_at, one.news + other.news, one.delivered + other.delivered, one.late + other.late
    )


def note_scans(work: Work, parcels: Mapping[str, Any], points: Sequence[TrackPoint]) -> int:
    """Keep the scans of these parcels that are new, by waybill number; how many those are."""
    rows = [
        {
            "parcel_id": parcels[point.waybill_no].id,
            "point_id": point.point_id,
            "state": point.state,
            "code": point.code,
            "text": point.text,
            "place": point.place,
            "happened_at": point.happened_at,
        }
        for point in points
        if point.waybill_no in parcels
    ]
    if not rows:
        return 0
    return insert_missing(work.session, TRACK, rows, ("parcel_id", "point_id"))


def deliver(work: Work, parcels: Mapping[str, Any], points: Sequence[TrackPoint]) -> set[int]:
    """Parcels that have arrived; an order has when all its parcels have."""
    last_scans = [point for point in points if point.state == "delivered" and point.waybill_no in parcels]
    arrived = {parcels[point.waybill_no].id: point.happened_at for point in last_scans}
    for parcel_id, at in arrived.items():
        ended = {"delivered_at": at, "next_look_at": None}
        work.session.execute(update(PARCEL).where(PARCEL.c.id == parcel_id).values(**ended))
    order_ids = {row.order_id for row in parcels.values() if row.id in arrived}
    on_the_way = func.sum(case((PARCEL.c.delivered_at.is_(None), 1), else_=0))
    query = (
        select(ORDER.c.id, ORDER.c.status, func.max(PARCEL.c.delivered_at).label("at"))
        .join(PARCEL, PARCEL.c.order_id == ORDER.c.id)
        .where(among(ORDER.c.id, order_ids))
        .group_by(ORDER.c.id, ORDER.c.status)
        .having(on_the_way == 0)
    )
    moves = [plan_way(row.id, Status(row.status), Status.DELIVERED, row.at) for row in work.rows(query)]
    work.orders.advance([move for move in moves if move])
    return set(arrived)


def watch(work: Work, parcels: Sequence[Any], rules: Rules) -> int:
    """Decide when to look again at parcels on their way, and tell people of those that are late; how many those are."""
    ids = [row.id for row in parcels]
    newest = dict(
        work.rows(
            select(TRACK.c.parcel_id, func.max(TRACK.c.happened_at))
            .where(among(TRACK.c.parcel_id, ids))
            .group_by(TRACK.c.parcel_id)
        )
    )
    watches = [
        watch_parcel(
            ParcelFacts(
                row.id,
                row.waybill_no,
                row.shipped_at,
                newest.get(row.id),
                noticed=row.late_noticed_at is not None,
                told=row.subscribed_at is not None,
            ),
            rules.tracking,
            work.now,
        )
        for row in parcels
    ]
    for row, watch in zip(parcels, watches, strict=True):
        on_its_way = update(PARCEL).where(PARCEL.c.id == row.id, PARCEL.c.delivered_at.is_(None))
        work.session.execute(on_its_way.values(next_look_at=watch.next_look_at))
        # Nobody claims a parcel: another run may have noticed it since this one read it.
        unnoticed = on_its_way.where(PARCEL.c.late_noticed_at.is_(None)).values(late_noticed_at=work.now)
        if watch.late and work.session.execute(unnoticed.returning(PARCEL.c.id)).all():
            _notice_late(work, row, watch, rules)
    return sum(1 for watch in watches if watch.late)


def _notice_late(work: Work, parcel: Any, watch: Watch, rules: Rules) -> None:
    if watch.late is None:
        return
    detail = {"waybill": parcel.waybill_no}
    work.events.add([Happened(parcel.order_id, "noticed", work.now, reasons=(watch.late,), detail=detail)])
    if rules.tracking.told:
        key = f"parcel-late:{parcel.waybill_no}"
        row = notice(rules.tracking.told, key, "parcel-late-title", (watch.late,), order=order_number(parcel.order_id))
        work.outbox.add([{**row, "kind": Owed.NOTICE, "order_id": parcel.order_id}])
