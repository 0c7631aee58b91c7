"""When a gate closes and when it opens again (D1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.messages import Alert
from models.reasons import Reason
from policies.rules import Weather


@dataclass(frozen=True, slots=True)
class Heard:
    """What one feed says of a watched place in a region; ``alerts`` is ``None`` if it could not be asked."""

    region: str
    alerts: Sequence[Alert] | None


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What to do with the gate of one region; ``closed`` is how it must stand from now on."""

    region: str
    closed: bool
    changes: bool
    reasons: tuple[Reason, ...]
    evidence: tuple[Alert, ...] = ()


def decide_weather_gates(
    heard: Sequence[Heard],
    closed_regions: frozenset[str],
    rules: Weather,
    now: datetime,
    zone: ZoneInfo,
    overruled: frozenset[str] = frozenset(),
) -> list[GateDecision]:
    """One decision for each region of which enough was heard: any feed's alert closes a gate, and it opens when all
    have answered and none has one. Else it is left as it is: no news is not good news.

    Alerts against which a person opened the gate (``overruled``, by id) close it no more; a new alert does. Reasons say
    times in the company's ``zone``.
    """
    unheard = {each.region for each in heard if each.alerts is None}
    alerts: dict[str, list[Alert]] = {region: [] for region in sorted({each.region for each in heard})}
    for each in heard:
        alerts[each.region] += [alert for alert in each.alerts or () if alert.alert_id not in overruled]
    decisions = [_decide(region, alerts[region], region in closed_regions, rules, now, zone) for region in alerts]
    return [decision for decision in decisions if decision.closed or decision.region not in unheard]


def _decide(
    region: str, alerts: Sequence[Alert], closed: bool, rules: Weather, now: datetime, zone: ZoneInfo
) -> GateDecision:
    ended = {old for alert in alerts for old in alert.supersedes}
    in_force = {
        alert.alert_id: alert
        for alert in alerts
        if not alert.cancelled
        and alert.alert_id not in ended
        and alert.level in rules.closing_levels
        and (alert.expires_at is None or alert.expires_at > now)
    }  # an alert that holds at two places of the region is one
    if in_force:
        reasons = tuple(
            Reason(
                "weather-alert",
                {
                    "region": region, "event": alert.event, "level": alert.level,
                    "until": alert.expires_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if alert.expires_at else "?",
                },
            )
            for alert in in_force.values()
        )  # fmt: skip
        return GateDecision(region, closed=True, changes=not closed, reasons=reasons, evidence=tuple(in_force.values()))
    return GateDecision(region, closed=False, changes=closed, reasons=(Reason("weather-clear", {"region": region}),))
