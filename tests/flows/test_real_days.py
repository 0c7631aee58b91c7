"""Real invoices, one file a day, are the same orders in whatever order the days come, and however often."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from life import codes, rows
from pandas import concat, read_csv
from played import Sandbox

from flows.import_files import import_files
from settings import get_settings
from tasks.connections import connections
from tasks.masters import prepare_database

pytestmark = pytest.mark.usefixtures("prefect_api")

DAYS = ("2010-12-19", "2010-12-22", "2010-12-23")


async def take(files: list[Path]) -> dict[str, list[Any]]:
    """What there is after these files, without our own ids and times. Who got the stock is left out: that is decided
    when an order comes, so it depends on who comes first."""
    for file in files:
        await import_files(str(file), "online_retail")
    found = {
        "orders": rows("SELECT channel_order_no, kind, currency, amount_minor FROM sales_order"),
        "lines": rows(
            "SELECT o.channel_order_no, l.line_no, l.kind, l.state, l.sku, l.quantity, l.price_minor, l.amount_minor "
            "FROM order_line l JOIN sales_order o ON o.id = l.order_id"
        ),
        "cancellations": rows(
            "SELECT channel_order_no, status FROM sales_order WHERE kind = 'credit' OR status = 'cancelled'"
        ),
        "quarantine": [
            (row.subject, row.subject_key, codes(row.reasons))
            for row in rows("SELECT subject, subject_key, reasons FROM quarantine")
        ],
    }
    return {name: sorted(some) for name, some in found.items()}  # databases sort texts differently


@pytest.mark.take_turns
async def test_days_in_any_order_and_twice_are_the_same_orders(
    hub: Sandbox, real_data: Path, migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [real_data / "online_retail" / "2010-12" / f"{day}.csv.gz" for day in DAYS]
    written = concat([read_csv(file, dtype=str) for file in files])
    forwards = await take(files)
    assert {order.channel_order_no for order in forwards["orders"]} == {*written["InvoiceNo"]}
    assert len(forwards["lines"]) == len(written)
    assert forwards["cancellations"]
    assert forwards["quarantine"]
    assert await take(files) == forwards

    shutil.copy(migrated, tmp_path / "other.db")
    monkeypatch.setenv("ORDERSPINE_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    get_settings.cache_clear()
    prepare_database(connections())
    assert await take(files[::-1]) == forwards
