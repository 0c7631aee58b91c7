"""Held orders whose reason has passed though nothing about them changed are decided again (B4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, Text, cast, func, select

from models.event import EVENT
from models.lifecycle import HoldKind
from models.order_book import HOLD, ORDER
from models.reasons import Reason
from models.work import Work
from policies.rules import Rules
from tasks.decisions import DECISION
from tasks.hub import ORDERS_A_BATCH, hub_task, tell, unit_of_work
from tasks.reservation_facts import UNDECIDED


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """How many holds ended because the company's day turned, and how many because the rules are others."""

    new_day: int
    new_rules: int

    def __bool__(self) -> bool:
        return bool(self.new_day or self.new_rules)


@hub_task
async def reconsider_holds(rules: Rules) -> Reconsidered:
    """Lift the holds that a new day or other rules may end; the same run decides their orders. Running it again lifts
    none."""
    done = Reconsidered(
        new_day=_lift(_full_before_today, Reason("day-turned")),
        new_rules=_lift(lambda work: _of_other_rules(work, rules), Reason("rules-changed", {"version": rules.version})),
    )
    if done:
        tell("to be decided again: %d holds on a new day, %d by new rules", done.new_day, done.new_rules)
    return done


def _full_before_today(work: Work) -> Select[Any]:
    """Holds of an earlier day of the company's calendar for which some warehouse had no capacity left."""
    midnight = work.now.astimezone(ZoneInfo(work.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return _held(work).where(
        HOLD.c.kind == HoldKind.STOCK,
        HOLD.c.opened_at < midnight,
        cast(HOLD.c.reasons, Text).contains('"warehouse-full"', autoescape=True),
    )


def _of_other_rules(work: Work, rules: Rules) -> Select[Any]:
    """Holds that a decision by another version of the rules opened. What a person, a channel or a warehouse stopped was
    no decision, and what people said stands with the order's version: neither is undone."""
    opened = (EVENT.c.order_id == HOLD.c.order_id, EVENT.c.kind == "held")
    of_kind = EVENT.c.detail["hold"].as_string() == HOLD.c.kind
    last = select(func.max(EVENT.c.id)).where(*opened, of_kind).correlate(HOLD).scalar_subquery()
    return (
        _held(work)
        .join(EVENT, EVENT.c.id == last)
        .join(DECISION, DECISION.c.id == EVENT.c.decision_id)
        .where(DECISION.c.policy_version != rules.version)
    )


def _held(work: Work) -> Select[Any]:
    """The open holds of orders that are not decided."""
    return (
        select(HOLD.c.order_id, HOLD.c.kind)
        .join(ORDER, ORDER.c.id == HOLD.c.order_id)
        .where(ORDER.c.company_id == work.company_id, ORDER.c.status.in_(UNDECIDED), HOLD.c.closed_at.is_(None))
    )


def _lift(passed: Callable[[Work], Select[Any]], because: Reason) -> int:
    lifted = 0
    while True:
        with unit_of_work() as work:
            found = work.rows(passed(work).limit(ORDERS_A_BATCH))
            for kind in sorted({HoldKind(row.kind) for row in found}):
                orders = [row.order_id for row in found if row.kind == kind]
                lifted += len(work.orders.unhold(orders, kind, work.run.actor, (because,)))
        if not found:
            return lifted
