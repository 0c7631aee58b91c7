"""What QWeather's alerts mean, in the current schema and in the two legacy ones. No I/O."""

import re
from datetime import UTC, datetime
from typing import Final

from pydantic import Field

from integrations.answers import Reply
from models.messages import Alert

_LEVELS: Final = {"蓝": "blue", "黄": "yellow", "橙": "orange", "红": "red"}
_COLOURS: Final = frozenset(_LEVELS.values())
_HEADLINE: Final = re.compile(r"发布(.+?)(蓝|黄|橙|红)色预警")


class _Code(Reply):
    code: str = ""
    name: str = ""
    supersedes: tuple[str, ...] = ()


class _CurrentAlert(Reply):
    id: str = Field(min_length=1)
    issuedTime: str  # noqa: N815  (the partner's name)
    messageType: _Code = _Code()  # noqa: N815
    eventType: _Code = _Code()  # noqa: N815
    color: _Code | None = None
    expireTime: str | None = None  # noqa: N815
    headline: str = ""


class _Metadata(Reply):
    zeroResult: bool = False  # noqa: N815


class Current(Reply):
    """``/weatheralert/v1/current``."""

    metadata: _Metadata
    alerts: tuple[_CurrentAlert, ...] = ()


class _LegacyAlert(Reply):
    id: str = Field(min_length=1)
    pubTime: str  # noqa: N815
    title: str = ""
    endTime: str | None = None  # noqa: N815
    status: str = ""
    level: str = ""
    severityColor: str = ""  # noqa: N815
    typeName: str = ""  # noqa: N815
    related: str | None = None


class Legacy(Reply):
    """``/v7/warning/now`` of 2021 (``level``) and of 2023 (``severityColor``)."""

    code: str
    warning: tuple[_LegacyAlert, ...] = ()


def current_alerts(reply: Current, region: str) -> list[Alert]:
    """The alerts of the current schema. Raises ``ValueError`` for a time that cannot be read."""
    return [
        Alert(
            alert_id=each.id,
            region=region,
            event=each.eventType.name or _event(each.headline),
            level=_level(each.color.code if each.color else "", each.headline),
            headline=each.headline,
            issued_at=_time(each.issuedTime),
            expires_at=_time(each.expireTime) if each.expireTime else None,
            cancelled=each.messageType.code == "cancel",
            supersedes=each.messageType.supersedes,
        )
        for each in reply.alerts
    ]


def legacy_alerts(reply: Legacy, region: str) -> list[Alert]:
    """The alerts of either legacy schema. Raises ``ValueError`` for a time that cannot be read."""
    return [
        Alert(
            alert_id=each.id,
            region=region,
            event=each.typeName or _event(each.title),
            level=_level(each.severityColor or each.level, each.title),
            headline=each.title,
            issued_at=_time(each.pubTime),
            expires_at=_time(each.endTime) if each.endTime else None,
            cancelled=each.status == "cancel",
            supersedes=(each.related,) if each.related else (),
        )
        for each in reply.warning
    ]


def _level(colour: str, headline: str) -> str:
    """One of the four Chinese levels by its colour, else by the headline; no other scale is turned into one."""
    if colour.lower() in _COLOURS:
        return colour.lower()
    if colour[:1] in _LEVELS:
        return _LEVELS[colour[0]]
    found = _HEADLINE.search(headline)
    return _LEVELS[found[2]] if found else "unknown"


def _event(headline: str) -> str:
    found = _HEADLINE.search(headline)
    return found[1] if found else ""


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text[:40]} has no zone")
    return at.astimezone(UTC)
