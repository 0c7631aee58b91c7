"""What trackers tell by themselves: verified when it came, booked here (C7)."""

from typing import Any

from sqlalchemy import select

from integrations.errors import Rejected
from integrations.ports import Tracker
from models.inbox import INBOX
from models.messages import RawMessage
from models.order_book import ORDER
from models.reasons import Reason
from tasks.connections import connections, partner
from tasks.hub import Batch, hub_task, tell, unit_of_work
from tasks.quarantine import Refusal, refuse
from tasks.telling import tell_of
from tasks.track_parcels import PARCEL, Tracked, add, deliver, note_scans


@hub_task
async def book_tracking(batch: Batch) -> Tracked:
    """Book a claimed batch of pushed histories, each in its own transaction; a repeat changes nothing."""
    with unit_of_work() as work:
        query = select(INBOX).where(INBOX.c.id.in_(batch.ids), INBOX.c.state == "waiting").order_by(INBOX.c.id)
        messages = work.rows(query)
    done = Tracked()
    for source in sorted({message.source for message in messages}):
        async with partner(source) as tracker:
            for message in messages:
                if message.source == source:
                    done = add(done, _book(message, tracker))
    tell("%d parcels told of, %d news, %d delivered", done.looked_at, done.news, done.delivered)
    return done


def _book(message: Any, tracker: Tracker) -> Tracked:
    with unit_of_work() as work:
        try:
            points = tracker.read_tracking(RawMessage(message.message_key, message.body, message.occurred_at))
        except Rejected as error:
            reason = Reason("message-unreadable", {"why": error.message})
            refuse(work, [Refusal(message.source, "message", message.message_key, {}, (reason,), None, message.id)])
            work.inbox.finish([message.id], "refused")
            return Tracked()
        query = (
            select(PARCEL)
            .join(ORDER, ORDER.c.id == PARCEL.c.order_id)
            .where(ORDER.c.company_id == work.company_id)
            .where(PARCEL.c.waybill_no.in_({point.waybill_no for point in points}))
        )
        # Two carriers may use one number: only parcels that this tracker follows.
        parcels = {
            row.waybill_no: row
            for row in work.rows(query)
            if connections().tracker_of(row.carrier)[0].code == message.source
        }
        news = note_scans(work, parcels, points)
        delivered = deliver(work, parcels, points)
        tell_of(work, {row.order_id for row in parcels.values()} if news else ())
        work.inbox.finish([message.id])
        return Tracked(len(parcels), news, len(delivered))
