"""Taobao's message queue, TMC (partners.md §1): what is not confirmed comes again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.clock import beijing_text


@dataclass
class TaobaoQueue:
    """Messages that wait to be confirmed, oldest first."""

    waiting: dict[int, dict[str, Any]] = field(default_factory=dict)
    put_in: int = 0

    def put(self, topic: str, content: object, at: datetime) -> None:
        """Something happened at that moment."""
        self.put_in += 1
        number = 4_160_600_490_000_000_000 + self.put_in
        self.waiting[number] = {
            "id": number,
            "topic": topic,
            "content": json.dumps(content),
            "user_id": 1,
            "pub_time": beijing_text(at),
        }

    def take(self, most: int) -> list[dict[str, Any]]:
        """The oldest messages that are not confirmed."""
        return list(self.waiting.values())[:most]

    def confirm(self, numbers: Sequence[int]) -> None:
        """These were understood; one that is not here was confirmed before."""
        for number in numbers:
            self.waiting.pop(number, None)
