"""No write of Prefect's server is refused for another, and none that fails leaves anything to wait for behind."""

import asyncio
import gc
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
import pytest
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from cli.prefect_server import close_failed_cursors, wait_for_the_right_to_write

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


async def read_then_write(session: AsyncSession, started: asyncio.Event, number: int) -> None:
    """What most requests to Prefect do; another one comes between."""
    await session.execute(text("SELECT * FROM run"))
    started.set()
    await asyncio.sleep(0.5)
    await session.execute(text("INSERT INTO run VALUES (:number)"), {"number": number})


async def write_while_another_has_read(file: Path) -> list[int]:
    """Two requests to Prefect's server on SQLite; the result is what both have written."""
    configuration = AioSqliteConfiguration(f"sqlite+aiosqlite:///{file}")
    engine = await configuration.engine()
    started = asyncio.Event()

    async def request(number: int) -> None:
        async with await configuration.session(engine) as session, configuration.begin_transaction(session):
            await read_then_write(session, started, number)

    async def request_meanwhile(number: int) -> None:
        await started.wait()
        async with await configuration.session(engine) as session, configuration.begin_transaction(session):
            await session.execute(text("INSERT INTO run VALUES (:number)"), {"number": number})

    try:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE run (number INTEGER)"))
        await asyncio.gather(request(1), request_meanwhile(2))
        async with engine.connect() as connection:
            return list(await connection.scalars(text("SELECT number FROM run")))
    finally:
        await engine.dispose()


async def test_a_request_that_has_read_may_write_though_another_wants_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = AioSqliteConfiguration.begin_transaction
    monkeypatch.setattr(AioSqliteConfiguration, "begin_transaction", begin)  # put back in the end
    wait_for_the_right_to_write()
    assert await write_while_another_has_read(tmp_path / "prefect.db") == [1, 2]


async def test_as_prefect_does_it_the_write_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="database is locked"):
        await write_while_another_has_read(tmp_path / "prefect.db")
