"""Changes of orders, asked for by people and channels, agreed to by those whom the rules name (B8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, update

from messages import say_reason
from models.bulk import insert_numbered, insert_rows
from models.change import APPROVAL, CHANGE, ChangeState
from models.content import OrderContent
from models.event import Happened
from models.lifecycle import HoldKind
from models.many import among
from models.order_book import ORDER, Stop
from models.order_number import order_id_of, order_number
from models.reasons import Reason, to_json
from models.work import Work
from policies.change import Way, approvers_of, classify, compare, plan_change
from policies.rules import Rules
from settings import get_settings
from tasks.change_effect import WAITS, carry_out, close, let_go_on, turn_down
from tasks.change_facts import change_facts
from tasks.change_words import CannotChange, changed
from tasks.hub import current_rules, unit_of_work
from tasks.notices import notice
from tasks.order_content import content_of, known_products
from tasks.order_terms import units_of


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it stands: its number, how far it is, and which approvers are still to answer."""

    change_id: int
    state: ChangeState
    waits_for: tuple[str, ...] = ()


def propose(number: str, settings: Mapping[str, str], reason: str, evidence: str, by: str) -> Asked:
    """Ask for a change by hand; ``settings`` are field → new value as text, such as ``line.1.quantity`` → ``3``.

    Raises ``CannotChange``.
    """
    with unit_of_work(by) as work:
        order = _order(work, order_id_of(number))
        if order is None:
            raise CannotChange(f"There is no order {number}.")
        before = content_of(work, order)
        after = changed(before, settings)
        unknown = {line.sku for line in after.lines} - known_products(work, {line.sku for line in after.lines}).keys()
        if unknown:
            raise CannotChange(f"We have no article {', '.join(sorted(unknown))}.")
        units = {(line.sku, line.unit) for line in after.lines if line.unit}
        strange = units - units_of(work, {sku for sku, _ in units})
        if strange:
            said = ", ".join(f"{sku} by {unit}" for sku, unit in sorted(strange))
            raise CannotChange(f"We have no unit for {said}. State it: orderspine stock define")
        if not compare(before, after):
            raise CannotChange(f"{number} is so already.")
        plan = plan_change(change_facts(work, order, after, of_channel=False))
        if plan.way is Way.NOT_POSSIBLE:
            raise CannotChange(say_reason(plan.reasons[-1], get_settings().locale))
        request = {"reason": reason, "evidence": evidence, "asked_by": by, "inbox_id": None, "content_hash": ""}
        return _ask(work, order, after, request, current_rules())


def ask_for_channel(
    work: Work, order_id: int, after: OrderContent, message: int, fingerprint: str, channel: str, rules: Rules
) -> None:
    """A channel states an order anew whose stock is promised already: its statement becomes a request, and what it
    asked before is overtaken. The same statement asks once."""
    order = _order(work, order_id)
    before = content_of(work, order)
    if after.promised_on is None or order.promised_by:
        after = replace(after, promised_on=before.promised_on)  # what was promised is not the channel's to forget
    of_channel = (CHANGE.c.order_id == order_id, CHANGE.c.content_hash != "")
    last = next(iter(work.rows(select(CHANGE).where(*of_channel).order_by(CHANGE.c.id.desc()).limit(1))), None)
    if last is not None and last.content_hash == fingerprint:
        return
    withdraw_of_channel(work, [order_id])
    if not compare(before, after):
        return
    work.orders.hold([Stop(order_id, HoldKind.DATA, (Reason(WAITS),))])
    request = {
        "reason": "changed in the channel", "evidence": f"inbox message {message}", "asked_by": channel,
        "inbox_id": message, "content_hash": fingerprint,
    }  # fmt: skip
    asked = _ask(work, order, after, request, rules)
    if asked.state is ChangeState.REFUSED:
        work.orders.hold([Stop(order_id, HoldKind.DATA, (Reason("changed-too-late"),))])


def withdraw_of_channel(work: Work, order_ids: Sequence[int]) -> None:
    """What the channel asked for these orders before is no longer what it says."""
    why = (Reason("change-restated"),)
    ended = {"state": ChangeState.OVERTAKEN, "closed_at": work.now, "outcome": to_json(why)}
    open_ = (among(CHANGE.c.order_id, order_ids), CHANGE.c.content_hash != "", CHANGE.c.state == ChangeState.PROPOSED)
    closed = update(CHANGE).where(*open_).values(**ended).returning(CHANGE.c.id, CHANGE.c.order_id)
    gone = work.session.execute(closed).all()
    let_go_on(work, [order_id for _, order_id in gone])
    work.events.add(
        [
            Happened(order_id, "change-closed", work.now, reasons=why, detail={"change": change_id})
            for change_id, order_id in sorted(gone)
        ]
    )


