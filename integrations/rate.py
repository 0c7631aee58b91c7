"""How often a partner lets one credential call it, as its documents say."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``calls`` within any ``seconds``."""

    calls: int
    seconds: float

    @property
    def burst(self) -> int:
        """How many calls may leave at once after a rest: a tenth of what the window takes, at least one."""
        return 1 + (self.calls - 1) // 10

    @property
    def interval(self) -> timedelta:
        """How far apart calls leave, once the burst is used up.

        No window then holds more than ``calls``. A tenth is added, because calls take unlike times to arrive.
        """
        return timedelta(seconds=1.1 * self.seconds / (self.calls - self.burst + 1))
