"""What warehouses are told."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from integrations.ports import TakesOutboundsTogether, Warehouse
from models.check_code import check_code
from models.lifecycle import HoldKind, OrderKind, Status, Step
from models.messages import OutboundAccepted, OutboundRequest
from models.order_book import ORDER, Stop
from models.order_number import order_number
from models.reasons import Reason
from models.work import Work
from policies.lifecycle import plan_move
from tasks.call_off import BY_CHANNEL, TOO_LATE, Purpose, ask_to_stop, called_off, close_cancelled, give_back
from tasks.change_effect import is_under_way, make_effective, turn_down
from tasks.connections import connections
from tasks.hub import current_rules
from tasks.senders.letter import Letter, Said, Sender, foreign_number, note_sent, remember
from tasks.senders.outbounds import OUTBOUND, WAREHOUSE, find_outbound_of, goods_of, receiver_of, remark_of, sender_of
from tasks.telling import tell_of

_ENDS_IT = (Purpose.CANCEL, Purpose.CALL_OFF)
_PICKED = {
    Purpose.CANCEL: "cancelled-too-late", Purpose.CALL_OFF: TOO_LATE, Purpose.CHANGE: "changed-too-late",
}  # fmt: skip


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
            carrier=connections().carried_by(found.carrier) if found.carrier else "",
            waybill_no=found.waybill_no or "",
            currency=found.currency,
            amount_minor=found.amount_minor,
            lines=goods_of(work, found.id),
            remark=remark_of(found),
            check_code=check_code(found.outbound_no),
            kind=OrderKind(found.kind),
        )

    async def deliver(self, client: Warehouse, letter: Letter, request: OutboundRequest) -> OutboundAccepted:
        """Push, or find what an earlier try left."""
        known = await client.find_outbound(request.outbound_no) if letter.outcome_unknown else None
        return known or await client.push_outbound(request)

    def at_once(self, client: Warehouse) -> int:
        """As many as the warehouse has agreed to."""
        return client.outbounds_at_once() if isinstance(client, TakesOutboundsTogether) else 1

    async def deliver_together(
        self, client: TakesOutboundsTogether, requests: Sequence[OutboundRequest]
    ) -> Sequence[OutboundAccepted]:
        """Push them in one call."""
        return await client.push_outbounds(requests)

    def foreign(self, work: Work, letter: Letter, request: OutboundRequest, answer: OutboundAccepted) -> Reason | None:
        """Another outbound."""
        said = Said(answer.outbound_no, answer.partner_no, answer.check_code)
        return foreign_number(work, letter, "outbound", Said(request.outbound_no, "", request.check_code), said)

    def record(self, work: Work, letter: Letter, request: OutboundRequest, answer: OutboundAccepted) -> None:
        """The order is released, unless the outbound was given up meanwhile."""
        remember(work, letter, "outbound", request.outbound_no, answer.partner_no)
        planned = (OUTBOUND.c.id == letter.payload["outbound_id"], OUTBOUND.c.state == "planned")
        accepted = work.session.execute(
            update(OUTBOUND).where(*planned).values(state="accepted").returning(OUTBOUND.c.id)
        )
        note_sent(work, letter, {"outbound": request.outbound_no})
        if accepted.first() and _status(work, letter) is Status.RESERVED:
            work.orders.advance([plan_move(letter.of_order, Status.RESERVED, [Step(Status.RELEASED, work.now)])])
            tell_of(work, [letter.of_order])

    def came_late(self, work: Work, letter: Letter) -> None:
        """Ask the warehouse to stop, once more if it was asked before this can have reached it."""
        ask_to_stop(work, [_outbound(work, letter)], "it was given up while it was pushed", Purpose.LOOSE_END)

    def refused(self, work: Work, letter: Letter, reason: Reason, *, unknown: bool) -> None:
        """Nobody will ship it: the stock goes back and a person decides, as soon as no warehouse can have it."""
        if unknown:
            work.orders.hold([Stop(letter.of_order, HoldKind.DATA, (reason,))])
            ask_to_stop(work, [_outbound(work, letter)], "it may have arrived", Purpose.GIVE_BACK)
        else:
            give_back(work, letter.of_order, (reason,), letter.message_id)


class CancelOutbound(Sender):
    """Ask the warehouse to stop (B8): if it agrees the purpose of it is carried out, if it has picked a person must
    look."""

    def prepare(self, work: Work, letter: Letter) -> Any:
        """The outbound, unless it was stopped already, or has left: then the request comes too late."""
        found = find_outbound_of(work, letter, called_off=True)
        if found is not None and found.state == "shipped" and _purpose(letter) in _PICKED:
            self._too_late(work, letter, Reason(_picked(work, letter)))
        there = {"planned", "accepted"} | ({"cancelled"} if _purpose(letter) is Purpose.LOOSE_END else set())
        return found if found is not None and found.state in there else None

    async def deliver(self, client: Warehouse, letter: Letter, request: Any) -> None:
        """Ask, unless the outbound was only perhaps pushed and never arrived."""
        if request.state != "accepted" and await client.find_outbound(request.outbound_no) is None:
            return
        kind = OrderKind(request.kind)
        await client.cancel_outbound(request.outbound_no, request.warehouse, str(letter.payload["why"]), kind)

    def record(self, work: Work, letter: Letter, request: Any, answer: None) -> None:
        """The warehouse has agreed."""
        note_sent(work, letter, {"outbound": request.outbound_no})
        purpose, order_id = _purpose(letter), letter.of_order
        if purpose is Purpose.CHANGE and not is_under_way(work, letter.payload["change_id"]):
            return  # who overtook the change asks the warehouse too, and gets the same answer
        work.session.execute(update(OUTBOUND).where(OUTBOUND.c.id == request.id).values(state="cancelled"))
        status = _status(work, letter)
        if purpose is Purpose.CHANGE:
            make_effective(work, letter.payload["change_id"], current_rules())
        elif purpose is Purpose.GIVE_BACK:
            give_back(work, order_id, (Reason("push-stopped"),))
        elif purpose in _ENDS_IT and status in {Status.RESERVED, Status.RELEASED}:
            because = _because(letter)
            work.orders.advance([plan_move(order_id, status, [Step(Status.CANCELLED, work.now, (because,))])])
            close_cancelled(work, [order_id], because)

    def refused(self, work: Work, letter: Letter, reason: Reason, *, unknown: bool) -> None:
        """It is picked; or the warehouse cannot be reached, and may ship it or not."""
        picked = _purpose(letter) in _PICKED and reason.code == "partner-rejected"
        self._too_late(work, letter, Reason(_picked(work, letter)) if picked else reason)

    def _too_late(self, work: Work, letter: Letter, why: Reason) -> None:
        """It will arrive as it was ordered first, so somebody must talk to the customer."""
        if _purpose(letter) is Purpose.CHANGE:
            turn_down(work, letter.payload["change_id"], why)
        work.orders.hold([Stop(letter.of_order, HoldKind.DATA, (why,))])


def _picked(work: Work, letter: Letter) -> str:
    """Why a person must look: of an exchange it is a customer who gets what is wanted no more."""
    kind = work.session.execute(select(ORDER.c.kind).where(ORDER.c.id == letter.of_order)).scalar_one()
    return _PICKED[Purpose.CANCEL if kind == OrderKind.EXCHANGE else _purpose(letter)]


def _because(letter: Letter) -> Reason:
    if _purpose(letter) is Purpose.CANCEL:
        return BY_CHANNEL
    return called_off(letter.payload["person"], letter.payload["why"])


def _purpose(letter: Letter) -> Purpose:
    return Purpose(letter.payload.get("purpose", Purpose.CANCEL))


def _status(work: Work, letter: Letter) -> Status:
    return Status(work.session.execute(select(ORDER.c.status).where(ORDER.c.id == letter.order_id)).scalar_one())


def _outbound(work: Work, letter: Letter) -> Any:
    query = select(OUTBOUND.c.id, OUTBOUND.c.order_id, OUTBOUND.c.outbound_no, WAREHOUSE.c.code)
    query = query.join(WAREHOUSE, WAREHOUSE.c.id == OUTBOUND.c.warehouse_id)
    return work.rows(query.where(OUTBOUND.c.id == letter.payload["outbound_id"]))[0]
