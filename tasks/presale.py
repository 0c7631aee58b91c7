"""A deposit is an order of its own; the order of its balance takes over what it holds (A10, docs/decisions/0013)."""

from collections.abc import Collection

from sqlalchemy import and_, exists, select, text, update

from models.lifecycle import HoldKind, OrderKind, Status, Step
from models.many import among
from models.order_book import HOLD, ORDER
from models.reasons import Reason
from models.work import Work
from policies.lifecycle import plan_move

_COMPLETED = (Reason("deposit-completed"),)
_BEFORE_ITS_END = (Status.RECEIVED.value, Status.CONFIRMED.value, Status.RESERVED.value)


def complete_deposits(work: Work, deposit_ids: Collection[int]) -> None:
    """These deposits have done their part: their balance has the stock, and nothing holds them any more."""
    if not deposit_ids:
        return
    unfinished = (among(ORDER.c.id, deposit_ids), ORDER.c.status.in_(_BEFORE_ITS_END))
    rows = work.rows(select(ORDER.c.id, ORDER.c.status).where(*unfinished).order_by(ORDER.c.id).with_for_update())
    ids = [row.id for row in rows]
    work.stock.release(ids, work.now)
    for kind in HoldKind:
        work.orders.unhold(ids, kind, work.run.actor, _COMPLETED)
    steps = [Step(Status.COMPLETED, work.now, _COMPLETED)]
    work.orders.advance([plan_move(row.id, Status(row.status), steps) for row in rows])


def bind_balances(work: Work) -> None:
    """Bind each balance to its deposit, whichever of the two came first; same company, same channel.

    A deposit that comes after its balance was served has nothing left to hold.
    """
    deposit = ORDER.alias("deposit")
    its_deposit = and_(
        deposit.c.company_id == work.company_id,
        deposit.c.channel_id == ORDER.c.channel_id,
        deposit.c.channel_order_no == ORDER.c.deposit_no,
        deposit.c.kind == OrderKind.DEPOSIT,
    )
    query = select(ORDER.c.id, deposit.c.id.label("deposit"), ORDER.c.status).join(deposit, its_deposit)
    # In words that both databases recognise as the condition of the partial index.
    unbound = (
        ORDER.c.company_id == work.company_id,
        text("sales_order.deposit_no <> ''"),
        ORDER.c.deposit_id.is_(None),
    )
    served: list[int] = []
    for row in work.rows(query.where(*unbound).order_by(ORDER.c.id)):
        work.session.execute(update(ORDER).where(ORDER.c.id == row.id).values(deposit_id=row.deposit))
        if row.status not in (Status.RECEIVED, Status.CONFIRMED, Status.CANCELLED):
            served.append(row.deposit)
    complete_deposits(work, served)


def waits_for_balance(work: Work, deposit_ids: Collection[int]) -> set[int]:
    """Deposits whose balance can be decided right now: it goes first, so that the two never want the same goods."""
    if not deposit_ids:
        return set()
    held = exists().where(HOLD.c.order_id == ORDER.c.id, HOLD.c.closed_at.is_(None))
    query = select(ORDER.c.deposit_id).where(
        among(ORDER.c.deposit_id, deposit_ids), ORDER.c.status.in_((Status.RECEIVED, Status.CONFIRMED)), ~held
    )
    return set(work.session.execute(query).scalars())
