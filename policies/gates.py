"""When a gate closes and when it opens again (D1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.messages import Alert
from models.reasons import Reason
from policies.rules import Weather


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What to do with the gate of one region; ``closed`` is how it must stand from now on."""

    region: str
    closed: bool
    changes: bool
    reasons: tuple[Reason, ...]
    evidence: tuple[Alert, ...] = ()


def decide_weather_gates(
    alerts: Mapping[str, Sequence[Alert]],
    closed_regions: frozenset[str],
    rules: Weather,
    now: datetime,
    zone: ZoneInfo,
    overruled: frozenset[str] = frozenset(),
) -> list[GateDecision]:
    """One decision for each region whose feed answered (``alerts`` has it, maybe empty).

    A region that could not be asked is left as it is: no news is not good news. Alerts against which a person opened
    the gate (``overruled``, by id) close it no more; a new alert does. Reasons say times in the company's ``zone``.
    """
    heeded = {region: [a for a in alerts[region] if a.alert_id not in overruled] for region in sorted(alerts)}
    return [_decide(region, heeded[region], region in closed_regions, rules, now, zone) for region in heeded]


def _decide(
    region: str, alerts: Sequence[Alert], closed: bool, rules: Weather, now: datetime, zone: ZoneInfo
) -> GateDecision:
    ended = {old for alert in alerts for old in alert.supersedes}
    in_force = tuple(
        alert
        for alert in alerts
        if not alert.cancelled
        and alert.alert_id not in ended
        and alert.level in rules.closing_levels
        and (alert.expires_at is None or alert.expires_at > now)
    )
    if in_force:
        reasons = tuple(
            Reason(
                "weather-alert",
                {
                    "region": region, "event": alert.event, "level": alert.level,
                    "until": alert.expires_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if alert.expires_at else "?",
                },
            )
            for alert in in_force
        )  # fmt: skip
        return GateDecision(region, closed=True, changes=not closed, reasons=reasons, evidence=in_force)
    return GateDecision(region, closed=False, changes=closed, reasons=(Reason("weather-clear", {"region": region}),))
