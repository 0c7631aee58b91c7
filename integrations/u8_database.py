"""The database of Yonyou U8 (``UFDATA_<account set>_<year>`` on SQL Server), read through ODBC.

``SO_SOMain`` says which orders there are, audited once somebody verified them and until they are closed, as a whole or
line by line (``SO_SODetails``); ``CurrentStock`` what is in stock, where what is about to go out is locked.
Verified by: ``pyodbc`` with unixODBC against a real PostgreSQL that holds tables of U8's shape. Not called live.
"""

from integrations.books_database import BooksDatabase


class U8Database(BooksDatabase):
    """The books of one account set and year."""

    name = "u8_database"
    orders = (
        "SELECT code, CASE WHEN verifier <> '' THEN left_open ELSE 0 END, left_open FROM ("
        "SELECT head.cSOCode AS code, head.cVerifier AS verifier, CASE WHEN head.dclosesystime IS NULL AND EXISTS ("
        "SELECT 1 FROM SO_SODetails line WHERE line.ID = head.ID AND COALESCE(line.cSCloser, '') = ''"
        ") THEN 1 ELSE 0 END AS left_open FROM SO_SOMain head WHERE head.cSOCode IN ({marks})) AS found"
    )
    stock = (
        "SELECT cInvCode, COALESCE(SUM(iQuantity), 0), COALESCE(SUM(iQuantity), 0) - COALESCE(SUM(fOutQuantity), 0) "
        "FROM CurrentStock WHERE cWhCode = ? AND cInvCode IN ({marks}) GROUP BY cInvCode"
    )
