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
from tasks.parcel_news import PARCEL, Tracked, add, book_news
from tasks.quarantine import Refusal, refuse
from tasks.subscriptions import subscribe_again


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
    told = "%d parcels told of, %d news, %d delivered, %d late, %d stuck at customs"
    tell(told, done.looked_at, done.news, done.delivered, done.late, done.stuck)
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
        done = book_news(work, parcels, points, rules, besides=given_up)
        lost = (parcels[number] for number in given_up if number in parcels)
        subscribe_again(work, [row for row in lost if row.delivered_at is None])
        work.inbox.finish([message.id])
        return done
