"""Check an import of the Olist orders: ``olist.py figures < REPORT.json``, ``olist.py stands DATABASE ORDERS.csv``,
``olist.py state DATABASE``."""

import csv
import hashlib
import json
import sqlite3
import sys
from collections import Counter
from pathlib import Path

# Known answers of the data set: orders, and the largest difference in cents.
ORDERS = {"equal": 7_318, "rounding": 16, "off": 26, "no-items": 775}
LARGEST = {"equal": 0, "rounding": 1, "off": 11_189}
ORDER_VALUE, PAID = 126_555_274, 142_860_281

# Where an order stands by what its channel says of it. What is short of stock, or was never paid, got no further.
STANDS = {
    "delivered": {"delivered"},
    "shipped": {"shipped"},
    "canceled": {"cancelled"},
    "invoiced": {"released"},
    "processing": {"reserved", "confirmed"},
    "approved": {"reserved", "confirmed"},
    "unavailable": {"reserved", "confirmed"},
    "created": {"received"},
}


def figures() -> None:
    """Compare the reconciliation report with the known answers; exit 1 on a difference."""
    report = json.load(sys.stdin)
    outcomes = report["outcomes"]
    found = {
        "orders": {line["outcome"]: line["orders"] for line in outcomes},
        "largest": {line["outcome"]: line["largest_minor"] for line in outcomes if line["outcome"] in LARGEST},
        "order value": sum(line["order_minor"] for line in outcomes),
        "paid": sum(line["settled_minor"] for line in outcomes),
        "complete": report["complete"],
    }
    wanted = {"orders": ORDERS, "largest": LARGEST, "order value": ORDER_VALUE, "paid": PAID, "complete": True}
    wrong = [f"{name}: {found[name]}, known: {wanted[name]}" for name in wanted if found[name] != wanted[name]]
    if wrong:
        sys.exit("The reconciliation differs from the known figures.\n" + "\n".join(wrong))
    sys.stdout.write("The reconciliation shows the known figures, to the cent.\n")


def stands(database: str, orders: str) -> None:
    """Compare where each order stands with what the file says of it, and that stock was short; exit 1 if not so."""
    with sqlite3.connect(database) as connection:
        ours = dict(connection.execute("SELECT channel_order_no, status FROM sales_order"))
        short = connection.execute("SELECT count(*) FROM hold WHERE kind = 'stock' AND closed_at IS NULL").fetchone()[0]
    with Path(orders).open(encoding="utf-8-sig", newline="") as file:
        pairs = Counter((row["order_status"], ours.get(row["order_id"])) for row in csv.DictReader(file))
    wrong = {pair: count for pair, count in pairs.items() if pair[1] not in STANDS[pair[0]]}
    if wrong or not short:
        sys.exit(f"Orders do not stand where the file says: {wrong}; {short} wait for stock.")
    sys.stdout.write(f"All {pairs.total():,} orders stand where the file says; {short:,} wait for stock.\n")


def state(database: str) -> None:
    """Print every table with the number of its rows and a hash of them."""
    with sqlite3.connect(database) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (table,) in tables:
            rows = sorted(map(repr, connection.execute(f'SELECT * FROM "{table}"')))  # noqa: S608  (our own tables)
            sys.stdout.write(f"{table} {len(rows)} {hashlib.sha256(''.join(rows).encode()).hexdigest()}\n")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["figures"]:
            figures()
        case ["stands", database, orders]:
            stands(database, orders)
        case ["state", database]:
            state(database)
        case _:
            sys.exit(__doc__)
