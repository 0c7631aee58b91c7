"""Beijing time as Taobao, Qimen, the carriers and Alipay write it: ``2024-01-02 03:04:05`` without an offset."""

from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
"""China has had one zone and no summer time since 1991."""

_FORMAT = "%Y-%m-%d %H:%M:%S"


def to_beijing(at: datetime) -> str:
    """An aware time as these partners write it; fractions of a second are cut off."""
    return at.astimezone(BEIJING).strftime(_FORMAT)


def from_beijing(text: str) -> datetime:
    """The reverse, in UTC. Raises ``ValueError``."""
    return datetime.strptime(text.strip(), _FORMAT).replace(tzinfo=BEIJING).astimezone(UTC)
