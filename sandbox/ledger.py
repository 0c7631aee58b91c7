"""What really happened at the partners: effects performed and requests received."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import Clock


@dataclass(frozen=True)
class Effect:
    """One thing done once in the world, such as an outbound created or a waybill issued."""

    partner: str
    effect: str
    key: str
    at: datetime
    content: Mapping[str, Any]


class Ledger:
    """The witness: every effect, in the order in which it was performed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._effects: list[Effect] = []

    def record(self, partner: str, effect: str, key: str, **content: Any) -> None:
        """Note that `partner` did `effect` for `key` just now."""
        self._effects.append(Effect(partner, effect, key, self._clock.now(), content))

    def effects(self, partner: str | None = None, effect: str | None = None, key: str | None = None) -> list[Effect]:
        """The effects that fit, oldest first."""
        return [
            entry
            for entry in self._effects
            if partner in (None, entry.partner) and effect in (None, entry.effect) and key in (None, entry.key)
        ]


@dataclass(frozen=True)
class Request:
    """A kind of request and how it ended: the partner's own code or `ok`, and the fault played, if any."""

    partner: str
    operation: str
    outcome: str
    fault: str | None = None


class RequestLog:
    """How often each kind of request came in; never a proof of an effect, for that see the ledger."""

    def __init__(self) -> None:
        self._counts: Counter[Request] = Counter()

    def count(self, request: Request) -> None:
        self._counts[request] += 1

    def total(self, partner: str, operation: str | None = None, outcome: str | None = None) -> int:
        """How many requests fit."""
        return sum(
            count
            for request, count in self._counts.items()
            if request.partner == partner
            and operation in (None, request.operation)
            and outcome in (None, request.outcome)
        )

    def counts(self) -> Mapping[Request, int]:
        return self._counts
