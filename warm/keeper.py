"""The worker's side of its nurseries: one for each list of preloaded modules, replaced when it dies."""

import asyncio
import logging

from warm.processes import Nursery, NurseryError


class Keeper:
    """Starts a nursery for each list of modules that is asked for, and again when one dies."""

    def __init__(self, logger: "logging.Logger | logging.LoggerAdapter[logging.Logger]") -> None:
        self._logger = logger
        self._nurseries: dict[str, Nursery] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wanted: set[str] = set()

    async def nursery(self, preload: str) -> Nursery:
        """The nursery with these modules, ready to fork; waits for the imports if it has to be started.

        Raises ``NurseryError`` with the reason if it does not come up.
        """
        async with self._locks.setdefault(preload, asyncio.Lock()):
            nursery = self._nurseries.get(preload)
            if nursery is None or not nursery.is_alive:
                nursery = self._nurseries[preload] = Nursery(preload, on_death=self._replace)
                seconds = await nursery.start()
                self._logger.info("Nursery %s is warm after %.1f s (%s)", nursery.pid, seconds, preload)
            return nursery

    def warm_up(self, preload: str) -> None:
        """Start the nursery for these modules in the background, once; a failure goes to the log."""
        if preload not in self._wanted:
            self._wanted.add(preload)
            self._start(preload)

    async def close(self) -> None:
        """End every nursery with the children that it still has."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(nursery.close() for nursery in self._nurseries.values()))
        self._nurseries.clear()

    def _replace(self, nursery: Nursery, lost: int) -> None:
        self._logger.error("Nursery %s died and %d run(s) with it; starting another", nursery.pid, lost)
        self._start(nursery.preload)

    def _start(self, preload: str) -> None:
        task = asyncio.create_task(self._try_to_start(preload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try_to_start(self, preload: str) -> None:
        try:
            await self.nursery(preload)
        except NurseryError as error:
            self._logger.error("No run can start: %s", error)
