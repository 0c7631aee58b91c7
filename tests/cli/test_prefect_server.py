"""A failed statement of Prefect's server leaves nothing behind for which the garbage collector has to wait."""

import asyncio
import gc
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
import pytest

from cli.prefect_server import close_failed_cursors

BUSY_SECONDS = 5


@pytest.fixture
def collector() -> Iterator[None]:
    """The garbage collector comes only when it is called."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@asynccontextmanager
async def connected(file: Path) -> AsyncIterator[aiosqlite.Connection]:
    async with aiosqlite.connect(file, isolation_level=None, timeout=BUSY_SECONDS) as connection:
        yield connection


async def write(connection: aiosqlite.Connection, number: int) -> None:
    await connection.execute("INSERT INTO run VALUES (?)", (number,))


async def fail_to_write(reader: aiosqlite.Connection, writer: aiosqlite.Connection) -> None:
    """What was read is not the newest any more: SQLite refuses the write, and the error refers to itself."""
    kept = []
    await reader.execute("BEGIN")
    await reader.execute_fetchall("SELECT * FROM run")
    await write(writer, 1)
    cursor = await reader.cursor()
    try:
        await cursor.execute("INSERT INTO run VALUES (2)")
    except sqlite3.OperationalError as error:
        kept.append(error)
    assert [str(error) for error in kept] == ["database is locked"]
    await reader.execute("ROLLBACK")


async def collect_while_a_write_waits(file: Path) -> None:
    """One writes, the connection of the failed statement waits for it, and the collector comes by."""
    async with connected(file) as busy, connected(file) as reused:
        await busy.execute("PRAGMA journal_mode = WAL")
        await busy.execute("CREATE TABLE run (number INTEGER)")
        await fail_to_write(reused, busy)
        await busy.execute("BEGIN IMMEDIATE")
        await write(busy, 3)
        waiting = asyncio.create_task(write(reused, 4))
        await asyncio.sleep(0.5)
        gc.collect()
        await busy.execute("COMMIT")
        await waiting


@pytest.mark.usefixtures("collector")
async def test_a_write_that_waits_goes_on_after_the_collector_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("execute", "executemany"):
        monkeypatch.setattr(aiosqlite.Cursor, name, getattr(aiosqlite.Cursor, name))  # put back in the end
    close_failed_cursors()
    await collect_while_a_write_waits(tmp_path / "prefect.db")


@pytest.mark.usefixtures("collector")
async def test_as_aiosqlite_does_it_nothing_goes_on_until_the_write_gives_up(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        await collect_while_a_write_waits(tmp_path / "prefect.db")
