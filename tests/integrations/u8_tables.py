"""Tables of U8's shape in a database of their own on a real PostgreSQL, reached through ODBC as U8's SQL Server is.

Column names and types follow the reference; PostgreSQL folds names to lower case, and so does not care how they are
written, as SQL Server does not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest

DRIVER = "PostgreSQL Unicode"
USER, PASSWORD = "hub_reader", "only;reads }{ it"
_SHAPE = """
CREATE TABLE SO_SOMain (
    ID integer PRIMARY KEY, cSOCode varchar(30) NOT NULL, dDate timestamp NOT NULL, cCusCode varchar(20) NOT NULL,
    cVerifier varchar(20), dverifysystime timestamp, dclosesystime timestamp
);
CREATE TABLE CurrentStock (
    AutoID serial PRIMARY KEY, cWhCode varchar(10) NOT NULL, cInvCode varchar(60) NOT NULL, cBatch varchar(60),
    cFree1 varchar(20), iQuantity numeric(30, 10), fOutQuantity numeric(30, 10), fInQuantity numeric(30, 10)
);
"""


class U8Tables:
    """One database. ``address`` is where a client of ours finds it, as ``settings_of`` reads it."""

    def __init__(self, server: str, name: str) -> None:
        parts = urlsplit(server)
        self.owner = psycopg.connect(urlunsplit(parts._replace(path=f"/{name}")), autocommit=True)
        self.address = f"odbc://{name}/?host={quote(parse_qs(parts.query)['host'][0])}"

    def run(self, statement: str, *rows: tuple[Any, ...]) -> None:
        """Execute as the owner, once for each row of parameters."""
        with self.owner.cursor() as cursor:
            for row in rows or ((),):
                cursor.execute(statement.encode(), row or None)

    def forbid_reading(self) -> None:
        """Take our log-in its right to any table."""
        self.run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {USER}")

    def set_stock(self, *rows: tuple[str, str, str, Any, Any]) -> None:
        """Rows of warehouse, SKU, batch, quantity, and what is about to go out."""
        self.run(
            "INSERT INTO CurrentStock (cWhCode, cInvCode, cBatch, iQuantity, fOutQuantity) VALUES (%s, %s, %s, %s, %s)",
            *rows,
        )

    def add_order(self, code: str, verifier: str | None = None, closed_at: str | None = None) -> None:
        """An order as U8 keeps it."""
        self.run(
            "INSERT INTO SO_SOMain (ID, cSOCode, dDate, cCusCode, cVerifier, dclosesystime) "
            "SELECT count(*) + 1, %s, now(), 'CUST001', %s, %s::timestamp FROM SO_SOMain",
            (code, verifier, closed_at),
        )


def settings_of(address: str) -> dict[str, Any]:
    """The settings of a client: of such a database, or of whoever listens at a web address."""
    parts = urlsplit(address)
    socket = parse_qs(parts.query).get("host")
    server = (
        {"server": socket[0], "database": parts.hostname} if socket else {"server": parts.hostname, "database": "u8"}
    )
    options = {"options": {"Port": str(parts.port)}} if parts.port else {}
    return {"driver": DRIVER, "user": USER, "password": PASSWORD, "patience": 5, **server, **options}


def need_odbc() -> None:
    """Skips the test, with the cure, where the system has no ODBC library or no driver."""
    pyodbc = pytest.importorskip(
        "pyodbc", reason="unixODBC is not installed: apt install unixodbc", exc_type=ImportError
    )
    if DRIVER not in pyodbc.drivers():
        pytest.skip(f"there is no ODBC driver {DRIVER!r}: apt install odbc-postgresql")


@contextmanager
def u8_tables(server: str) -> Iterator[U8Tables]:
    """An empty database of U8's shape that our log-in may read, gone afterwards."""
    name = f"ufdata_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    tables = U8Tables(server, name)
    try:
        tables.run(_SHAPE)
        tables.run(f"DO $$ BEGIN CREATE ROLE {USER} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        tables.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {USER}")
        yield tables
    finally:
        tables.owner.close()
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
