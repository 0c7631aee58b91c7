"""The memory of decisions: which rules, which facts, what came of them (I2). Preview and replay read it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update

from models.base import insert_or_ignore, table_of
from models.bulk import insert_numbered
from models.decision import Decision, DecisionBatch, PolicyVersion
from models.work import Work
from policies.decision import OrderDecision
from policies.facts import Facts, pack
from policies.rules import Rules
from tasks.hub import hub_task, unit_of_work

DECISION = table_of(Decision)
BATCH = table_of(DecisionBatch)
POLICY = table_of(PolicyVersion)


def remember(work: Work, facts: Facts, decided: Sequence[OrderDecision], rules: Rules) -> dict[int, int]:
    """Keep a batch of reservation decisions with all that they saw; the id of the decision per order."""
    if not decided:
        return {}
    policy = {"version": rules.version, "content": rules.model_dump_json(), "first_used_at": work.now}
    work.session.execute(insert_or_ignore(work.session, POLICY, ("version",)), [policy])
    packed = pack(facts)
    kept = {
        "company_id": work.company_id, "kind": "reserve", "policy_version": rules.version,
        "flow_run_id": work.run.flow_run_id, "decided_at": work.now,
    }  # fmt: skip
    [batch_id] = insert_numbered(work.session, BATCH, [{**kept, "facts": packed}])
    seen = hashlib.sha256(packed).hexdigest()[:16]
    rows = [
        {
            **kept, "batch_id": batch_id, "order_id": decision.order_id, "subject": "", "facts": None,
            "facts_hash": seen, "result": decision.to_json(),
        }
        for decision in decided
    ]  # fmt: skip
    ids = insert_numbered(work.session, DECISION, rows)
    return {decision.order_id: decision_id for decision, decision_id in zip(decided, ids, strict=True)}


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many batches of decisions lost their facts."""

    batches: int


@hub_task
async def forget_old_facts(rules: Rules) -> Forgotten:
    """Drop the facts of batches older than ``[retention] facts_days``; the decisions and their reasons stay."""
    with unit_of_work() as work:
        since = work.now - timedelta(days=rules.retention.facts_days)
        old = (BATCH.c.company_id == work.company_id, BATCH.c.decided_at < since, BATCH.c.facts.is_not(None))
        gone = work.rows(update(BATCH).where(*old).values(facts=None).returning(BATCH.c.id))
    return Forgotten(len(gone))
