"""Messages that the chat partners took, and their limits per minute."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass
class ChatRoom:
    """What was posted to one robot or webhook, in order."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)
    """Places of messages that were replaced by others, one for each time."""
    _posted: deque[float] = field(default_factory=deque)

    def too_fast(self, limit: int, seconds: float) -> bool:
        """Whether `limit` messages came in the last `seconds` of real time: the world's may stand still."""
        earliest = time.monotonic() - seconds
        while self._posted and self._posted[0] < earliest:
            self._posted.popleft()
        return len(self._posted) >= limit

    def post(self, message: dict[str, Any]) -> None:
        self._posted.append(time.monotonic())
        self.messages.append(message)
