"""The database of an ERP, read through ODBC for orders and stock. A partner is a name and two statements.

Only read: writing such tables would pass by the ERP's numbering and locks, so the log-in should have the right to
select and no other.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Timer
from typing import Any, ClassVar, Final

import httpx
from pydantic import Field, SecretStr

from integrations.chunks import chunks
from integrations.errors import PartnerError
from integrations.settings import PartnerSettings
from integrations.stock_rows import stock_lines
from integrations.words import Words
from models.messages import ErpNews, ErpReceipt, StockLine

_PER_QUERY: Final = 500
_OURS: Final = ("01", "28", "3D", "42", "IM")
"""Classes of SQLSTATE for which we are to blame: no such driver, log-in, database, table, column or right."""

_LOG_IN_REFUSED: Final = ("login failed", "authentication failed", "not permitted to log in", "does not exist")
"""Some drivers say 08001, connection failed, of this as well."""


class DatabaseSettings(PartnerSettings):
    """How to reach the database of one account set."""

    driver: str = Field(default="ODBC Driver 18 for SQL Server", description="Name of the installed ODBC driver")
    server: str = Field(description="Server as the driver wants it written, such as host or host,1433")
    database: str = Field(description="Name of the database")
    user: str = Field(description="Log-in that may read")
    password: SecretStr = Field(description="Password of the log-in")
    options: dict[str, str] = Field(default={}, description="Further keywords of the driver, such as Encrypt or Port")
    patience: float = Field(default=20, gt=0, description="Seconds that a query may take, and a log-in")


class BooksDatabase:
    """The books of one account set; a class of its own for each ERP says what is asked."""

    name: ClassVar[str]
    orders: ClassVar[str]
    """A row of number, whether it may be worked on, and whether it is neither closed nor void (1 or 0), for each of the
    numbers at ``{marks}``."""
    stock: ClassVar[str]
    """A row of SKU, quantity and what of it is free for each SKU, for a warehouse and the SKUs at ``{marks}``."""

    def __init__(
        self,
        settings: DatabaseSettings,
        http: httpx.AsyncClient,  # noqa: ARG002  (every partner is made alike; a database does not go over HTTP)
        *,
        clock: Callable[[], datetime],  # noqa: ARG002
    ) -> None:
        self._settings = settings
        self._words = Words(self.name, settings.secrets())

    async def find_order(self, order_no: str) -> ErpReceipt | None:
        """By our number, which is the ERP's number of the order: audited until it is closed or void."""
        rows = await self._query(self.orders.format(marks="?"), [order_no])
        return ErpReceipt(order_no, str(rows[0][0]), audited=bool(rows[0][1])) if rows else None

    async def pull_orders_as_they_are(self, order_nos: Sequence[str]) -> list[ErpNews]:
        """By our numbers; when somebody changed them the books do not say."""
        rows: list[Sequence[Any]] = []
        for some in chunks(order_nos, _PER_QUERY):
            rows += await self._query(self.orders.format(marks=",".join("?" * len(some))), some)
        return [ErpNews(str(number), str(number), "", open=bool(open_)) for number, _, open_ in rows]

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """What is on the shelves, summed over batches; the ERP's rows say what of it is free."""
        rows: list[Sequence[Any]] = []
        for some in chunks(skus, _PER_QUERY):
            rows += await self._query(self.stock.format(marks=",".join("?" * len(some))), [warehouse, *some])
        try:
            return stock_lines(warehouse, rows)
        except ValueError as error:
            raise self._words.unavailable(f"a stock figure cannot be read: {error}") from error

    async def _query(self, statement: str, parameters: Sequence[str]) -> list[Any]:
        odbc = self._odbc()
        try:
            return await asyncio.to_thread(self._rows, odbc, statement, parameters)
        except odbc.Error as error:
            raise self._trouble(error) from None  # its text has the address and the user

    def _odbc(self) -> Any:
        """The module ``pyodbc``: it needs a library of the system, and only this partner needs it."""
        try:
            import pyodbc  # type: ignore[import-not-found]  # noqa: PLC0415  (mypy does not look at its types)
        except ImportError:
            cure = "install it (Debian: apt install unixodbc) and a driver for the database"
            raise self._words.misconfigured(f"unixODBC is missing on this machine: {cure}") from None
        return pyodbc

    def _rows(self, odbc: Any, statement: str, parameters: Sequence[str]) -> list[Any]:
        patience = self._settings.patience
        connection = odbc.connect(self._address(), timeout=max(1, round(patience)), readonly=True, autocommit=True)
        try:
            cursor = connection.cursor()
            # Not every driver knows the time-out of a statement; every one lets it be cancelled.
            timer = Timer(patience, cursor.cancel)
            timer.start()
            try:
                return list(cursor.execute(statement, *parameters).fetchall())
            finally:
                timer.cancel()
                timer.join()  # a cancellation that has begun needs the statement until it is over
        finally:
            connection.close()

    def _address(self) -> str:
        settings = self._settings
        keywords = {
            "Driver": settings.driver, "Server": settings.server, "Database": settings.database,
            "UID": settings.user, "PWD": settings.password.get_secret_value(), **settings.options,
        }  # fmt: skip
        return ";".join(f"{keyword}={_braced(value)}" for keyword, value in keywords.items())

    def _trouble(self, error: Exception) -> PartnerError:
        """What an ODBC error means, by the class of its SQLSTATE."""
        state, said = str(error.args[0]), str(error.args[-1])
        if state.startswith(_OURS) or any(phrase in said.lower() for phrase in _LOG_IN_REFUSED):
            return self._words.misconfigured(said, code=state)
        return self._words.unavailable(said, code=state)


def _braced(value: str) -> str:
    """A value of a connection string; only one that needs braces gets them, for some drivers take them literally."""
    if value and not set(value) & set("[]{}(),;?*=!@ "):
        return value
    return "{" + value.replace("}", "}}") + "}"
