"""US Pacific time as Alibaba.com writes it: asked for as ``2025-07-31 21:09:36``, told as ``Jul. 31, 2025, 21:09:36
PDT.``"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
_HOUR: Final = timedelta(hours=1)
_OFFSETS: Final = {"PST": timezone(-8 * _HOUR), "PDT": timezone(-7 * _HOUR)}


def not_after(at: datetime) -> str:
    """A time as the beginning of what is asked for.

    Where clocks go back an hour of the night is there twice, and the text does not say which of the two is meant: then
    it is an hour earlier, so that either reading takes in what is wanted.
    """
    return _written(at, -_HOUR)


def not_before(at: datetime) -> str:
    """A time as the end of what is asked for; in the hour that is there twice, an hour later."""
    return _written(at, _HOUR)


def from_pacific(text: str) -> datetime:
    """A told time, in UTC. Raises ``ValueError``, also for one that names another zone."""
    moment, _, zone = text.strip().rstrip(".").rpartition(" ")
    if zone not in _OFFSETS:
        raise ValueError(f"{text[:40]!r} is neither in PST nor in PDT")
    return datetime.strptime(moment, "%b. %d, %Y, %H:%M:%S").replace(tzinfo=_OFFSETS[zone]).astimezone(UTC)


def _written(at: datetime, away: timedelta) -> str:
    local = at.astimezone(PACIFIC)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{(at + away).astimezone(PACIFIC) if twice else local:%Y-%m-%d %H:%M:%S}"
