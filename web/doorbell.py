"""Waking the flows: once for a burst, and once more for what came after the first ring."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

PAUSE: Final = 0.2
"""Seconds between two rings for the same event; most of them start no run (``tasks.signals``)."""

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Doorbell:
    """Sends an event at once and then at most every ``pause`` seconds; the last call of a burst always rings after it.

    A ring writes to the database, and hundreds of webhooks a second must not be hundreds of rings. They happen in the
    background and in a thread: a Prefect server that is down delays nobody. A ring that the database does not take is
    written to the log; what it was for has a schedule too.
    """

    send: Callable[[str], None]
    pause: float = PAUSE
    _resting: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _again: set[str] = field(default_factory=set)

    def ring(self, event: str) -> None:
        """There is work for whoever waits for ``event``."""
        if event in self._resting:
            self._again.add(event)
        else:
            self._resting[event] = asyncio.create_task(self._ring(event))

    async def _ring(self, event: str) -> None:
        try:
            while True:
                self._again.discard(event)
                await self._send(event)
                await asyncio.sleep(self.pause)
                if event not in self._again:
                    return
        finally:
            del self._resting[event]

    async def close(self) -> None:
        """Ring what is still owed, and stop."""
        owed = [*self._again]
        resting = [*self._resting.values()]
        for task in resting:
            task.cancel()
        await asyncio.gather(*resting, return_exceptions=True)
        for event in owed:
            await self._send(event)

    async def _send(self, event: str) -> None:
        try:
            await asyncio.to_thread(self.send, event)
        except SQLAlchemyError as error:  # its text may hold addresses and values
            _logger.warning("%s was not told (%s); the schedule will find what is there", event, type(error).__name__)
