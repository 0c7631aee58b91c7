"""What many runs leave behind in a worker and its nursery."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

from benchmarks.worker_start.server import Server

HEADINGS = (
    f"{'':>6}{'':>7}{'worker':>11}{'':>6}{'nursery':>11}{'':>6}{'':>10}{'':>10}{'temporary':>11}\n"
    f"{'runs':>6}{'s':>7}{'MiB':>11}{'open':>6}{'MiB':>11}{'open':>6}{'children':>10}{'zombies':>10}{'files':>11}"
)


async def measure(
    server: Server, deployment: str, worker: int, temporary: Path, *, many: int, every: int
) -> AsyncIterator[str]:
    """A line of the table now and after each ``every`` of ``many`` runs, all of which go through the worker."""
    began = time.monotonic()
    for done in range(0, many + 1, every):
        if done:
            await server.completed([await server.schedule(deployment) for _ in range(every)])
        yield line(worker, temporary, done, time.monotonic() - began)


def line(worker: int, temporary: Path, runs: int, seconds: float) -> str:
    """Resident memory and open descriptors of worker and nursery, the nursery's children, zombies of either, and the
    files in the folder for temporary ones."""
    process = psutil.Process(worker)
    [nursery] = [child for child in process.children() if "warm.nursery" in child.cmdline()]
    family = process.children(recursive=True)
    zombies = [one for one in family if one.status() == psutil.STATUS_ZOMBIE]
    return (
        f"{runs:>6}{seconds:>7.0f}"
        f"{process.memory_info().rss / 2**20:>11.1f}{process.num_fds():>6}"
        f"{nursery.memory_info().rss / 2**20:>11.1f}{nursery.num_fds():>6}"
        f"{len(nursery.children()):>10}{len(zombies):>10}{len(list(temporary.rglob('*'))):>11}"
    )
