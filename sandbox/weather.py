"""Weather warnings in force, where they hold and until when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from math import hypot
from typing import Literal

from sandbox.people import nearest_place

EVENT_TYPES = {
    "台风": "1001",
    "暴雨": "1003",
    "暴雪": "1004",
    "寒潮": "1005",
    "大风": "1006",
    "高温": "1009",
    "雷电": "1014",
    "冰雹": "1015",
    "霜冻": "1016",
    "大雾": "1017",
    "霾": "1019",
    "道路结冰": "1021",
    "干旱": "1022",
    "森林火险": "1025",
}
Level = Literal["blue", "yellow", "orange", "red"]
_NEAR_DEGREES = 0.5


@dataclass(frozen=True)
class Alert:
    """A warning for a province, a city, or the surroundings of a position in degrees."""

    id: str
    event_type: str
    level: Level
    issued_at: datetime
    expires_at: datetime
    province: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    message: Literal["alert", "update", "cancel"] = "alert"
    supersedes: tuple[str, ...] = ()

    def holds_at(self, latitude: float, longitude: float) -> bool:
        if self.latitude is not None and self.longitude is not None:
            return hypot(self.latitude - latitude, self.longitude - longitude) <= _NEAR_DEGREES
        place = nearest_place(latitude, longitude)
        return self.city == place.city if self.city else self.province == place.province


@dataclass
class Weather:
    alerts: dict[str, Alert] = field(default_factory=dict)
    issued_at: dict[str, datetime] = field(default_factory=dict)
    """When every warning was issued, those of the past as well: later ones refer to it."""
    _issued: int = 0

    def next_id(self) -> str:
        self._issued += 1
        return f"WA{self._issued:06d}"

    def issue(self, alert: Alert) -> None:
        """Publish a warning; those it supersedes are no longer listed."""
        for old in alert.supersedes:
            del self.alerts[old]
        self.alerts[alert.id] = alert
        self.issued_at[alert.id] = alert.issued_at

    def cancel(self, alert_id: str, at: datetime) -> Alert:
        """Replace a warning by its cancellation. Raises ``KeyError`` if it is not in force."""
        cancelled = replace(
            self.alerts[alert_id],
            id=self.next_id(),
            message="cancel",
            issued_at=at,
            supersedes=(alert_id,),
        )
        self.issue(cancelled)
        return cancelled

    def current(self, latitude: float, longitude: float, now: datetime) -> list[Alert]:
        """What is in force at a position; a warning ends silently when it expires."""
        return [a for a in self.alerts.values() if a.expires_at > now and a.holds_at(latitude, longitude)]
