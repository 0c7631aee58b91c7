"""Many rows at once: how steps write whatever a batch has many of.

PostgreSQL takes them by ``COPY``, SQLite by ``executemany``; both are several times as fast as an ``INSERT`` that
returns ids (docs/benchmarks.md). Values still pass through the types of their columns, a column that the rows do not
name gets the default of its model, and errors are SQLAlchemy's own, so a step is retried for the same reasons.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Column, Dialect, Engine, Table, event, text
from sqlalchemy.orm import Session

from models.base import dump_json

Rows = Sequence[Mapping[str, Any]]

_Process = Callable[[Any], Any]
_COPIED = "orderspine_copied_rows"
# The sub-select is asked once, not for every id.
_IDS = """
    SELECT nextval((SELECT CAST(pg_get_serial_sequence(:table, 'id') AS regclass))) FROM generate_series(1, :count)
"""


def insert_rows(session: Session, table: Table, rows: Rows) -> None:
    """Insert rows that all name the same columns. Raises ``ValueError`` if they do not.

    A row that the database refuses is an ``IntegrityError``, and then none is stored.
    """
    if not rows:
        return
    connection = session.connection()
    columns, values = _prepared(table, rows, connection.dialect)
    into = _into(table, columns, connection.dialect)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"COPY {into} FROM STDIN", execution_options={_COPIED: values})
    else:
        connection.exec_driver_sql(_insert(into, columns), [*values])


def insert_numbered(session: Session, table: Table, rows: Rows) -> list[int]:
    """Insert rows; their new ids, in the order of ``rows``. Raises as ``insert_rows`` does."""
    if not rows:
        return []
    ids = _new_ids(session, table, len(rows))
    insert_rows(session, table, [{"id": id_, **row} for id_, row in zip(ids, rows, strict=True)])
    return ids


def insert_missing(session: Session, table: Table, rows: Rows, unique: Sequence[str]) -> int:
    """Insert rows but leave one alone that is there already, by its ``unique`` columns; how many are new.

    Raises as ``insert_rows`` does.
    """
    if not rows:
        return 0
    connection = session.connection()
    postgresql = connection.dialect.name == "postgresql"
    columns, values = _prepared(table, rows, connection.dialect, None if postgresql else dump_json)
    into, otherwise = _into(table, columns, connection.dialect), f"ON CONFLICT ({', '.join(unique)}) DO NOTHING"
    counted = {"preserve_rowcount": True}
    if postgresql:
        # COPY knows no conflicts; one document takes a third of the time of an INSERT with as many values.
        named, name = ", ".join(columns), connection.dialect.identifier_preparer.format_table(table)
        statement = (
            f"INSERT INTO {into} SELECT {named} FROM json_populate_recordset(NULL::{name}, %(rows)s::json) {otherwise}"  # noqa: S608  (our own names)
        )
        document = dump_json([dict(zip(columns, row, strict=True)) for row in values])
        done = connection.exec_driver_sql(statement, {"rows": document}, execution_options=counted)
    else:
        done = connection.exec_driver_sql(f"{_insert(into, columns)} {otherwise}", [*values], execution_options=counted)
    return done.rowcount


def teach_copy(engine: Engine) -> None:
    """Let an engine for PostgreSQL run what ``insert_rows`` asks of it; SQLAlchemy itself has no ``COPY``."""
    event.listen(engine, "do_execute", _copy)


def _copy(cursor: Any, statement: str, _parameters: Any, context: Any) -> bool:
    """Runs in the place of ``cursor.execute``, so SQLAlchemy handles the driver's errors as for any statement."""
    rows = context.execution_options.get(_COPIED)
    if rows is None:
        return False
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
    return True


def _prepared(
    table: Table, rows: Rows, dialect: Dialect, document: _Process | None = dump_json
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """The columns that are written, and per row their values as the driver takes them, JSON as ``document`` says."""
    named = rows[0].keys()
    if any(row.keys() != named for row in rows):
        raise ValueError(f"rows for {table.name} name different columns")
    unnamed: dict[str, Any] = {c.name: c.default for c in table.c if c.default is not None and c.name not in named}
    if unnamed:
        rows = [{**{name: _made(default) for name, default in unnamed.items()}, **row} for row in rows]
    columns = [*rows[0]]
    values = [_column(rows, table.c[name], dialect, document) for name in columns]
    return columns, zip(*values, strict=True)


def _made(default: Any) -> Any:
    return default.arg(None) if default.is_callable else default.arg


def _column(rows: Rows, column: Column[Any], dialect: Dialect, document: _Process | None) -> list[Any]:
    values = [*map(itemgetter(column.name), rows)]
    if isinstance(column.type, JSON):
        return [None if value is None else document(value) for value in values] if document else values
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    return _translated(values, process) if process else values


def _translated(values: list[Any], process: _Process) -> list[Any]:
    """Rows of one step share what they have in common, such as its time: that is translated once."""
    latest, translated = values[0], process(values[0])
    found = []
    for value in values:
        if value is not latest:
            latest, translated = value, process(value)
        found.append(translated)
    return found


def _into(table: Table, columns: Sequence[str], dialect: Dialect) -> str:
    quote = dialect.identifier_preparer
    return f"{quote.format_table(table)} ({', '.join(quote.quote(name) for name in columns)})"


def _insert(into: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {into} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608  (our own names)


def _new_ids(session: Session, table: Table, count: int) -> list[int]:
    if session.get_bind().dialect.name == "postgresql":
        return list(session.execute(text(_IDS), {"table": table.name, "count": count}).scalars())
    # Nobody else can take them: a transaction that writes is alone from its beginning (models/database.py).
    highest = session.execute(text(f"SELECT coalesce(max(id), 0) FROM {table.name}")).scalar_one()  # noqa: S608  (our own name)
    return list(range(highest + 1, highest + 1 + count))
