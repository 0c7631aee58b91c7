"""A reason: why something was decided, held or refused, in a form that every language can say.

The code is a key of the message catalogue (``messages/*.ftl``); the facts fill its placeholders. Stored as
``{"code": …, "facts": {…}}``, so a reason can be read in another language years later.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Fact = str | int


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, e.g. ``Reason("credit-over-limit", {"limit": "5,000.00 CNY", "exposure": "6,120.00 CNY"})``."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return {"code": self.code, "facts": dict(self.facts)} if self.facts else {"code": self.code}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Reason":
        """The reverse of ``to_json``."""
        return cls(stored["code"], stored.get("facts", {}))


def to_json(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """The stored form of several reasons."""
    return [reason.to_json() for reason in reasons]
