"""A change takes effect: the new version with all that follows from it in the transaction that it is given (B8)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from models.base import insert_or_ignore, table_of
from models.change import APPROVAL, CHANGE, ChangeState
from models.content import OrderContent
from models.event import Happened
from models.lifecycle import HoldKind, Status, Step
from models.many import among
from models.order import Answer
from models.order_book import HOLD, ORDER
from models.reasons import Reason, to_json
from models.work import Work
from policies.change import ChangeFacts, Size, Way, plan_change
from policies.lifecycle import plan_move
from policies.rules import Rules
from tasks.call_off import Purpose, ask_to_stop, outbounds_there, retract
from tasks.change_facts import change_facts
from tasks.change_rebase import rebase_others
from tasks.order_content import columns_of, keep_version, known_products, line_row, write_lines
from tasks.reserve_orders import decide_orders
from tasks.waiting import decide_again

ANSWER = table_of(Answer)
WAITS = "changed-after-reservation"
"""The reason of the hold while a channel's change waits for its answer."""


def is_under_way(work: Work, change_id: int) -> bool:
    """Whether a change still waits for the warehouse to stop."""
    return bool(_change(work, change_id).state == ChangeState.APPROVED)


def carry_out(work: Work, change: Any, order: Any, rules: Rules) -> ChangeState:
    """Everybody has agreed: the change takes effect, or the warehouse is asked to stop, or it is too late for it.

    ``change`` and ``order`` are rows, the order's locked.
    """
    plan = plan_change(_facts(work, change, order))
    if plan.way is Way.NOT_POSSIBLE:
        turn_down(work, change.id, plan.reasons[-1])
        return ChangeState.REFUSED
    agreed = update(CHANGE).where(CHANGE.c.id == change.id).values(state=ChangeState.APPROVED)
    work.session.execute(agreed)
    if plan.way is Way.INTERCEPT:
        there = outbounds_there(work, [order.id])
        ask_to_stop(work, there, f"change {change.id}: {change.reason}", Purpose.CHANGE, change_id=change.id)
        return ChangeState.APPROVED
    make_effective(work, change.id, rules)
    return ChangeState.EFFECTIVE


def make_effective(work: Work, change_id: int, rules: Rules) -> None:
    """The new version stands. What no partner was told changes nothing else; otherwise the order's stock, outbound and
    messages are planned anew, at once if it had any.

    No warehouse may have the order any more. Raises ``StockMoved`` or ``OrderMoved``.
    """
    change = _change(work, change_id)
    order = work.rows(select(ORDER).where(ORDER.c.id == change.order_id))[0]
    content = OrderContent.from_json(change.content)
    plan = plan_change(_facts(work, change, order))
    _write(work, change, order, content)
    let_go_on(work, [order.id])
    close(work, change, ChangeState.EFFECTIVE, (Reason("change-in-effect", {"version": order.version + 1}),))
    if plan.replans:
        _plan_anew(work, change, order, rules)
    rebase_others(work, order.id, rules)


def turn_down(work: Work, change_id: int, why: Reason) -> None:
    """The change does not come; the order goes on as it was."""
    change = _change(work, change_id)
    if change.closed_at is None:
        close(work, change, ChangeState.REFUSED, (why,))
        let_go_on(work, [change.order_id])


def close(work: Work, change: Any, state: ChangeState, why: Sequence[Reason]) -> None:
    """Write how a change ended."""
    made = change.base_version + 1 if state is ChangeState.EFFECTIVE else None
    ended = {"state": state, "closed_at": work.now, "outcome": to_json(why), "made_version": made}
    work.session.execute(update(CHANGE).where(CHANGE.c.id == change.id).values(**ended))
    detail = {"change": change.id, "state": state}
    work.events.add([Happened(change.order_id, "change-closed", work.now, reasons=tuple(why), detail=detail)])


def _facts(work: Work, change: Any, order: Any) -> ChangeFacts:
    content = OrderContent.from_json(change.content)
    return change_facts(work, order, content, of_channel=bool(change.content_hash))


