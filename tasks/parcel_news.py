"""What is new of parcels: their scans kept, arrivals booked, and who must hear of it told (C5, C6, C7)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select, update

from models.base import table_of
from models.bulk import insert_missing
from models.event import Happened
from models.lifecycle import Status
from models.many import among
from models.messages import TrackPoint
from models.order_book import ORDER
from models.order_number import order_number
from models.outbox import Owed
from models.reasons import Reason
from models.shipment import Parcel, TrackingEvent
from models.work import Work
from policies.customers import Word, news_for_customer
from policies.lifecycle import plan_way
from policies.rules import Rules
from policies.tracking import ParcelFacts, Scanned, at_customs_since, watch_parcel
from tasks.notices import notice
from tasks.tell_customers import tell_customers
from tasks.telling import tell_of

PARCEL = table_of(Parcel)
TRACK = table_of(TrackingEvent)


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a look at parcels brought."""

    looked_at: int = 0
    news: int = 0
    delivered: int = 0
    late: int = 0
    stuck: int = 0


def add(one: Tracked, other: Tracked) -> Tracked:
    """Both together."""
    return Tracked(
        one.looked_at + other.looked_at, one.news + other.news, one.delivered + other.delivered,
        one.late + other.late, one.stuck + other.stuck,
    )  # fmt: skip


def book_news(
    work: Work, parcels: Mapping[str, Any], points: Sequence[TrackPoint], rules: Rules, besides: Collection[str] = ()
) -> Tracked:
    """Book what is known of these parcels, by waybill number, and decide when to look again at those on their way;
    ``besides`` are looked at anyway."""
    before = _scans(work, parcels.values())
    news = _note(work, parcels, points)
    scans = _scans(work, parcels.values()) if news else before
    arrived = _deliver(work, parcels, points)
    if news:
        tell_of(work, {row.order_id for row in parcels.values()})
        tell_customers(work, _words(parcels.values(), before, scans), rules)
    on_the_way = [
        row
        for number, row in parcels.items()
        if row.delivered_at is None and row.id not in arrived and number not in besides
    ]
    late, stuck = _watch(work, on_the_way, scans, rules)
    return Tracked(len(parcels), news, len(arrived), late, stuck)


def _scans(work: Work, parcels: Collection[Any]) -> Mapping[int, list[Scanned]]:
    """What is known of each parcel, oldest first."""
    query = (
        select(TRACK.c.parcel_id, TRACK.c.state, TRACK.c.happened_at, TRACK.c.point_id)
        .where(among(TRACK.c.parcel_id, [row.id for row in parcels]))
        .order_by(TRACK.c.happened_at, TRACK.c.id)
    )
    found: dict[int, list[Scanned]] = {row.id: [] for row in parcels}
    for parcel_id, state, at, point_id in work.rows(query):
        found[parcel_id].append(Scanned(state, at, point_id))
    return found


def _note(work: Work, parcels: Mapping[str, Any], points: Sequence[TrackPoint]) -> int:
    """Keep the scans that are new; how many those are."""
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


def _deliver(work: Work, parcels: Mapping[str, Any], points: Sequence[TrackPoint]) -> set[int]:
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


def _words(
    parcels: Collection[Any], before: Mapping[int, list[Scanned]], scans: Mapping[int, list[Scanned]]
) -> list[Word]:
    words = []
    for row in parcels:
        if new := news_for_customer(before[row.id], scans[row.id]):
            step, scan = new
            words.append(Word(row.order_id, row.waybill_no, step, scan.at, scan.point_id))
    return words


def _watch(work: Work, parcels: Sequence[Any], scans: Mapping[int, list[Scanned]], rules: Rules) -> tuple[int, int]:
    """Decide when to look again at parcels on their way, and tell of those that are late, and of those stuck at
    customs; how many those are."""
    late = stuck = 0
    for row in parcels:
        facts = ParcelFacts(
            row.id, row.waybill_no, row.shipped_at, scans[row.id], row.late_noticed_at, row.customs_noticed_at,
            told=row.subscribed_at is not None,
        )  # fmt: skip
        watch = watch_parcel(facts, rules.tracking, work.now)
        on_its_way = update(PARCEL).where(PARCEL.c.id == row.id, PARCEL.c.delivered_at.is_(None))
        work.session.execute(on_its_way.values(next_look_at=watch.next_look_at))
        # Nobody claims a parcel: another run may have noticed it since this one read it.
        if watch.late:
            unnoticed = on_its_way.where(PARCEL.c.late_noticed_at.is_(None)).values(late_noticed_at=work.now)
            late += _notice(work, row, unnoticed, "parcel-late-title", watch.late, rules.tracking.told, rules)
        if watch.stuck:
            not_in_this_stay = PARCEL.c.customs_noticed_at < at_customs_since(scans[row.id])
            unnoticed = on_its_way.where(PARCEL.c.customs_noticed_at.is_(None) | not_in_this_stay)
            unnoticed = unnoticed.values(customs_noticed_at=work.now)
            told = rules.told.get("customs", "")
            stuck += _notice(work, row, unnoticed, "parcel-at-customs-title", watch.stuck, told, rules)
    return late, stuck


def _notice(work: Work, parcel: Any, unnoticed: Any, title: str, why: Reason, told: str, rules: Rules) -> int:
    """Note why people must look at a parcel, and tell them and the customer; 0 if another run did meanwhile."""
    if not work.session.execute(unnoticed.returning(PARCEL.c.id)).all():
        return 0
    detail = {"waybill": parcel.waybill_no}
    work.events.add([Happened(parcel.order_id, "noticed", work.now, reasons=(why,), detail=detail)])
    key = f"{why.code}:{parcel.waybill_no}:{work.now.isoformat()}"
    if told:
        row = notice(told, key, title, (why,), order=order_number(parcel.order_id))
        work.outbox.add([{**row, "kind": Owed.NOTICE, "order_id": parcel.order_id}])
    tell_customers(work, [Word(parcel.order_id, parcel.waybill_no, "delayed", work.now, key)], rules)
    return 1
