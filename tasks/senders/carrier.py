"""What carriers are told."""

from typing import Any

from sqlalchemy import select, update

from integrations.errors import Rejected
from integrations.ports import Carrier
from models.check_code import check_code
from models.event import Happened
from models.messages import Waybill, WaybillRequest
from models.outbox import Owed
from models.reasons import Reason
from models.work import Work
from policies.rules import Relay
from tasks.call_off import give_back, take_back
from tasks.connections import connections
from tasks.senders.letter import Letter, Said, Sender, foreign_number, note_sent, remember
from tasks.senders.outbounds import OUTBOUND, WAREHOUSE, find_outbound_of, goods_of, receiver_of, sender_of


class BookWaybill(Sender):
    """A waybill for an outbound (C2); once there, the warehouse is asked to ship."""

    def prepare(self, work: Work, letter: Letter) -> WaybillRequest | None:
        """The parcel as the carrier must know it."""
        found = find_outbound_of(work, letter)
        if found is None or found.state != "planned":
            return None
        return WaybillRequest(
            found.outbound_no, sender_of(found), receiver_of(found), goods_of(work, found.id),
            check_code=check_code(found.outbound_no),
        )  # fmt: skip

    async def deliver(self, client: Carrier, letter: Letter, request: WaybillRequest) -> Waybill:
        """Book, or find the waybill that an earlier try got."""
        known = await client.find_waybill(request.request_no) if letter.outcome_unknown else None
        return known or await client.book_waybill(request)

    def foreign(self, work: Work, letter: Letter, request: WaybillRequest, answer: Waybill) -> Reason | None:
        """Another outbound's waybill."""
        said = Said(answer.request_no, answer.waybill_no)
        return foreign_number(work, letter, "waybill", Said(request.request_no, ""), said)

    def record(self, work: Work, letter: Letter, request: WaybillRequest, answer: Waybill) -> None:
        """Keep the number; owe the warehouse its outbound, unless that was called off meanwhile."""
        remember(work, letter, "waybill", request.request_no, answer.waybill_no)
        outbound_id = letter.payload["outbound_id"]
        work.session.execute(update(OUTBOUND).where(OUTBOUND.c.id == outbound_id).values(waybill_no=answer.waybill_no))
        planned = (
            select(WAREHOUSE.c.code)
            .join(OUTBOUND, OUTBOUND.c.warehouse_id == WAREHOUSE.c.id)
            .where(OUTBOUND.c.id == outbound_id, OUTBOUND.c.state == "planned")
        )
        work.outbox.add(
            [
                {
                    "kind": Owed.OUTBOUND,
                    "order_id": letter.order_id,
                    "connection": row.code,
                    "idempotency_key": f"outbound:{request.request_no}",
                    "region": letter.region,
                    "payload": {"outbound_id": outbound_id},
                }
                for row in work.rows(planned)
            ]
        )
        note_sent(work, letter, {"waybill": answer.waybill_no})

    def came_late(self, work: Work, letter: Letter) -> None:
        """There is, or may be, a waybill that nobody will use."""
        take_back(work, [letter.of_order], only=letter.message_id, attempt=":late")

    def most_tries(self, letter: Letter, rules: Relay) -> int:
        """Where another carrier can do it, nobody waits long for this one."""
        return rules.carrier_tries if connections().carrier_after(letter.connection) else rules.tries

    def instead(self, work: Work, letter: Letter, reason: Reason, *, unknown: bool) -> bool:
        """The next carrier of ``connections.toml`` is asked; a waybill that this one may have issued is given back."""
        following = connections().carrier_after(letter.connection)
        if not following:
            return False
        outbound_id = letter.payload["outbound_id"]
        number = work.session.execute(
            update(OUTBOUND)
            .where(OUTBOUND.c.id == outbound_id)
            .values(carrier=following)
            .returning(OUTBOUND.c.outbound_no)
        ).scalar_one()
        if unknown:
            take_back(work, [letter.of_order], only=letter.message_id)
        work.outbox.add(
            [
                {
                    "kind": Owed.WAYBILL,
                    "order_id": letter.order_id,
                    "connection": following,
                    "idempotency_key": f"waybill:{number}:{following}",
                    "region": letter.region,
                    "payload": letter.payload,
                }
            ]
        )
        why = Reason("carrier-passed-over", {"carrier": letter.connection, "next": following})
        detail = {"message": letter.kind, "to": letter.connection}
        work.events.add([Happened(letter.of_order, "noticed", work.now, reasons=(why, reason), detail=detail)])
        return True

    def refused(self, work: Work, letter: Letter, reason: Reason, *, unknown: bool) -> None:
        """Without a waybill nothing can be shipped: the stock goes back, and a person decides."""
        give_back(work, letter.of_order, (reason,), letter.message_id, unknown=unknown)


class CancelWaybill(Sender):
    """Give the waybill of a cancelled order back, if there is one and the parcel has not left (C2)."""

    def prepare(self, work: Work, letter: Letter) -> Any:
        """The outbound that the waybill was booked for, unless it has left with that."""
        found = find_outbound_of(work, letter, called_off=True)
        if found is None or (found.state == "shipped" and found.carrier == letter.connection):
            return None
        return found

    async def deliver(self, client: Carrier, letter: Letter, request: Any) -> Waybill | None:
        """Give it back; a number that never reached us is asked for first, and another's is left alone."""
        if request.waybill_no and request.carrier == letter.connection:
            waybill: Waybill | None = Waybill(request.outbound_no, request.waybill_no, request.carrier)
        else:
            waybill = await client.find_waybill(request.outbound_no)
        if waybill and waybill.request_no != request.outbound_no:
            raise Rejected(letter.connection, f"{waybill.waybill_no} is the waybill of {waybill.request_no}")
        if waybill:
            await client.cancel_waybill(waybill)
        return waybill

    def record(self, work: Work, letter: Letter, request: Any, answer: Waybill | None) -> None:
        """Say which one, if any."""
        note_sent(work, letter, {"waybill": answer.waybill_no} if answer else {})
