"""The database of Kingdee K/3 WISE (``AIS…`` on SQL Server), read through ODBC.

``SEOrder`` says which orders there are, audited by ``FCheckerID`` until they are void or closed; ``ICInventory`` what
is in stock, of the goods in ``t_ICItem`` and the warehouses in ``t_Stock``. It keeps nothing that is about to go out:
all of it is free.
Verified by: ``pyodbc`` with unixODBC against a real PostgreSQL that holds tables of WISE's shape. Not called live.
"""

from integrations.books_database import BooksDatabase


class KingdeeWiseDatabase(BooksDatabase):
    """The books of one account set."""

    name = "kingdee_wise_database"
    orders = (
        "SELECT code, CASE WHEN checker > 0 THEN left_open ELSE 0 END, left_open FROM ("
        "SELECT FBillNo AS code, FCheckerID AS checker, CASE WHEN COALESCE(FCancellation, 0) = 0 "
        "AND COALESCE(FClosed, 0) = 0 THEN 1 ELSE 0 END AS left_open FROM SEOrder WHERE FBillNo IN ({marks})) AS found"
    )
    stock = (
        "SELECT goods.FNumber, COALESCE(SUM(there.FQty), 0), COALESCE(SUM(there.FQty), 0) FROM ICInventory there "
        "JOIN t_ICItem goods ON goods.FItemID = there.FItemID JOIN t_Stock place ON place.FItemID = there.FStockID "
        "WHERE place.FNumber = ? AND goods.FNumber IN ({marks}) GROUP BY goods.FNumber"
    )
