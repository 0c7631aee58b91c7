"""What trackers are told."""

from dataclasses import dataclass

from sqlalchemy import select, update

from integrations.ports import Tracker
from models.base import table_of
from models.reasons import Reason
from models.shipment import Parcel
from models.work import Work
from tasks.connections import connections
from tasks.senders.letter import Letter, Sender, note_sent

PARCEL = table_of(Parcel)


@dataclass(frozen=True, slots=True)
class Followed:
    """A parcel as its tracker knows it."""

    carrier: str
    waybill_no: str


class SubscribeParcel(Sender):
    """To tell us by itself what happens to a parcel (C7)."""

    def prepare(self, work: Work, letter: Letter) -> Followed | None:
        """The parcel; nothing once it has arrived, or if another tracker follows it by now."""
        parcel = work.rows(select(PARCEL).where(PARCEL.c.id == letter.payload["parcel_id"]))[0]
        if parcel.delivered_at is not None or connections().teller_of(parcel.carrier) != letter.connection:
            return None
        return Followed(connections().tracker_of(parcel.carrier)[1], parcel.waybill_no)

    async def deliver(self, client: Tracker, letter: Letter, request: Followed) -> None:
        """Ask; the tracker recognises a repeat by the number."""
        await client.subscribe(request.carrier, request.waybill_no)

    def record(self, work: Work, letter: Letter, request: Followed, answer: None) -> None:
        """From now on it is looked at seldom."""
        told = update(PARCEL).where(PARCEL.c.id == letter.payload["parcel_id"]).values(subscribed_at=work.now)
        work.session.execute(told)
        note_sent(work, letter, {"waybill": request.waybill_no})

    def instead(self, work: Work, letter: Letter, reason: Reason, *, unknown: bool) -> bool:
        """The parcel is looked at as often as any other: no person need do anything."""
        return True
