"""What time it is in the simulated world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


class Clock:
    """The world's clock: the real one until it is fixed."""

    def __init__(self) -> None:
        self._fixed: datetime | None = None

    def now(self) -> datetime:
        """The world's present moment, aware, in UTC."""
        return self._fixed or datetime.now(UTC)

    def set_now(self, moment: datetime | None) -> None:
        """Fix the clock at `moment` (aware); ``None`` lets it run with the real one again."""
        self._fixed = None if moment is None else aware(moment)

    def accepts(self, moment: datetime, tolerance: timedelta) -> bool:
        """Whether a caller's time stamp is near enough to the world's or to the real clock.

        Either will do: the hub signs with the real time also while the world plays another day.
        """
        return any(abs(clock - moment) <= tolerance for clock in (self.now(), datetime.now(UTC)))


def aware(moment: datetime) -> datetime:
    """`moment` in UTC. Raises ``ValueError`` if it has no zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def beijing_text(moment: datetime) -> str:
    """`yyyy-MM-dd HH:mm:ss` as the Chinese partners write times: Beijing time without an offset."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def from_beijing_text(text: str) -> datetime:
    """The inverse of ``beijing_text``. Raises ``ValueError`` for any other form."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).astimezone(UTC)


def iso_text(moment: datetime) -> str:
    """ISO 8601 in UTC, whole microseconds only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