def answer_change(change_id: int, approver: str, verdict: str, by: str, why: str = "") -> Asked:
    """What an approver says, ``yes`` or ``no``. With the last yes the change is carried out; a no ends it.

    A request that was made for a version that no longer stands is overtaken. Raises ``CannotChange``.
    """
    with unit_of_work(by) as work:
        change, order = _locked(work, change_id)
        if change.state != ChangeState.PROPOSED:
            raise CannotChange(f"Change {change_id} is {change.state}; there is nothing to answer.")
        if change.base_version != order.version:
            return _overtake(work, change, order)
        under_way = select(CHANGE.c.id).where(CHANGE.c.order_id == order.id, CHANGE.c.state == ChangeState.APPROVED)
        if verdict == "yes" and (other := work.session.execute(under_way).scalar()):
            raise CannotChange(f"Change {other} of the same order waits for the warehouse; answer when it has ended.")
        _record_answer(work, change, approver, verdict, by, why)
        if verdict == "no":
            turn_down(work, change.id, Reason("vetoed-by", {"person": by}))
            return Asked(change_id, ChangeState.REFUSED)
        waits_for = _unanswered(work, change_id)
        if waits_for:
            return Asked(change_id, ChangeState.PROPOSED, waits_for)
        return Asked(change_id, carry_out(work, change, order, current_rules()))


def _ask(work: Work, order: Any, after: OrderContent, request: Mapping[str, Any], rules: Rules) -> Asked:
    before = content_of(work, order)
    size, why = classify(before, after, rules.changes)
    approvers = approvers_of(size, rules.changes)
    plan = plan_change(change_facts(work, order, after, of_channel=bool(request["content_hash"])))
    row = {
        **request, "company_id": work.company_id, "order_id": order.id, "base_version": order.version,
        "scope": [difference.field for difference in compare(before, after)], "content": after.to_json(),
        "size": size, "impact": to_json([*plan.reasons, *why]), "state": ChangeState.PROPOSED, "asked_at": work.now,
    }  # fmt: skip
    [change_id] = insert_numbered(work.session, CHANGE, [row])
    insert_rows(work.session, APPROVAL, [{"change_id": change_id, "approver": approver} for approver in approvers])
    detail = {"change": change_id, "size": size, "evidence": request["evidence"]}
    work.events.add([Happened(order.id, "change-asked", work.now, reasons=plan.reasons, detail=detail)])
    if plan.way is Way.NOT_POSSIBLE:
        turn_down(work, change_id, plan.reasons[-1])
        return Asked(change_id, ChangeState.REFUSED)
    _tell(work, change_id, order.id, size, approvers, plan.reasons, rules)
    if approvers:
        return Asked(change_id, ChangeState.PROPOSED, approvers)
    change, order = _locked(work, change_id)
    return Asked(change_id, carry_out(work, change, order, rules))


def _tell(
    work: Work, change_id: int, order_id: int, size: str, approvers: Sequence[str], why: Sequence[Reason], rules: Rules
) -> None:
    """Each approver whom the rules can reach hears that an answer is awaited."""
    work.outbox.add(
        [
            notice(
                rules.told[approver], f"change:{change_id}:{approver}", "notice-change-asked", why,
                change=str(change_id), number=order_number(order_id), size=size, approver=approver,
            )
            for approver in approvers
            if rules.told.get(approver)
        ]
    )  # fmt: skip


def _order(work: Work, order_id: int | None) -> Any:
    query = select(ORDER).where(ORDER.c.id == order_id, ORDER.c.company_id == work.company_id)
    return next(iter(work.rows(query.with_for_update())), None)


def _locked(work: Work, change_id: int) -> tuple[Any, Any]:
    """The request and its order; the order is locked first, as by everybody who changes one."""
    of_company = (CHANGE.c.id == change_id, CHANGE.c.company_id == work.company_id)
    order_id = work.session.execute(select(CHANGE.c.order_id).where(*of_company)).scalar()
    if order_id is None:
        raise CannotChange(f"There is no change {change_id}. List them: orderspine change list")
    order = _order(work, order_id)
    return work.rows(select(CHANGE).where(*of_company).with_for_update())[0], order


def _overtake(work: Work, change: Any, order: Any) -> Asked:
    close(work, change, ChangeState.OVERTAKEN, (Reason("change-overtaken", {"version": order.version}),))
    return Asked(change.id, ChangeState.OVERTAKEN)


def _record_answer(work: Work, change: Any, approver: str, verdict: str, by: str, why: str) -> None:
    asked = (APPROVAL.c.change_id == change.id, APPROVAL.c.approver == approver, APPROVAL.c.verdict.is_(None))
    said = {"verdict": verdict, "by": by, "why": why, "answered_at": work.now}
    if not work.session.execute(update(APPROVAL).where(*asked).values(**said).returning(APPROVAL.c.id)).all():
        waits = ", ".join(_unanswered(work, change.id)) or "nobody"
        raise CannotChange(f"Change {change.id} does not wait for {approver!r}; it waits for: {waits}.")
    reasons = (Reason("approved-by" if verdict == "yes" else "vetoed-by", {"person": by}),)
    detail = {"change": change.id, "as": approver, "why": why}
    work.events.add([Happened(change.order_id, "answered", work.now, reasons=reasons, detail=detail)])


def _unanswered(work: Work, change_id: int) -> tuple[str, ...]:
    query = select(APPROVAL.c.approver).where(APPROVAL.c.change_id == change_id, APPROVAL.c.verdict.is_(None))
    return tuple(work.session.execute(query.order_by(APPROVAL.c.id)).scalars())
