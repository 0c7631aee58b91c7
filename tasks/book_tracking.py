"""What trackers tell by themselves: verified when it came, booked here (C7)."""

from typing import Any

from sqlalchemy import select

from integrations.errors import Rejected
from integrations.ports import Tracker
from models.inbox import INBOX
from models.many import among
from models.messages import RawMessage
from models.order_book import ORDER
from models.reasons import Reason
from policies.rules import Rules
from tasks.connections import connections, partner
from tasks.hub import Batch, hub_task, tell, unit_of_work
from tasks.quarantine import Refusal, refuse
from tasks.subscriptions import subscribe_again
from tasks.telling import tell_of
from tasks.track_parcels import PARCEL, Tracked, add, deliver, note_scans, watch


@hub_task
async def book_tracking(batch: Batch, rules: Rules) -> Tracked:
    """Book a claimed batch of pushed histories, each in its own transaction; a repeat changes nothing."""
    with unit_of_work() as work:
        query = select(INBOX).where(among(INBOX.c.id, batch.ids), INBOX.c.state == "waiting").order_by(INBOX.c.id)
        messages = work.rows(query)
    done = Tracked()
    for source in sorted({message.source for message in messages}):
        async with partner(source) as tracker:
            for message in messages:
                if message.source == source:
                    done = add(done, _book(message, tracker, rules))
    tell("%d parcels told of, %d news, %d delivered, %d late", done.looked_at, done.news, done.delivered, done.late)
    return done


def _book(message: Any, tracker: Tracker, rules: Rules) -> Tracked:
    with unit_of_work() as work:
        try:
            told = RawMessage(message.message_key, message.body, message.occurred_at)
            points, given_up = tracker.read_tracking(told), tracker.given_up(told)
        except Rejected as error:
            reason = Reason("message-unreadable", {"why": error.message})
            refuse(work, [Refusal(message.source, "message", message.message_key, {}, (reason,), None, message.id)])
            work.inbox.finish([message.id], "refused")
            return Tracked()
        query = (
            select(PARCEL)
            .join(ORDER, ORDER.c.id == PARCEL.c.order_id)
            .where(ORDER.c.company_id == work.company_id)
            .where(among(PARCEL.c.waybill_no, {*given_up, *(point.waybill_no for point in points)}))
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
        on_the_way = [row for row in parcels.values() if row.delivered_at is None and row.id not in delivered]
        subscribe_again(work, [row for row in on_the_way if row.waybill_no in given_up])
        late = watch(work, [row for row in on_the_way if row.waybill_no not in given_up], rules)
        work.inbox.finish([message.id])
        return Tracked(len(parcels), news, len(delivered), late)
