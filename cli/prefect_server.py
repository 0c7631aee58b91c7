"""Prefect's server on SQLite as it comes, but that it bears many runs at once; on PostgreSQL nothing changes.

    python -m cli.prefect_server server start --host 127.0.0.1 --port 4200

- A transaction asks for the right to write when it begins (`BEGIN IMMEDIATE`), and waits for it. Prefect 3.8.8 does so
  in some places; in the others a transaction that has read is refused its write at once ("database is locked") if
  another wrote meanwhile. Clients repeat such a request after 2, 4, 8 s, and give up in the end: of 200 runs that were
  due together one was reported as crashed.
- A statement that fails closes its cursor. Else it stays open, in the traceback of its error, until the garbage
  collector comes by, in the event loop's thread, and has to wait there for the cursor's connection; that may be used
  again by then, and waits for a write of another, whose commit waits for the event loop. SQLite gives up after 60 s.
  Seen in two of three demos, with aiosqlite 0.22 and SQLAlchemy 2.0.
- What task runs report is written once a second, all of it in one transaction, unless a setting says otherwise: one
  transaction per report is Prefect's default, and each of them holds the right to write.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from aiosqlite import Cursor
from prefect.cli import app
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.settings import (
    PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE,
    PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL,
    temporary_settings,
)
from sqlalchemy.ext.asyncio import AsyncSession

Given = ParamSpec("Given")
Execute = Callable[Concatenate[Cursor, Given], Awaitable[Cursor]]

WRITTEN_TOGETHER = {
    PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE: 100,
    PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL: 1,
}


def wait_for_the_right_to_write() -> None:
    """Have each transaction of Prefect's server begin with the right to write, so that no write in it is refused."""
    begin = AioSqliteConfiguration.begin_transaction

    def begin_immediate(configuration: AioSqliteConfiguration, session: AsyncSession, **_: bool) -> Any:
        return begin(configuration, session, with_for_update=True)

    AioSqliteConfiguration.begin_transaction = begin_immediate  # type: ignore[method-assign, assignment]


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
    wait_for_the_right_to_write()
    close_failed_cursors()
    with temporary_settings(set_defaults=WRITTEN_TOGETHER):
        app()
