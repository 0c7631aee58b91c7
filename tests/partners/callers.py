"""Processes that all call one partner at the same time, as workers on several machines do.

A script for the fixture ``callers``. Reads one JSON object a line, ``{"connection": …, "processes": n, "notices": n,
"environment": {…}}``, forks that many (everything is imported already), and has each open the line of the connection
and send its notices side by side, all at once. What is not taken is offered again when the partner or the hub says so.
Answers with how it ended for each.
"""

import asyncio
import json
import multiprocessing
import os
import sys
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from typing import Any

from integrations.errors import Misconfigured, Unavailable
from models.messages import Notice
from tasks.connections import Line, open_line


async def _send(line: Line, notice: Notice) -> bool:
    while True:
        try:
            async with line.account.heeded(calls=True):
                await line.client.notify(notice)
        except Unavailable as error:
            if error.retry_after is None:
                raise
            await asyncio.sleep(error.retry_after.total_seconds())
        except Misconfigured:
            return False
        else:
            return True


async def _run(order: dict[str, Any], number: int, together: Barrier) -> list[int]:
    async with open_line(order["connection"]) as line:
        await asyncio.to_thread(together.wait, 60)
        texts = [f"process {number}, notice {n}" for n in range(order["notices"])]
        done = await asyncio.gather(*(_send(line, Notice(text, text, text)) for text in texts))
    return [done.count(True), done.count(False)]


def _work(order: dict[str, Any], number: int, together: Barrier, ended: "SimpleQueue[list[int]]") -> None:
    os.environ.update(order["environment"])
    ended.put(asyncio.run(_run(order, number, together)))


def say(words: str) -> None:
    """One line to the test."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def serve() -> None:
    """Fork for each order that comes in, and say how it ended."""
    fork = multiprocessing.get_context("fork")
    say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        together, ended = fork.Barrier(order["processes"]), fork.SimpleQueue()
        running = [fork.Process(target=_work, args=(order, n, together, ended)) for n in range(order["processes"])]
        for process in running:
            process.start()
        for process in running:
            process.join(120)
        say(json.dumps([ended.get() for process in running if process.exitcode == 0]))


if __name__ == "__main__":
    serve()
