"""Approvals by time of change, from partners that list them by time of creation only."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from integrations.chunks import chunks
from models.messages import Page, RawMessage

AT_ONCE: Final = 5
"""Approvals fetched at a time."""


async def changed_in(
    codes: Sequence[str], fetch: Callable[[str], Awaitable[RawMessage]], since: datetime, until: datetime
) -> Page:
    """One page, the only one, of those approvals that changed in the half-open window of whole seconds, oldest first.

    Raises what ``fetch`` raises.
    """
    start, end = second(since), second(until)
    found: list[RawMessage] = []
    for some in chunks(codes, AT_ONCE):
        found += await asyncio.gather(*map(fetch, some))
    inside = [message for message in found if start <= message.occurred_at < end]
    return Page(tuple(sorted(inside, key=lambda message: (message.occurred_at, message.key))), None)


def second(at: datetime) -> datetime:
    """Cut to the second: what changes within the running one is the next window's."""
    return at.astimezone(UTC).replace(microsecond=0)