def _change(work: Work, change_id: int) -> Any:
    return work.rows(select(CHANGE).where(CHANGE.c.id == change_id))[0]


def _write(work: Work, change: Any, order: Any, content: OrderContent) -> None:
    """The new content in the place of the old, which stays readable under its version."""
    keep_version(work, order.id)
    products = known_products(work, {line.sku for line in content.lines})
    write_lines(work, order.id, [line_row(line, order.id, products) for line in content.lines])
    version = order.version + 1
    values = {**columns_of(content), "version": version}
    if change.content_hash:
        values["content_hash"] = change.content_hash
    work.session.execute(update(ORDER).where(ORDER.c.id == order.id).values(**values))
    row = {"order_id": order.id, "version": version, "inbox_id": change.inbox_id, "change_id": change.id}
    work.orders.add_versions([{**row, "stated_at": change.asked_at}])
    _carry_answers(work, change, order.version)
    detail = {"version": version, "change": change.id}
    work.events.add([Happened(order.id, "changed", work.now, detail=detail, inputs_hash=change.content_hash)])


def _carry_answers(work: Work, change: Any, version: int) -> None:
    """Who agreed to the change has agreed to the new version; after a minor one every earlier answer still counts."""
    said = select(APPROVAL).where(APPROVAL.c.change_id == change.id, APPROVAL.c.verdict == "yes")
    rows = [
        {"question": row.approver, "by": row.by, "why": row.why, "answered_at": row.answered_at}
        for row in work.rows(said)
    ]
    if change.size == Size.MINOR:
        before = select(ANSWER).where(ANSWER.c.order_id == change.order_id, ANSWER.c.version == version)
        rows += [
            {"question": row.question, "by": row.by, "why": row.why, "answered_at": row.answered_at}
            for row in work.rows(before.where(ANSWER.c.verdict == "yes"))
        ]
    always = {"order_id": change.order_id, "version": version + 1, "verdict": "yes"}
    once = {row["question"]: {**always, **row} for row in reversed(rows)}
    if once:
        into = insert_or_ignore(work.session, ANSWER, ("order_id", "version", "question"))
        work.session.execute(into, [*once.values()])


def _plan_anew(work: Work, change: Any, order: Any, rules: Rules) -> None:
    """Give back what the old version had and decide the new one. One that has no stock yet is decided in its turn."""
    retract(work, order.id)
    status = Status(order.status)
    if status in (Status.RESERVED, Status.RELEASED):
        because = (Reason("change-in-effect", {"version": order.version + 1}),)
        work.orders.advance([plan_move(order.id, status, [Step(Status.CONFIRMED, work.now, because)])])
        held = work.stock.held_by([order.id])
        decide_orders(work, [order.id], rules)
        kept = {(take.order_line_id, take.stock_level_id, take.quantity) for take in work.stock.held_by([order.id])}
        freed = {t.stock_level_id for t in held if (t.order_line_id, t.stock_level_id, t.quantity) not in kept}
        decide_again(work, freed, (Reason("stock-given-back"),))
    else:
        for kind in (HoldKind.STOCK, HoldKind.APPROVAL, HoldKind.CREDIT, HoldKind.PAYMENT):
            work.orders.unhold([order.id], kind, change.asked_by)


def let_go_on(work: Work, order_ids: Sequence[int]) -> None:
    """The hold that showed the channel's change has done its service; a hold for another reason stays."""
    query = select(HOLD.c.order_id, HOLD.c.reasons).where(among(HOLD.c.order_id, order_ids), HOLD.c.closed_at.is_(None))
    shown = [row.order_id for row in work.rows(query.where(HOLD.c.kind == HoldKind.DATA)) if _shows_change(row.reasons)]
    work.orders.unhold(shown, HoldKind.DATA, work.run.actor)


def _shows_change(reasons: Sequence[Any]) -> bool:
    return any(reason["code"] == WAITS for reason in reasons)
