"""When a gate closes and when it opens again (D1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.messages import Alert
from models.reasons import Reason
from policies.rules import Weather


@dataclass(frozen=True, slots=True)
class Heard:
    """What one feed says of a watched place in a region; ``alerts`` is ``None`` if it could not be asked."""

    feed: str
    region: str
    alerts: Sequence[Alert] | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """An alert for which a gate is closed, and the feed that told of it."""

    feed: str
    alert: Alert


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What to do with the gate of one region; ``closed`` is how it must stand from now on, ``away`` are feeds that
    could not be asked about it."""

    region: str
    closed: bool
    changes: bool
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...] = ()
    away: tuple[str, ...] = ()


def decide_weather_gates(
    heard: Sequence[Heard],
    closed_by: Mapping[str, frozenset[str]],
    rules: Weather,
    now: datetime,
    zone: ZoneInfo,
    overruled: frozenset[str] = frozenset(),
) -> list[GateDecision]:
    """One decision for each region of which anything was heard, by the feeds that were: any feed's alert closes a gate,
    and it opens when none that answered has one. A feed that is away keeps closed what it has closed: no news is not
    good news.

    ``closed_by`` names the feeds for whose alerts each closed gate is closed. Alerts against which a person opened the
    gate (``overruled``, by id) close it no more; a new alert does. Reasons say times in the company's ``zone``.
    """
    of_region: dict[str, list[Heard]] = {region: [] for region in sorted({each.region for each in heard})}
    for each in heard:
        of_region[each.region].append(each)
    decisions = []
    for region, answers in of_region.items():
        away = tuple(sorted({each.feed for each in answers if each.alerts is None}))
        if not away or any(each.alerts is not None for each in answers):
            in_force = _in_force(answers, rules, now, overruled)
            decisions.append(_decide(region, in_force, away, closed_by.get(region), zone))
    return decisions


def _in_force(
    answers: Sequence[Heard], rules: Weather, now: datetime, overruled: frozenset[str]
) -> tuple[Evidence, ...]:
    """What closes the gate now; an alert that a feed has at two places of the region is one."""
    told = [Evidence(each.feed, alert) for each in answers for alert in each.alerts or ()]
    told = [each for each in told if each.alert.alert_id not in overruled]
    ended = {old for each in told for old in each.alert.supersedes}
    in_force = {
        (each.feed, each.alert.alert_id): each
        for each in told
        if not each.alert.cancelled
        and each.alert.alert_id not in ended
        and each.alert.level in rules.closing_levels
        and (each.alert.expires_at is None or each.alert.expires_at > now)
    }
    return tuple(in_force.values())


def _decide(
    region: str,
    in_force: tuple[Evidence, ...],
    away: tuple[str, ...],
    closed_by: frozenset[str] | None,
    zone: ZoneInfo,
) -> GateDecision:
    closed = closed_by is not None
    missing = tuple(Reason("weather-feed-away", {"region": region, "feed": feed}) for feed in away)
    if in_force:
        alerts = {each.alert.alert_id: each.alert for each in in_force}  # two feeds may tell of the same
        reasons = (*(_why_closed(region, alert, zone) for alert in alerts.values()), *missing)
        return GateDecision(region, closed=True, changes=not closed, reasons=reasons, evidence=in_force, away=away)
    if closed_by and not closed_by.isdisjoint(away):
        return GateDecision(region, closed=True, changes=False, reasons=missing, away=away)
    clear = Reason("weather-clear", {"region": region})
    return GateDecision(region, closed=False, changes=closed, reasons=(clear, *missing), away=away)


def _why_closed(region: str, alert: Alert, zone: ZoneInfo) -> Reason:
    until = alert.expires_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if alert.expires_at else "?"
    return Reason("weather-alert", {"region": region, "event": alert.event, "level": alert.level, "until": until})
