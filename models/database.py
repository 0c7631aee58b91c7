"""The database: one engine per process, short transactions, the same rules on SQLite and PostgreSQL."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from models.base import dump_json
from models.bulk import teach_copy
from models.schema import Schema, schema_of, upgrade_schema

_SOMETHING_IS_MISSING = re.compile(r"no such (table|column)|has no column|(relation|column) .* does not exist")
_NOBODY_ANSWERS = re.compile(r"connection.* refused|failed to resolve host", re.IGNORECASE)

# Parameters are personal data, so errors do not show them. orjson halves what the trail costs.
_ALWAYS: dict[str, Any] = {
    "hide_parameters": True,
    "json_serializer": dump_json,
    "json_deserializer": orjson.loads,
}


class DatabaseNotReady(RuntimeError):
    """The database cannot be used yet; the message says what to do."""


@cache
def open_engine(url: str) -> Engine:
    """The engine for a SQLAlchemy URL; ``postgresql://`` means psycopg."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": 60}, **_ALWAYS)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, pool_pre_ping=True, **_ALWAYS)
    teach_copy(engine)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred, and a deferred write can deadlock
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=60000",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    reads_only = connection.get_execution_options().get("reads_only")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


@contextmanager
def transaction(url: str, *, reads_only: bool = False) -> Iterator[Session]:
    """A session that commits at the end and rolls back on any error. One that reads only never waits for a writer.

    Raises ``DatabaseNotReady`` when the server does not answer, or the schema was never made or is an older one.
    """
    with _explained(url):
        engine = open_engine(url).execution_options(reads_only=True) if reads_only else open_engine(url)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session


def upgrade(url: str) -> None:
    """Bring the schema to the newest version; does nothing when it is there already.

    Raises ``DatabaseNotReady`` when the server does not answer, or an older checkout made tables that cannot be kept.
    """
    with _explained(url), open_engine(url).begin() as connection:
        schema = schema_of(connection)
        if schema.present != schema.newest:
            upgrade_schema(connection)
            schema = schema_of(connection)
    if schema.trouble:
        raise DatabaseNotReady(schema.trouble)


def read_schema(url: str) -> Schema:
    """What the database has of what the code wants. Raises ``DatabaseNotReady`` when the server does not answer."""
    with _explained(url), open_engine(url).execution_options(reads_only=True).connect() as connection:
        return schema_of(connection)


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Errors that the user can mend become ``DatabaseNotReady``."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        raise _explain(error, url) from error


def _explain(error: DBAPIError, url: str) -> Exception:
    words = str(error.orig)
    if _SOMETHING_IS_MISSING.search(words):
        trouble = read_schema(url).trouble
        return DatabaseNotReady(trouble) if trouble else error
    if _NOBODY_ANSWERS.search(words):
        where = make_url(url).render_as_string(hide_password=True)
        return DatabaseNotReady(f"The database at {where} does not answer. Start it, or set ORDERSPINE_DATABASE_URL.")
    return error
