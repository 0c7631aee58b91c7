"""The rows of a file, order by order, on disk: a file may be larger than the memory of the worker."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Final, Self

_SCHEMA: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16384;
CREATE TABLE order_row (order_no TEXT, row TEXT, PRIMARY KEY (order_no, row)) WITHOUT ROWID;
CREATE TABLE line_row (order_no TEXT, row TEXT);
CREATE TABLE stated (order_no TEXT, at TEXT);
"""


class RowStore:
    """Rows as canonical JSON under their order number, in a database without a name that ends with the block."""

    def __init__(self) -> None:
        # SQLite keeps such a database in a file of its own as soon as it outgrows the cache.
        self._database = sqlite3.connect("")
        self._database.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add_order(self, order_no: str, row: str) -> None:
        """A row of the orders table; equal ones are one."""
        self._database.execute("INSERT OR IGNORE INTO order_row VALUES (?, ?)", (order_no, row))

    def add_line(self, order_no: str, row: str) -> None:
        """A row of the lines table; equal ones are several."""
        self._database.execute("INSERT INTO line_row VALUES (?, ?)", (order_no, row))

    def has_order(self, order_no: str) -> bool:
        """Whether the orders table has a row of that number."""
        found = self._database.execute("SELECT 1 FROM order_row WHERE order_no = ? LIMIT 1", (order_no,))
        return found.fetchone() is not None

    def orders_by_time(
        self, stated_at: Callable[[Sequence[str]], datetime]
    ) -> Iterator[tuple[str, datetime, list[str], list[str]]]:
        """Number, time, orders rows and lines rows of every order, the oldest statement first.

        ``stated_at`` tells the time, in UTC, from the orders rows, or from the lines where there is no orders table.
        """
        database = self._database
        database.execute("CREATE INDEX line_row_order_no ON line_row (order_no)")
        told_by = "order_row" if database.execute("SELECT 1 FROM order_row LIMIT 1").fetchone() else "line_row"
        rows = database.execute(f"SELECT order_no, row FROM {told_by} ORDER BY order_no")  # noqa: S608  (one of two names)
        database.executemany(
            "INSERT INTO stated VALUES (?, ?)",
            (
                (order_no, stated_at([row for _, row in of_order]).isoformat())
                for order_no, of_order in groupby(rows, key=itemgetter(0))
            ),
        )
        for order_no, at in database.execute("SELECT order_no, at FROM stated ORDER BY at, order_no"):
            yield (
                order_no,
                datetime.fromisoformat(at),
                self._rows("order_row", order_no),
                self._rows("line_row", order_no),
            )

    def _rows(self, table: str, order_no: str) -> list[str]:
        query = f"SELECT row FROM {table} WHERE order_no = ? ORDER BY row"  # noqa: S608  (one of two names)
        return [row for (row,) in self._database.execute(query, (order_no,))]
