"""How often partners let themselves be called: a true limit, unlike the fault that only plays one."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field


@dataclass
class Quota:
    """At most ``calls`` within any ``seconds``, on the real clock. What is refused does not count."""

    calls: int
    seconds: float
    _taken: deque[float] = field(default_factory=deque)

    def take(self) -> bool:
        """Whether one more call is let in."""
        now = time.monotonic()
        while self._taken and self._taken[0] <= now - self.seconds:
            self._taken.popleft()
        if len(self._taken) >= self.calls:
            return False
        self._taken.append(now)
        return True
