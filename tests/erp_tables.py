"""Tables of an ERP's shape in a database of their own on a real PostgreSQL, reached through ODBC as its SQL Server is.

Column names and types follow the reference; PostgreSQL folds names to lower case, and so does not care how they are
written, as SQL Server does not.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest

DRIVER = "PostgreSQL Unicode"
USER, PASSWORD = "hub_reader", "only;reads }{ it"


class ErpTables:
    """One database. ``address`` is where a client of ours finds it, as ``settings_of`` reads it."""

    shape: ClassVar[str]
    asked: ClassVar[str]
    """The tables that orders and stock are asked of first."""
    knows_what_goes_out: ClassVar[bool]

    def __init__(self, server: str, name: str) -> None:
        parts = urlsplit(server)
        self.owner = psycopg.connect(urlunsplit(parts._replace(path=f"/{name}")), autocommit=True)
        self._watcher = psycopg.connect(urlunsplit(parts._replace(path=f"/{name}")), autocommit=True)
        self.address = f"odbc://{name}/?host={quote(parse_qs(parts.query)['host'][0])}"

    def run(self, statement: str, *rows: tuple[Any, ...]) -> None:
        """Execute as the owner, once for each row of parameters."""
        with self.owner.cursor() as cursor:
            for row in rows or ((),):
                cursor.execute(statement.encode(), row or None)

    def cut_who_waits(self) -> int:
        """Cut the connections of our log-in that wait for a lock; how many. Inside a transaction the news is old."""
        found = self._watcher.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = %s"
            " AND datname = current_database() AND wait_event_type = 'Lock'",
            (USER,),
        ).fetchone()
        return int(found[0]) if found else 0

    def close(self) -> None:
        """Close what the owner has open."""
        self._watcher.close()
        self.owner.close()

    def forbid_reading(self) -> None:
        """Take our log-in its right to any table."""
        self.run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {USER}")

    def set_stock(self, *rows: tuple[str, str, str, Any, Any]) -> None:
        """Rows of warehouse, SKU, batch, quantity, and what is about to go out, where the ERP keeps that."""
        raise NotImplementedError

    def add_order(self, code: str, verifier: str | None = None, closed_at: str | None = None) -> None:
        """An order as the ERP keeps it."""
        raise NotImplementedError

    def call_off(self, code: str) -> None:
        """Somebody makes an order void, or closes it line by line, as the ERP has it."""
        raise NotImplementedError


class U8Tables(ErpTables):
    """Yonyou U8."""

    shape = """
    CREATE TABLE SO_SOMain (
        ID integer PRIMARY KEY, cSOCode varchar(30) NOT NULL, dDate timestamp NOT NULL, cCusCode varchar(20) NOT NULL,
        cVerifier varchar(20), dverifysystime timestamp, dclosesystime timestamp
    );
    CREATE TABLE SO_SODetails (AutoID serial PRIMARY KEY, ID integer NOT NULL, cSCloser varchar(20));
    CREATE TABLE CurrentStock (
        AutoID serial PRIMARY KEY, cWhCode varchar(10) NOT NULL, cInvCode varchar(60) NOT NULL, cBatch varchar(60),
        cFree1 varchar(20), iQuantity numeric(30, 10), fOutQuantity numeric(30, 10), fInQuantity numeric(30, 10)
    );
    """
    asked = "CurrentStock, SO_SOMain"
    knows_what_goes_out = True

    def set_stock(self, *rows: tuple[str, str, str, Any, Any]) -> None:
        self.run(
            "INSERT INTO CurrentStock (cWhCode, cInvCode, cBatch, iQuantity, fOutQuantity) VALUES (%s, %s, %s, %s, %s)",
            *rows,
        )

    def add_order(self, code: str, verifier: str | None = None, closed_at: str | None = None) -> None:
        self.run(
            "INSERT INTO SO_SOMain (ID, cSOCode, dDate, cCusCode, cVerifier, dclosesystime) "
            "SELECT count(*) + 1, %s, now(), 'CUST001', %s, %s::timestamp FROM SO_SOMain",
            (code, verifier, closed_at),
        )
        for line_closer in (None, "demo"):  # a line of it is closed, which is not the order
            self.run(
                "INSERT INTO SO_SODetails (ID, cSCloser) SELECT ID, %s FROM SO_SOMain WHERE cSOCode = %s",
                (line_closer, code),
            )

    def call_off(self, code: str) -> None:
        self.run(
            "UPDATE SO_SODetails SET cSCloser = 'demo' FROM SO_SOMain head"
            " WHERE head.ID = SO_SODetails.ID AND head.cSOCode = %s",
            (code,),
        )


class WiseTables(ErpTables):
    """Kingdee K/3 WISE: goods and warehouses are ids, and an order is closed by a mark."""

    shape = """
    CREATE TABLE SEOrder (
        FInterID integer PRIMARY KEY, FBillNo varchar(255) NOT NULL, FDate timestamp NOT NULL, FCustID integer NOT NULL,
        FCheckerID integer, FCancellation smallint NOT NULL DEFAULT 0, FStatus smallint, FClosed smallint
    );
    CREATE TABLE t_ICItem (FItemID serial PRIMARY KEY, FNumber varchar(80) NOT NULL UNIQUE);
    CREATE TABLE t_Stock (FItemID serial PRIMARY KEY, FNumber varchar(80) NOT NULL UNIQUE);
    CREATE TABLE ICInventory (
        FItemID integer NOT NULL, FStockID integer NOT NULL, FBatchNo varchar(200) NOT NULL, FQty numeric(28, 10)
    );
    """
    asked = "ICInventory, SEOrder"
    knows_what_goes_out = False

    def set_stock(self, *rows: tuple[str, str, str, Any, Any]) -> None:
        places, goods = sorted({row[0] for row in rows}), sorted({row[1] for row in rows})
        self.run("INSERT INTO t_Stock (FNumber) VALUES (%s) ON CONFLICT DO NOTHING", *((place,) for place in places))
        self.run("INSERT INTO t_ICItem (FNumber) VALUES (%s) ON CONFLICT DO NOTHING", *((sku,) for sku in goods))
        self.run(
            "INSERT INTO ICInventory (FStockID, FItemID, FBatchNo, FQty) SELECT place.FItemID, goods.FItemID, %s, %s"
            " FROM t_Stock place, t_ICItem goods WHERE place.FNumber = %s AND goods.FNumber = %s",
            *((batch, quantity, place, sku) for place, sku, batch, quantity, _ in rows),
        )

    def add_order(self, code: str, verifier: str | None = None, closed_at: str | None = None) -> None:
        self.run(
            "INSERT INTO SEOrder (FInterID, FBillNo, FDate, FCustID, FCheckerID, FClosed) "
            "SELECT count(*) + 1, %s, now(), 1, %s, %s FROM SEOrder",
            (code, 16_394 if verifier else None, int(closed_at is not None)),
        )

    def call_off(self, code: str) -> None:
        self.run("UPDATE SEOrder SET FCancellation = 1 WHERE FBillNo = %s", (code,))


def settings_of(address: str) -> dict[str, Any]:
    """The settings of a client: of such a database, or of whoever listens at a web address."""
    parts = urlsplit(address)
    socket = parse_qs(parts.query).get("host")
    server = (
        {"server": socket[0], "database": parts.hostname} if socket else {"server": parts.hostname, "database": "books"}
    )
    options = {"options": {"Port": str(parts.port)}} if parts.port else {}
    return {"driver": DRIVER, "user": USER, "password": PASSWORD, "patience": 5, **server, **options}


def need_odbc() -> None:
    """Skips the test, with the cure, where the system has no ODBC. In CI, which installs it, its lack is a failure."""
    if missing := _missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)


def _missing() -> str:
    """What the system lacks to speak ODBC, and the cure."""
    try:
        import pyodbc  # noqa: PLC0415  (it needs a library of the system)
    except ImportError:
        return "unixODBC is not installed: apt install unixodbc"
    return "" if DRIVER in pyodbc.drivers() else f"there is no ODBC driver {DRIVER!r}: apt install odbc-postgresql"


@contextmanager
def erp_tables(kind: type[ErpTables], server: str) -> Iterator[ErpTables]:
    """An empty database of this kind, with our log-in allowed to, gone afterwards."""
    name = f"books_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    tables = kind(server, name)
    try:
        tables.run(tables.shape)
        tables.run(f"DO $$ BEGIN CREATE ROLE {USER} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        tables.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {USER}")
        yield tables
    finally:
        tables.close()
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
