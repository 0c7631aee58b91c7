"""Wakes the worker when a run of its pool is due, so that it need not ask the server often."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sized
from uuid import UUID

import httpx
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventAnyResourceFilter, EventFilter, EventNameFilter
from websockets.exceptions import WebSocketException

DUE = ["prefect.flow-run.Scheduled", "prefect.flow-run.AwaitingRetry", "prefect.flow-run.Resuming"]
"""What the server says of a run that may start; runs that it plans ahead are fetched ahead instead."""

AGAIN_SECONDS = (0.2, 1.0)
"""The server may tell of a run before it has committed it; who asks sooner and finds nothing asks again, twice."""

RECONNECT_SECONDS = 10.0


class Doorbell:
    """Calls ``answer`` each time it is rung; ``answer`` returns the runs that it found.

    Where the server's events cannot be had, the worker's own polling is all there is.
    """

    def __init__(
        self, answer: Callable[[], Awaitable[Sized]], logger: "logging.Logger | logging.LoggerAdapter[logging.Logger]"
    ) -> None:
        self._answer = answer
        self._logger = logger
        self._rung = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def connect(self, work_pool: UUID) -> None:
        """Have the server ring for the runs of this work pool, from the first call on."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen(work_pool)), asyncio.create_task(self._attend())]

    def ring(self) -> None:
        """Have the worker look for runs now."""
        self._rung.set()

    async def close(self) -> None:
        """Stop listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, work_pool: UUID) -> None:
        wanted = EventFilter(
            event=EventNameFilter(name=DUE),
            any_resource=EventAnyResourceFilter(id=[f"prefect.work-pool.{work_pool}"]),
        )
        while True:
            try:
                async with get_events_subscriber(filter=wanted, reconnect_on_clean_close=True) as events:
                    async for _ in events:
                        self.ring()
            except (OSError, WebSocketException, httpx.HTTPError) as error:
                self._logger.info("No events from the server (%s): runs wait for the next poll meanwhile", error)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _attend(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            # The poll that follows anyway reports a server that does not answer.
            with contextlib.suppress(httpx.HTTPError):
                for pause in (0.0, *AGAIN_SECONDS):
                    await asyncio.sleep(pause)
                    if await self._answer():
                        break
