"""The line to one of our accounts at a partner: calls wait for their turn, and what the partner answers all heed."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.http import retry_after
from integrations.rate import Rate
from tasks.partners.standing import go_on, next_turn, paused_until, slow_down, stop

PATIENCE: Final = timedelta(minutes=1)
"""How long a call waits for its turn, unless its caller says otherwise."""

_TRYING: ContextVar[str] = ContextVar("_TRYING", default="")
"""The account at which the operation of this context finds out whether it is still refused: all its calls may leave,
for one call alone may be too few to succeed."""


class NotNow(Unavailable):
    """There is no turn soon enough; the partner was not called."""


class StillRefused(Misconfigured):
    """The partner refused this credential a short while ago; it was not called."""


@dataclass(slots=True)
class Account:
    """One credential at one partner. ``mark`` tells its settings from others, and gives nothing of them away.

    ``was_refused``: the partner refused a credential here when this line was opened.
    """

    name: str
    partner: str
    connection: str
    mark: str
    rate: Rate | None = None
    patience: timedelta = PATIENCE
    was_refused: bool = False
    _tried_again: bool = field(default=False, init=False)

    def hooks(self) -> dict[str, list[Any]]:
        """What an ``httpx.AsyncClient`` asks before each call and tells after it."""
        return {"request": [self._take_turn], "response": [self._heed_answer]}

    @asynccontextmanager
    async def heeded(self, *, calls: bool = False) -> AsyncIterator[None]:
        """What goes wrong in the block counts for all who call here; no error is changed. ``calls``: the block surely
        calls the partner, also one that is not reached by HTTP, so that its success proves our credential."""
        _TRYING.set("")
        try:
            yield
        except (NotNow, StillRefused):
            raise
        except Unavailable as error:
            if error.retry_after is not None:
                await asyncio.to_thread(slow_down, self.name, error.retry_after)
            raise
        except Misconfigured as error:
            await self.refused(error)
            raise
        except Rejected:
            await self._accepted(calls)
            raise
        await self._accepted(calls)

    async def _accepted(self, calls: bool) -> None:
        if self._tried_again or (calls and self.was_refused):
            self._tried_again = self.was_refused = False
            await asyncio.to_thread(go_on, self.name, self.connection, self.mark)

    async def refused(self, error: Misconfigured) -> None:
        """Stop the partner, and have a person told."""
        await asyncio.to_thread(stop, self.name, self.connection, self.mark, str(error)[:300])

    async def _take_turn(self, _request: httpx.Request) -> None:
        heeded: datetime | None = None
        while True:
            trying = _TRYING.get() == self.name
            turn = await asyncio.to_thread(next_turn, self.name, self.mark, self.rate, self.patience, heeded, trying)
            if turn.refused:
                raise StillRefused(self.partner, f"is not called, for it refused our credential: {turn.refused}")
            if turn.wait > self.patience:
                raise NotNow(self.partner, "is called as often as it allows", retry_after=turn.wait)
            if turn.tries_again:
                self._tried_again = True
                _TRYING.set(self.name)
            if turn.wait <= timedelta():
                return
            await asyncio.sleep(turn.wait.total_seconds())
            heeded = await asyncio.to_thread(paused_until, self.name)
            if heeded == turn.paused_until:
                return  # nothing came between

    async def _heed_answer(self, response: httpx.Response) -> None:
        if response.status_code in {429, 503}:
            wait = retry_after(response.headers, datetime.now(UTC))
            if wait is not None:
                await asyncio.to_thread(slow_down, self.name, wait)


def mark_of(settings: Mapping[str, Any]) -> str:
    """Eight hex digits that change with the settings, secrets included, and from which nothing can be read back."""
    content = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:8]
