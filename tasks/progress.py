"""How far a long run is: a bar in the Prefect UI, for work of more than one batch."""

from uuid import UUID

from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact


class Progress:
    """A bar that fills as batches are done; a run with a single batch shows none."""

    def __init__(self, total: float, artifact: UUID | None) -> None:
        self._total = total
        self._artifact = artifact
        self._done = 0.0

    @classmethod
    async def of(cls, key: str, title: str, total: float, a_batch: int) -> "Progress":
        """A bar for ``total`` pieces of work, of which ``a_batch`` are done at a time."""
        if total <= a_batch:
            return cls(total, None)
        return cls(total, await acreate_progress_artifact(progress=0.0, key=key, description=title))

    async def add(self, pieces: int) -> None:
        """So many more are done; what came in meanwhile never makes it more than full."""
        await self.reach(self._done + pieces)

    async def reach(self, pieces: float) -> None:
        """So many are done in all."""
        self._done = pieces
        if self._artifact:
            share = min(max(100 * self._done / self._total, 0.0), 100.0)  # a page may begin a moment too early
            await aupdate_progress_artifact(self._artifact, progress=share)
