"""When a message that did not get through is tried again, and when a person must look (invariant 4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.rules import Relay


@dataclass(frozen=True, slots=True)
class NextTry:
    """When to try again; ``None`` means that a person must look."""

    at: datetime | None


def plan_next_try(tries: int, most: int, rules: Relay, now: datetime) -> NextTry:
    """After ``tries`` failed tries, of which there are at ``most`` so many: doubling waits up to the longest. A partner
    that asks for patience is given it (``tasks.relay``), and no try is counted."""
    if tries >= most:
        return NextTry(None)
    wait = timedelta(seconds=min(rules.first_wait_seconds * 2 ** (tries - 1), rules.longest_wait_seconds))
    return NextTry(now + wait)
