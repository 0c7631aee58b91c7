"""What other rules would decide about the orders that are open now, and about a past run. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select

from messages import say_reason
from models.order_number import order_number
from models.reasons import Reason
from models.work import Work
from policies.comparison import Difference, Result, differences, stored
from policies.facts import unpack
from policies.looked_up import cannot_be_known
from policies.reservation import plan_reservations
from policies.rule_changes import changed_aside
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
    """How many orders were decided under ``before`` and ``after`` (versions of the rules), and which differ.

    ``unknown`` are the orders of which the rules ``after`` would have to know what was not looked up at the time: they
    are not compared, and what other orders got may hang on them. ``aside`` names the rules that are others too and
    decide nothing about an open order.
    """

    orders: int
    before: str
    after: str
    differences: tuple[Difference, ...]
    unknown: Mapping[int, tuple[Reason, ...]] = field(default_factory=dict)
    aside: tuple[str, ...] = ()


def compare_open_orders(old: Rules, new: Rules) -> Compared:
    """Which open orders the new rules would decide differently than the old, all else as it is now.

    Each decides on what it would look up itself. What is promised stays promised: an order that new rules would stop
    leaves nothing to others.
    """
    with reading() as work:
        before, after = (stored(plan_reservations(look(work, rules).facts, rules)) for rules in (old, new))
    found = tuple(differences(before, after))
    return Compared(len(before), old.version, new.version, found, aside=changed_aside(old, new))


def replay(flow_run_id: str, rules: Rules | None = None) -> Compared:
    """Make a past run's reservation decisions again, on the facts that it saw, with ``rules`` or its own. The beginning
    of the id is enough if only one run has it.

    Under its own rules nothing may differ (invariant 7). What others would have to know and the run did not look up is
    said of each order that it may decide. Raises ``CannotReplay``.
    """
    with reading() as work:
        orders, found, unknown = 0, list[Difference](), dict[int, tuple[Reason, ...]]()
        aside: tuple[str, ...] = ()
        then_by = now_by = ""
        for batch in _batches(work, flow_run_id):
            then_by = batch.policy_version
            own = _rules_of(work, then_by)
            policy = rules or own
            now_by, aside = policy.version, changed_aside(own, policy)
            query = select(DECISION.c.order_id, DECISION.c.result).where(DECISION.c.batch_id == batch.id)
            then = dict(work.rows(query))
            facts = unpack(batch.facts)
            again = plan_reservations(facts, policy)
            unknown |= cannot_be_known(facts, policy, again)
            found += differences(then, stored(again), to_the_word=now_by == then_by)
            orders += len(then)
    known = tuple(difference for difference in found if difference.order_id not in unknown)
    return Compared(orders, then_by, now_by, known, unknown, aside)


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


@dataclass(frozen=True, slots=True)
class Differs:
    """An order that is decided differently, in words."""

    order: str
    changed: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CannotBeKnown:
    """An order of which the decision cannot be told, and why."""

    order: str
    why: str


def shown(found: Compared) -> list[Differs | CannotBeKnown]:
    """What differs, and what cannot be known, as rows of a table for people."""
    differing = (
        Differs(order_number(d.order_id), ", ".join(d.changed), _in_words(d.before), _in_words(d.after))
        for d in found.differences
    )
    unknown = (CannotBeKnown(order_number(order_id), _said(reasons)) for order_id, reasons in found.unknown.items())
    return [*differing, *unknown]


def _in_words(result: Result) -> str:
    reasons = [reason for hold in result.get("holds", []) for reason in hold["reasons"]] or result.get("reasons", [])
    return _said([Reason.from_json(reason) for reason in reasons[:2]])


def _said(reasons: Sequence[Reason]) -> str:
    return " ".join(say_reason(reason, get_settings().locale) for reason in reasons)
