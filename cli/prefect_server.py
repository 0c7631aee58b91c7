"""Prefect's server on SQLite as it comes, but that it does not stand still for a minute now and then.

    python -m cli.prefect_server server start --host 127.0.0.1 --port 4200

A statement that fails ("database is locked", which Prefect answers with 503 and its clients repeat) leaves its cursor
open, in the traceback of its error, until the garbage collector comes by. The collector runs in the event loop's
thread and has to wait there for the cursor's connection; that may be used again by then, and waits for a write of
another, whose commit waits for the event loop. SQLite gives up after 60 s. Seen in two of three demos, with Prefect
3.8.8, aiosqlite 0.22 and SQLAlchemy 2.0; a cursor that is closed where it failed leaves the collector nothing to wait
for.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from aiosqlite import Cursor
from prefect.cli import app

Given = ParamSpec("Given")
Execute = Callable[Concatenate[Cursor, Given], Awaitable[Cursor]]


def close_failed_cursors() -> None:
    """Have aiosqlite close a cursor whose statement failed, in the thread of its connection, before anybody is told."""
    Cursor.execute = _closing(Cursor.execute)  # type: ignore[method-assign]
    Cursor.executemany = _closing(Cursor.executemany)  # type: ignore[method-assign]


def _closing(execute: Execute[Given]) -> Any:
    @wraps(execute)
    async def execute_or_close(cursor: Cursor, *given: Given.args, **named: Given.kwargs) -> Cursor:
        try:
            return await execute(cursor, *given, **named)
        except BaseException:  # a request that is cancelled leaves its cursor as well
            with suppress(ValueError, sqlite3.Error):  # its connection may be gone as well; the first error counts
                await cursor.close()
            raise

    return execute_or_close


if __name__ == "__main__":
    close_failed_cursors()
    app()
