"""The database of Yonyou U8 (``UFDATA_<account set>_<year>`` on SQL Server), read through ODBC.

``SO_SOMain`` says which orders there are, audited once somebody verified them and until they are closed;
``CurrentStock`` what is in stock, where what is about to go out is locked.
Verified by: ``pyodbc`` with unixODBC against a real PostgreSQL that holds tables of U8's shape. Not called live.
"""

from integrations.books_database import BooksDatabase


class U8Database(BooksDatabase):
    """The books of one account set and year."""

    name = "u8_database"
    order = (
        "SELECT cSOCode, CASE WHEN cVerifier <> '' AND dclosesystime IS NULL THEN 1 ELSE 0 END "
        "FROM SO_SOMain WHERE cSOCode = ?"
    )
    stock = (
        "SELECT cInvCode, COALESCE(SUM(iQuantity), 0), COALESCE(SUM(iQuantity), 0) - COALESCE(SUM(fOutQuantity), 0) "
        "FROM CurrentStock WHERE cWhCode = ? AND cInvCode IN ({marks}) GROUP BY cInvCode"
    )
