"""What warehouses are told."""

from typing import Any

from sqlalchemy import select, update

from integrations.ports import Warehouse
from models.lifecycle import HoldKind, Status, Step
from models.messages import OutboundAccepted, OutboundRequest
from models.order import order_number
from models.order_book import ORDER, Stop
from models.reasons import Reason
from models.work import Work
from policies.lifecycle import plan_move
from tasks.call_off import close_cancelled, stop_outbounds
from tasks.connections import connections
from tasks.senders.letter import Letter, Sender, note_sent, remember
from tasks.senders.outbounds import OUTBOUND, find_outbound_of, goods_of, receiver_of, sender_of


class PushOutbound(Sender):
    """The outbound on the warehouse's list (C1)."""

    def prepare(self, work: Work, letter: Letter) -> OutboundRequest | None:
        """The outbound as the warehouse must know it; nothing if it was withdrawn meanwhile."""
        found = find_outbound_of(work, letter)
        if found is None or found.state != "planned":
            return None
        return OutboundRequest(
            outbound_no=found.outbound_no,
            order_no=order_number(found.order_id),
            channel=found.channel,
            warehouse=found.warehouse,
            placed_at=found.placed_at,
            requested_at=work.now,
            shop=found.channel,
            receiver=receiver_of(found),
            sender=sender_of(found),
            carrier=connections().named(found.carrier).partner if found.carrier else "",
            waybill_no=found.waybill_no or "",
            currency=found.currency,
            amount_minor=found.amount_minor,
            lines=goods_of(work, found.id),
            remark=found.remark,
        )

    async def deliver(self, client: Warehouse, letter: Letter, request: OutboundRequest) -> OutboundAccepted:
        """Push, or find what an earlier try left."""
        known = await client.find_outbound(request.outbound_no) if letter.outcome_unknown else None
        return known or await client.push_outbound(request)

    def record(self, work: Work, letter: Letter, request: OutboundRequest, answer: OutboundAccepted) -> None:
        """The order is released, unless it was cancelled meanwhile."""
        remember(work, letter, "outbound", request.outbound_no, answer.partner_no)
        accepted = update(OUTBOUND).where(OUTBOUND.c.id == letter.payload["outbound_id"]).values(state="accepted")
        work.session.execute(accepted)
        note_sent(work, letter, {"outbound": request.outbound_no})
        status = work.session.execute(select(ORDER.c.status).where(ORDER.c.id == letter.order_id)).scalar_one()
        if status == Status.RESERVED:
            work.orders.advance([plan_move(letter.of_order, Status.RESERVED, [Step(Status.RELEASED, work.now)])])

    def came_late(self, work: Work, letter: Letter) -> None:
        """Ask the warehouse to stop: it was asked before this can have reached it."""
        perhaps_there = update(OUTBOUND).where(OUTBOUND.c.id == letter.payload["outbound_id"])
        work.session.execute(perhaps_there.where(OUTBOUND.c.state == "cancelled").values(state="planned"))
        stop_outbounds(work, [letter.of_order], "cancelled while it was pushed", ":late")


class CancelOutbound(Sender):
    """Ask the warehouse to stop (B8): if it agrees the order is cancelled, if it has picked a person must look."""

    def prepare(self, work: Work, letter: Letter) -> Any:
        """The outbound, unless it has left already."""
        found = find_outbound_of(work, letter, called_off=True)
        return found if found is not None and found.state in {"planned", "accepted"} else None

    async def deliver(self, client: Warehouse, letter: Letter, request: Any) -> None:
        """Ask, unless the outbound was only perhaps pushed and never arrived."""
        if request.state == "planned" and await client.find_outbound(request.outbound_no) is None:
            return
        await client.cancel_outbound(request.outbound_no, request.warehouse, str(letter.payload["why"]))

    def record(self, work: Work, letter: Letter, request: Any, answer: None) -> None:
        """The warehouse has agreed: the order is cancelled and its stock is free."""
        stopped = update(OUTBOUND).where(OUTBOUND.c.id == request.id).values(state="cancelled")
        work.session.execute(stopped)
        note_sent(work, letter, {"outbound": request.outbound_no})
        order_id = letter.of_order
        status = work.session.execute(select(ORDER.c.status).where(ORDER.c.id == order_id)).scalar_one()
        if status in {Status.RESERVED, Status.RELEASED}:
            step = Step(Status.CANCELLED, work.now, (Reason("cancelled-by-channel"),))
            work.orders.advance([plan_move(order_id, Status(status), [step])])
            close_cancelled(work, [order_id])

    def refused(self, work: Work, letter: Letter) -> None:
        """It is picked: it will arrive although it was cancelled, so somebody must talk to the customer."""
        work.orders.hold([Stop(letter.of_order, HoldKind.DATA, (Reason("cancelled-too-late"),))])
