"""What becomes of the other open requests when a new version of an order stands (B8)."""

from typing import Any

from sqlalchemy import delete, select, update

from models.bulk import insert_rows
from models.change import APPROVAL, CHANGE, ChangeState
from models.content import OrderContent
from models.lifecycle import HoldKind
from models.order_book import ORDER, Stop
from models.reasons import Reason, to_json
from models.work import Work
from policies.change import approvers_of, classify, compare, plan_change
from policies.rules import Rules
from tasks.call_off import overtake_changes
from tasks.change_facts import change_facts
from tasks.order_content import content_of


def rebase_others(work: Work, order_id: int, rules: Rules) -> None:
    """A person's request is overtaken: its author has not seen this version. A channel states the whole order, so its
    newest request stands against any version and is asked anew, unless the order is so now."""
    order = work.rows(select(ORDER).where(ORDER.c.id == order_id))[0]
    open_ = (CHANGE.c.order_id == order_id, CHANGE.c.state == ChangeState.PROPOSED, CHANGE.c.content_hash != "")
    newest = next(iter(work.rows(select(CHANGE).where(*open_).order_by(CHANGE.c.id.desc()).limit(1))), None)
    kept = newest if newest is not None and _differences(work, order, newest) else None
    why = Reason("change-overtaken", {"version": order.version})
    overtake_changes(work, [order_id], why, besides=kept.id if kept else None)
    if kept:
        _ask_anew(work, order, kept, rules)
        work.orders.hold([Stop(order_id, HoldKind.DATA, (Reason("changed-after-reservation"),))])


def _differences(work: Work, order: Any, change: Any) -> list[str]:
    content = OrderContent.from_json(change.content)
    return [difference.field for difference in compare(content_of(work, order), content)]


def _ask_anew(work: Work, order: Any, change: Any, rules: Rules) -> None:
    after = OrderContent.from_json(change.content)
    size, why = classify(content_of(work, order), after, rules.changes)
    plan = plan_change(change_facts(work, order, after, of_channel=True))
    values = {
        "base_version": order.version, "size": size, "scope": _differences(work, order, change),
        "impact": to_json([*plan.reasons, *why]),
    }  # fmt: skip
    work.session.execute(update(CHANGE).where(CHANGE.c.id == change.id).values(**values))
    work.session.execute(delete(APPROVAL).where(APPROVAL.c.change_id == change.id))
    approvers = approvers_of(size, rules.changes) or rules.changes.major_approvers
    insert_rows(work.session, APPROVAL, [{"change_id": change.id, "approver": approver} for approver in approvers])
