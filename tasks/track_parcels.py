"""Where the parcels are: their carriers are asked (C7)."""

from collections.abc import Sequence

from sqlalchemy import select

from integrations.chunks import chunks
from integrations.ports import Tracker, TracksParcels
from models.many import among
from models.order_book import ORDER
from policies.rules import Rules
from tasks.connections import connections, partner
from tasks.hub import hub_task, tell, unit_of_work
from tasks.parcel_news import PARCEL, Tracked, add, book_news

PARCELS_A_LOOK = 500


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
    told = "%s: %d parcels, %d news, %d delivered, %d late, %d stuck at customs"
    tell(told, carrier, done.looked_at, done.news, done.delivered, done.late, done.stuck)
    return done


async def _look(client: TracksParcels | Tracker, carrier: str, parcel_ids: Sequence[int], rules: Rules) -> Tracked:
    with unit_of_work() as work:
        parcels = {row.waybill_no: row for row in work.rows(select(PARCEL).where(among(PARCEL.c.id, parcel_ids)))}
    numbers = list(parcels)
    points = await (client.track_for(carrier, numbers) if isinstance(client, Tracker) else client.track(numbers))
    with unit_of_work() as work:
        return book_news(work, parcels, points, rules)
