"""What other rules would decide about the orders that are open now, and about a past run. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from messages import say_reason
from models.order import order_number
from models.reasons import Reason
from models.work import Work
from policies.comparison import Difference, Result, differences, stored
from policies.facts import unpack
from policies.reservation import plan_reservations
from policies.rules import Rules
from settings import get_settings
from tasks.decisions import BATCH, DECISION, POLICY
from tasks.reading import reading
from tasks.reservation_facts import look

MOST_NAMED = 5
"""Runs, the latest ones, that are named when the beginning of an id fits several."""


class CannotReplay(ValueError):
    """The run made no decision that can be made again; the message says why."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How many orders were decided under ``before`` and ``after`` (versions of the rules), and which differ."""

    orders: int
    before: str
    after: str
    differences: tuple[Difference, ...]


def compare_open_orders(old: Rules, new: Rules) -> Compared:
    """Which open orders the new rules would decide differently than the old, all else as it is now."""
    with reading() as work:
        facts = look(work, old, new).facts
    before, after = (stored(plan_reservations(facts, rules)) for rules in (old, new))
    return Compared(len(facts.orders), old.version, new.version, tuple(differences(before, after)))


def replay(flow_run_id: str, rules: Rules | None = None) -> Compared:
    """Make a past run's reservation decisions again, on the facts that it saw, with ``rules`` or its own. The beginning
    of the id is enough if only one run has it.

    Under its own rules nothing may differ (invariant 7). Raises ``CannotReplay``.
    """
    with reading() as work:
        orders, found = 0, list[Difference]()
        then_by = now_by = ""
        for batch in _batches(work, flow_run_id):
            then_by = batch.policy_version
            policy = rules or _rules_of(work, then_by)
            now_by = policy.version
            query = select(DECISION.c.order_id, DECISION.c.result).where(DECISION.c.batch_id == batch.id)
            then = dict(work.rows(query))
            again = stored(plan_reservations(unpack(batch.facts), policy))
            found += differences(then, again, to_the_word=now_by == then_by)
            orders += len(then)
    return Compared(orders, then_by, now_by, tuple(found))


def _batches(work: Work, named: str) -> Sequence[Any]:
    flow_run_id = _run(work, named)
    query = select(BATCH).where(BATCH.c.flow_run_id == flow_run_id, *_decided_orders(work))
    batches = work.rows(query.order_by(BATCH.c.id))
    if any(batch.facts is None for batch in batches):
        raise CannotReplay(f"The facts of the run {flow_run_id} are no longer kept; see retention in orderspine.toml.")
    return batches


def _run(work: Work, named: str) -> str:
    """The one run whose id is, or begins, like that."""
    decided_at = func.max(BATCH.c.decided_at)
    query = (
        select(BATCH.c.flow_run_id, decided_at.label("at"))
        .where(BATCH.c.flow_run_id.startswith(named, autoescape=True), *_decided_orders(work))
        .group_by(BATCH.c.flow_run_id)
        .order_by(decided_at.desc())
        .limit(MOST_NAMED)
    )
    found = work.rows(query)
    if not found:
        raise CannotReplay(f"The run {named} decided no orders. orderspine order show NO names the runs of an order.")
    if len(found) > 1:
        candidates = ", ".join(f"{run.flow_run_id} ({run.at:%Y-%m-%d %H:%M:%S} UTC)" for run in found)
        raise CannotReplay(f"Several runs begin with {named}: name one of them whole. The latest are: {candidates}")
    return str(found[0].flow_run_id)


def _decided_orders(work: Work) -> tuple[ColumnElement[bool], ...]:
    return BATCH.c.company_id == work.company_id, BATCH.c.kind == "reserve"


def _rules_of(work: Work, version: str) -> Rules:
    content = work.session.execute(select(POLICY.c.content).where(POLICY.c.version == version)).scalar_one()
    return Rules.model_validate_json(content)


def shown(found: Compared) -> list[dict[str, str]]:
    """The differences as rows of a table for people."""
    return [
        {
            "order": order_number(difference.order_id),
            "changed": ", ".join(difference.changed),
            "before": _in_words(difference.before),
            "after": _in_words(difference.after),
        }
        for difference in found.differences
    ]


def _in_words(result: Result) -> str:
    locale = get_settings().locale
    reasons = [reason for hold in result.get("holds", []) for reason in hold["reasons"]] or result.get("reasons", [])
    return " ".join(say_reason(Reason.from_json(reason), locale) for reason in reasons[:2])
