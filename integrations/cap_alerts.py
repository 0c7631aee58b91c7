"""What an alert of the Common Alerting Protocol says: OASIS CAP 1.1 and 1.2. No I/O.

What breaks the standard is refused with the reason; what is merely unknown is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Final
from xml.etree.ElementTree import Element

from models.divisions import division, lies_in
from models.messages import Alert, Place

LASTS: Final = timedelta(hours=24)
"""How long an alert without an end holds."""

_NAMESPACE: Final = re.compile(r"\{urn:oasis:names:tc:emergency:cap:1\.[12]\}alert")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_EARTH_KM: Final = 6_371.0
_COLOUR: Final = re.compile("(蓝|黄|橙|红)色预警")
_LEVELS: Final = {"蓝": "blue", "黄": "yellow", "橙": "orange", "红": "red"}
_SEVERITIES: Final = {"Minor": "blue", "Moderate": "yellow", "Severe": "orange", "Extreme": "red"}
"""China's four levels are defined by these words (blue: minor … red: extreme)."""

_RANKS: Final = ("unknown", "blue", "yellow", "orange", "red")
_ALLOWED: Final = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown", "Very Likely"},
}
_SPEAKS_OF_OTHERS: Final = {"Update", "Cancel"}


class CannotRead(ValueError):
    """What came is no CAP alert; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where a part of an alert holds: rings of (latitude, longitude), circles with kilometres, division codes."""

    rings: tuple[tuple[tuple[float, float], ...], ...]
    circles: tuple[tuple[float, float, float], ...]
    divisions: tuple[str, ...]

    def covers(self, place: Place, lies: str) -> bool:
        """Whether the place is in it, by code or by position; ``lies`` is the place's division."""
        here = (place.latitude, place.longitude)
        return (
            any(lies_in(lies, each) for each in self.divisions)
            or any(_in_ring(here, ring) for ring in self.rings)
            or any(_kilometres(here, (lat, lon)) <= radius for lat, lon, radius in self.circles)
        )


@dataclass(frozen=True, slots=True)
class Info:
    """One block of an alert: usually a language, sometimes a part of the area."""

    language: str
    event: str
    level: str
    headline: str
    expires_at: datetime
    over: bool
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class CapAlert:
    """One message. ``id`` is sender, identifier and time sent, as later messages refer to it."""

    id: str
    sent_at: datetime
    actual: bool
    kind: str
    references: tuple[str, ...]
    infos: tuple[Info, ...]


def read_alert(root: Element) -> CapAlert:
    """Read one message. Raises ``CannotRead`` with the element that breaks the standard."""
    if not _NAMESPACE.fullmatch(str(root.tag)):
        raise CannotRead("this is no alert of CAP 1.1 or 1.2")
    sender, identifier, sent = (_required(root, name) for name in ("sender", "identifier", "sent"))
    status, kind, _ = (_one_of(root, name) for name in ("status", "msgType", "scope"))
    references = tuple(_text(root, "references").split())
    if kind in _SPEAKS_OF_OTHERS and not references:
        raise CannotRead(f"references: a message of type {kind} names no alert")
    sent_at = _time(sent, "sent")
    return CapAlert(
        id=f"{sender},{identifier},{sent}",
        sent_at=sent_at,
        actual=status == "Actual",
        kind=kind,
        references=references,
        infos=tuple(_info(each, sent_at) for each in _all(root, "info")),
    )


def alert_at(message: CapAlert, place: Place, lies: str, language: str) -> Alert | None:
    """What the message means for a place; ``None`` if it does not concern it. A cancellation may come without any
    area: it ends what it refers to wherever that was."""
    if not message.actual or message.kind in {"Ack", "Error"}:
        return None
    spoken = [info for info in message.infos if info.language.lower().startswith(language.lower())] or message.infos
    here = [info for info in spoken if any(area.covers(place, lies) for area in info.areas)]
    cancelled = message.kind == "Cancel"
    if not here and not (cancelled and not message.infos):
        return None
    worst = max(here, key=lambda info: _RANKS.index(info.level), default=None)
    return Alert(
        alert_id=message.id,
        region=place.region,
        event=worst.event if worst else "",
        level=worst.level if worst else "unknown",
        headline=worst.headline if worst else "",
        issued_at=message.sent_at,
        expires_at=max(info.expires_at for info in here) if here else message.sent_at + LASTS,
        cancelled=cancelled or (bool(here) and all(info.over for info in here)),
        supersedes=message.references,
    )


def _info(element: Element, sent_at: datetime) -> Info:
    event = _required(element, "event")
    _, severity, _ = (_one_of(element, name) for name in ("urgency", "severity", "certainty"))
    headline = _text(element, "headline") or event
    effective, expires = _text(element, "effective"), _text(element, "expires")
    starts_at = _time(effective, "effective") if effective else sent_at
    colour = _COLOUR.search(headline) or _COLOUR.search(event)
    return Info(
        language=_text(element, "language") or "en-US",
        event=event,
        level=_LEVELS[colour[1]] if colour else _SEVERITIES.get(severity, "unknown"),
        headline=headline,
        expires_at=_time(expires, "expires") if expires else starts_at + LASTS,
        over="AllClear" in [(each.text or "").strip() for each in _all(element, "responseType")],
        areas=tuple(map(_area, _all(element, "area"))),
    )


def _area(element: Element) -> Area:
    _required(element, "areaDesc")
    codes = [value for code in _all(element, "geocode") for value in _text(code, "value").split()]
    return Area(
        rings=tuple(_ring(text) for text in _texts(element, "polygon")),
        circles=tuple(_circle(text) for text in _texts(element, "circle")),
        divisions=tuple(filter(None, map(division, codes))),
    )


def _ring(text: str) -> tuple[tuple[float, float], ...]:
    ring = tuple(_pair(pair, "polygon") for pair in text.split())
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise CannotRead("polygon: it is not closed")
    return ring


def _circle(text: str) -> tuple[float, float, float]:
    centre, _, written = text.partition(" ")
    try:
        radius = float(written)
    except ValueError:
        raise CannotRead(f"circle: {text[:40]!r} is no position and radius") from None
    return (*_pair(centre, "circle"), radius)


def _pair(text: str, name: str) -> tuple[float, float]:
    try:
        latitude, longitude = map(float, text.split(","))
    except ValueError:
        raise CannotRead(f"{name}: {text[:40]!r} is no position") from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise CannotRead(f"{name}: {text[:40]!r} is nowhere on earth")
    return latitude, longitude


def _in_ring(point: tuple[float, float], ring: tuple[tuple[float, float], ...]) -> bool:
    """Whether a ray to the east crosses the ring an odd number of times."""
    (y, x), inside = point, False
    for (y1, x1), (y2, x2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great circle between two positions."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, position)) for position in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _all(element: Element, name: str) -> Iterator[Element]:
    """The children of that name, whether the feed gave them CAP's namespace or forgot it."""
    return (child for child in element if local(child) == name)


def _texts(element: Element, name: str) -> Iterator[str]:
    return filter(None, ((child.text or "").strip() for child in _all(element, name)))


def _text(element: Element, name: str) -> str:
    return next(_texts(element, name), "")


def _required(element: Element, name: str) -> str:
    text = _text(element, name)
    if not text:
        raise CannotRead(f"{name}: it is missing")
    return text


def _one_of(element: Element, name: str) -> str:
    text = _required(element, name)
    if text not in _ALLOWED[name]:
        raise CannotRead(f"{name}: {text[:40]!r} is not allowed")
    return text


def _time(text: str, name: str) -> datetime:
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CannotRead(f"{name}: {text[:40]!r} is no time with a zone") from None
