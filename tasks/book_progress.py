"""How far warehouses say that they are with outbounds, short of having shipped them (C3, C4)."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from models.base import table_of
from models.check_code import check_code
from models.company import SalesChannel
from models.lifecycle import HoldKind, Status
from models.messages import OutboundProgress, Stage
from models.order_book import ORDER, Stop
from models.outbox import OUTBOX, Owed
from models.reasons import Reason
from models.shipment import Outbound
from models.work import Work
from policies.lifecycle import plan_way
from policies.shipping import judge_code
from policies.telling import judge_progress
from tasks.hub import unit_of_work
from tasks.quarantine import refuse_message
from tasks.telling import tell_of

OUTBOUND = table_of(Outbound)
CHANNEL = table_of(SalesChannel)


def follow(work: Work, message: Any, outbound: Any, told: OutboundProgress) -> str:
    """How far the warehouse is. What we know already, our own cancellation included, changes nothing."""
    if trouble := _hold_if_in_trouble(work, outbound, told):
        refuse_message(work, message, [trouble], asdict(told), outbound.order_id)
        return "refused"
    work.inbox.finish([message.id])
    stands = Status(outbound.status)
    # Before it is released the reply that the warehouse has it is on its way; once it was asked to stop, its answer is.
    picked = told.stage is Stage.PICKED and stands is Status.RELEASED and not _we_stopped(work, outbound)
    at = Status.PICKED if picked else stands
    move = plan_way(outbound.order_id, stands, at, told.happened_at)
    if move is None:
        return "repeated"
    work.orders.advance([move])
    tell_of(work, [outbound.order_id])
    return "followed"


def book_answers(message: Any, answers: Sequence[OutboundProgress]) -> str:
    """What the warehouse made of outbounds that it was pushed together: the orders of those that it does not take are
    held; ``followed`` or ``refused``."""
    with unit_of_work() as work:
        in_order = sorted(answers, key=lambda answer: answer.outbound_no)  # so that two messages never lock crosswise
        troubles = [trouble for answer in in_order if (trouble := _hear(work, answer))]
        if troubles:
            refuse_message(work, message, troubles, {})
            return "refused"
        work.inbox.finish([message.id])
        return "followed"


def _hear(work: Work, answer: OutboundProgress) -> Reason | None:
    outbound = find_outbound(work, answer.outbound_no)
    if outbound is None:
        return Reason("outbound-unknown", {"outbound": answer.outbound_no})
    return _hold_if_in_trouble(work, outbound, answer)


def _hold_if_in_trouble(work: Work, outbound: Any, told: OutboundProgress) -> Reason | None:
    """Why a person must look, if one must; until then the order waits."""
    trouble = judge_code(told.outbound_no, check_code(outbound.outbound_no), told.check_code) or judge_progress(
        told.stage, told.word, told.outbound_no, we_stopped_it=_we_stopped(work, outbound)
    )
    if trouble:
        work.orders.hold([Stop(outbound.order_id, HoldKind.DATA, (trouble,))])
    return trouble


def _we_stopped(work: Work, outbound: Any) -> bool:
    if outbound.state == "cancelled" or Status(outbound.status) is Status.CANCELLED:
        return True
    cancellation = (OUTBOX.c.order_id == outbound.order_id, OUTBOX.c.kind == Owed.CANCEL_OUTBOUND)
    asked = select(OUTBOX.c.payload).where(*cancellation, OUTBOX.c.state != "withdrawn")
    return any(payload["outbound_id"] == outbound.id for payload in work.session.execute(asked).scalars())


def find_outbound(work: Work, outbound_no: str) -> Any:
    """An outbound with its order and channel, both locked; ``None`` if it is not ours."""
    columns = (
        *OUTBOUND.c, ORDER.c.status, ORDER.c.channel_order_no, ORDER.c.receiver, ORDER.c.kind, ORDER.c.promised_on,
        ORDER.c.destination_id,
        CHANNEL.c.code.label("channel"), CHANNEL.c.fulfilment,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(ORDER, ORDER.c.id == OUTBOUND.c.order_id)
        .join(CHANNEL, CHANNEL.c.id == ORDER.c.channel_id)
        .where(OUTBOUND.c.outbound_no == outbound_no, ORDER.c.company_id == work.company_id)
        .with_for_update(of=(ORDER, OUTBOUND))  # in this order, as the relay does
    )
    return next(iter(work.rows(query)), None)
