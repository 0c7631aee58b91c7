"""Questions that nobody has answered in the time that a review rule gives (B6)."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from models.lifecycle import HoldKind
from models.order_book import HOLD, ORDER
from models.order_number import order_number
from models.reasons import Reason
from models.work import Work
from policies.rules import ReviewRule, Rules
from tasks.answers import open_questions
from tasks.hub import hub_task, tell, unit_of_work
from tasks.notices import notice


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many questions wait longer than their rule allows."""

    late: int


@hub_task
async def remind_of_questions(rules: Rules) -> Reminded:
    """Tell the approver of every question that is open for too long, once; running it again tells nothing new."""
    timed = {rule.name: rule for rule in rules.review if rule.approver and rule.alert_after_minutes}
    if not timed:
        return Reminded(0)
    with unit_of_work() as work:
        late = _late(work, timed)
        work.outbox.add(
            [
                notice(
                    connection, f"unanswered:{hold_id}:{rule.name}", "notice-unanswered", (reason,),
                    order=order_number(order_id), approver=rule.approver,
                )
                for hold_id, order_id, rule, reason in late
                if (connection := rules.told.get(rule.approver) or rules.told.get(rule.tell))
            ]
        )  # fmt: skip
    if late:
        tell("%d questions wait for an answer for too long", len(late))
    return Reminded(len(late))


def _late(work: Work, timed: dict[str, ReviewRule]) -> list[tuple[int, int, ReviewRule, Reason]]:
    """The open questions of these rules whose time is over: hold, order, rule and why."""
    shortest = min(rule.alert_after_minutes or 0 for rule in timed.values())
    query = (
        select(HOLD.c.id, HOLD.c.order_id, HOLD.c.reasons, HOLD.c.opened_at)
        .join(ORDER, ORDER.c.id == HOLD.c.order_id)
        .where(ORDER.c.company_id == work.company_id, HOLD.c.kind == HoldKind.APPROVAL, HOLD.c.closed_at.is_(None))
        .where(HOLD.c.opened_at <= work.now - timedelta(minutes=shortest))
        .order_by(HOLD.c.id)
    )
    found = []
    for hold in work.rows(query):
        open_now = open_questions(work, hold.order_id)
        asked = (r["facts"] for r in hold.reasons if r["code"] == "approval-needed")
        for facts in asked:
            if facts["approver"] not in open_now:
                continue
            rule = timed.get(facts["rule"])
            minutes = rule.alert_after_minutes if rule else None
            if rule and minutes and hold.opened_at + timedelta(minutes=minutes) <= work.now:
                waited: Reason = Reason(
                    "unanswered", {"approver": facts["approver"], "rule": facts["rule"], "minutes": minutes}
                )
                found.append((hold.id, hold.order_id, rule, waited))
    return found
