"""Ask the feeds, decide the gates, and tell who must know (D1, invariant 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, insert, select, update

from models.base import table_of
from models.decision import Decision
from models.divisions import region_of
from models.event import hash_inputs
from models.gate import Gate
from models.messages import Alert, Place
from models.outbox import OUTBOX
from models.reasons import to_json
from models.work import Work
from policies.gates import Evidence, GateDecision, Heard, decide_weather_gates
from policies.rules import Rules
from tasks.connections import partner
from tasks.hub import hub_task, tell, unit_of_work
from tasks.notices import notice
from tasks.reading import reading

GATE = table_of(Gate)
DECISION = table_of(Decision)
WEATHER = "weather"


@dataclass(frozen=True, slots=True)
class GatesChecked:
    """Which regions' gates closed, opened and stay closed, and which feeds could not be asked."""

    closed: tuple[str, ...]
    opened: tuple[str, ...]
    stay_closed: tuple[str, ...]
    away: tuple[str, ...] = ()


@hub_task
async def pull_alerts(feed: str, region: str, latitude: float, longitude: float) -> list[Alert]:
    """What a feed has in force at a place. Raises ``Unavailable`` to be retried, ``Misconfigured`` to be mended."""
    async with partner(feed) as client:
        alerts: list[Alert] = await client.pull_alerts(Place(region, latitude, longitude))
        return alerts


@hub_task
async def decide_gates(heard: Sequence[Heard], rules: Rules) -> GatesChecked:
    """Close and open the weather gates of the regions that the feeds were asked about."""
    with unit_of_work() as work:
        open_now = (GATE.c.company_id == work.company_id, GATE.c.kind == WEATHER, GATE.c.opened_at.is_(None))
        shut = {row.region: row for row in work.rows(select(GATE).where(*open_now))}
        closed_by = {region: frozenset(alert["feed"] for alert in row.evidence) for region, row in shut.items()}
        zone = ZoneInfo(work.zone)
        decisions = decide_weather_gates(heard, closed_by, rules.weather, work.now, zone, _overruled(work))
        for decision in decisions:
            if decision.changes:
                _change(work, decision, rules)
            elif decision.closed:
                _keep_closed(work, shut[decision.region], decision)
    done = GatesChecked(
        closed=tuple(d.region for d in decisions if d.closed and d.changes),
        opened=tuple(d.region for d in decisions if not d.closed and d.changes),
        stay_closed=tuple(d.region for d in decisions if d.closed and not d.changes),
        away=tuple(sorted({each.feed for each in heard if each.alerts is None})),
    )
    told = "gates: closed %s, opened %s, still closed %s; could not be asked: %s"
    tell(told, done.closed, done.opened, done.stay_closed, done.away)
    return done


class GateNotClosed(ValueError):
    """There is no closed gate of that region."""


def gates_hold_messages() -> bool:
    """Whether a message is due that only a closed gate keeps back."""
    behind = (OUTBOX.c.company_id == GATE.c.company_id, OUTBOX.c.region == GATE.c.region, OUTBOX.c.state == "due")
    with reading() as work:
        shut = (GATE.c.company_id == work.company_id, GATE.c.opened_at.is_(None))
        return bool(work.rows(select(GATE.c.id).where(*shut, exists().where(*behind)).limit(1)))


def open_gate(region: str, why: str, by: str) -> None:
    """A named person opens a gate early, against the evidence (invariant 6). Raises ``GateNotClosed``."""
    with unit_of_work(by) as work:
        shut = (GATE.c.company_id == work.company_id, GATE.c.region == region_of(region), GATE.c.opened_at.is_(None))
        opened = update(GATE).where(*shut).values(opened_at=work.now, opened_by=by, opened_why=why)
        if not work.session.execute(opened.returning(GATE.c.id)).all():
            raise GateNotClosed(f"No gate of {region!r} is closed. See: orderspine gate list")


def _overruled(work: Work) -> frozenset[str]:
    """Ids of the alerts against which a person has opened a gate."""
    by_person = (GATE.c.company_id == work.company_id, GATE.c.kind == WEATHER, GATE.c.opened_why.is_not(None))
    rows = work.rows(select(GATE.c.evidence).where(*by_person))
    return frozenset(alert["id"] for row in rows for alert in row.evidence)


def _change(work: Work, decision: GateDecision, rules: Rules) -> None:
    evidence = [_plain(each) for each in decision.evidence]
    if decision.closed:
        row = {
            "company_id": work.company_id,
            "kind": WEATHER,
            "region": decision.region,
            "reasons": to_json(decision.reasons),
            "evidence": evidence,
            "closed_at": work.now,
        }
        work.session.execute(insert(GATE), row)
    else:
        shut = (GATE.c.company_id == work.company_id, GATE.c.region == decision.region, GATE.c.opened_at.is_(None))
        work.session.execute(update(GATE).where(*shut).values(opened_at=work.now, opened_by=work.run.actor))
    _remember(work, decision, evidence)
    if rules.weather.told:
        waiting = (OUTBOX.c.company_id == work.company_id, OUTBOX.c.region == decision.region, OUTBOX.c.state == "due")
        held = work.session.execute(select(func.count()).select_from(OUTBOX).where(*waiting)).scalar_one()
        title = "gate-closed-title" if decision.closed else "gate-opened-title"
        key = f"gate:{decision.region}:{work.now.isoformat()}"
        work.outbox.add(
            [notice(rules.weather.told, key, title, decision.reasons, region=decision.region, waiting=int(held))]
        )


def _keep_closed(work: Work, gate: Any, decision: GateDecision) -> None:
    """Note for which alerts a gate is closed by now; those of a feed that is away stand as it told them last."""
    told = [alert for alert in gate.evidence if alert["feed"] in decision.away]
    evidence = [*told, *(_plain(each) for each in decision.evidence if each.feed not in decision.away)]
    if evidence != gate.evidence:
        work.session.execute(update(GATE).where(GATE.c.id == gate.id).values(evidence=evidence))


def _remember(work: Work, decision: GateDecision, evidence: Sequence[Mapping[str, Any]]) -> None:
    facts = {"alerts": list(evidence)}
    row = {
        "company_id": work.company_id,
        "kind": "gate",
        "subject": f"{WEATHER}:{decision.region}",
        "policy_version": work.run.policy_version,
        "facts": facts,
        "facts_hash": hash_inputs(facts),
        "result": {"closed": decision.closed, "reasons": to_json(decision.reasons)},
        "flow_run_id": work.run.flow_run_id,
        "decided_at": work.now,
    }
    work.session.execute(insert(DECISION), row)


def _plain(each: Evidence) -> dict[str, Any]:
    alert = each.alert
    return {
        "feed": each.feed, "id": alert.alert_id, "event": alert.event, "level": alert.level, "headline": alert.headline,
        "issued_at": alert.issued_at.isoformat(),
        "expires_at": alert.expires_at.isoformat() if alert.expires_at else None,
    }  # fmt: skip
