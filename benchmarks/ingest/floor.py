"""The floor: the rows that the hub left behind, written again by nothing but bulk statements.

SQLite has ``executemany``, PostgreSQL ``COPY``. Both write into a migrated database, so with every index, constraint
and trigger, in one transaction, through a connection opened as the hub opens its own.
"""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlmodel import SQLModel

import models.tables  # noqa: F401  (fills the metadata)
from models.database import open_engine

STATEMENT = {"sqlite": "executemany", "postgresql": "COPY"}


@dataclass(frozen=True, slots=True)
class Rows:
    """What one table holds, as the driver gives it."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def read_all(url: str) -> list[Rows]:
    """Every row of every table, tables in an order in which they can be written again."""
    engine = open_engine(url)
    held = [
        Rows(table.name, tuple(table.c.keys()), _read(engine, f"SELECT {', '.join(table.c.keys())} FROM {table.name}"))  # noqa: S608  (our own names)
        for table in SQLModel.metadata.sorted_tables
    ]
    engine.dispose()
    return [table for table in held if table.rows]


def write_all(url: str, tables: list[Rows]) -> float:
    """Write them into an empty database; how many seconds that took."""
    engine = open_engine(url)
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        started = time.perf_counter()
        for table in tables:
            insert(engine.dialect.name, driver, table)
        connection.commit()
        seconds = time.perf_counter() - started
    engine.dispose()
    return seconds


def insert(dialect: str, driver: Any, table: Rows) -> None:
    """Insert the rows through the driver's own connection, as ``STATEMENT`` says."""
    write = _copy if dialect == "postgresql" else _executemany
    write(driver, table)


def size_of(tables: list[Rows]) -> int:
    """How many rows that is."""
    return sum(len(table.rows) for table in tables)


def _read(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            return list(driver.execute(query))
        with driver.cursor().copy(f"COPY ({query}) TO STDOUT") as copy:
            return list(copy.rows())


def _executemany(driver: Any, table: Rows) -> None:
    places = ", ".join("?" * len(table.columns))
    driver.executemany(f"INSERT INTO {table.table} ({', '.join(table.columns)}) VALUES ({places})", table.rows)  # noqa: S608  (our own names)


def _copy(driver: Any, table: Rows) -> None:
    with driver.cursor().copy(f"COPY {table.table} ({', '.join(table.columns)}) FROM STDIN") as copy:
        for row in table.rows:
            copy.write_row(row)
