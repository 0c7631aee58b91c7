"""The floor: the very rows that the step left behind, new and changed, by nothing but plain bulk statements.

New rows go by ``executemany`` on SQLite and by ``COPY`` on PostgreSQL. Changed rows are set to what they ended as, only
the columns that differ: by ``executemany`` on SQLite, through a temporary table on PostgreSQL. One transaction, with
every index, constraint and trigger; nothing is read, decided or guarded.
"""

import time
from dataclasses import dataclass
from typing import Any

from benchmarks.ingest.floor import Rows, insert, read_all
from models.database import open_engine


@dataclass(frozen=True, slots=True)
class Written:
    """What a step wrote: rows that are new, and rows that are not as they were, with their key and what differs."""

    new: list[Rows]
    changed: list[Rows]

    @property
    def rows(self) -> int:
        """How many rows that is."""
        return sum(len(table.rows) for table in (*self.new, *self.changed))


def what_was_written(before: str, after: str) -> Written:
    """The difference between two databases, tables in an order in which they can be written again."""
    stood = {table.table: {row[0]: row for row in table.rows} for table in read_all(before)}
    new, changed = [], []
    for table in read_all(after):
        known = stood.get(table.table, {})
        new.append(Rows(table.table, table.columns, [row for row in table.rows if row[0] not in known]))
        pairs = [(known[row[0]], row) for row in table.rows if row[0] in known and known[row[0]] != row]
        differ = [n for n in range(len(table.columns)) if n == 0 or any(old[n] != now[n] for old, now in pairs)]
        columns = tuple(table.columns[n] for n in differ)
        changed.append(Rows(table.table, columns, [tuple(now[n] for n in differ) for _, now in pairs]))
    return Written([table for table in new if table.rows], [table for table in changed if table.rows])


def write_again(url: str, written: Written) -> float:
    """Write it into a copy of the database from before; how many seconds that took."""
    engine = open_engine(url)
    change = _change_by_copy if engine.dialect.name == "postgresql" else _change_by_executemany
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        started = time.perf_counter()
        for table in written.changed:
            change(driver, table)
        for table in written.new:
            insert(engine.dialect.name, driver, table)
        connection.commit()
        seconds = time.perf_counter() - started
    engine.dispose()
    return seconds


def _change_by_executemany(driver: Any, table: Rows) -> None:
    key, *columns = table.columns
    values = ", ".join(f"{column} = ?" for column in columns)
    rows = [(*row[1:], row[0]) for row in table.rows]
    driver.executemany(f"UPDATE {table.table} SET {values} WHERE {key} = ?", rows)  # noqa: S608  (our own names)


def _change_by_copy(driver: Any, table: Rows) -> None:
    key, *columns = table.columns
    named, given = ", ".join(table.columns), f"given_{table.table}"
    driver.execute(f"CREATE TEMPORARY TABLE {given} ON COMMIT DROP AS SELECT {named} FROM {table.table} LIMIT 0")  # noqa: S608  (our own names)
    insert("postgresql", driver, Rows(given, table.columns, table.rows))
    values = ", ".join(f"{column} = {given}.{column}" for column in columns)
    driver.execute(f"UPDATE {table.table} SET {values} FROM {given} WHERE {table.table}.{key} = {given}.{key}")  # noqa: S608  (our own names)
