"""A company with products, kits, stock and orders, as a benchmark wants them, in a database of its own."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.rehearsal import enter, rehearse
from models.base import table_of
from models.bulk import insert_numbered, insert_rows
from models.company import Customer, KitComponent, SalesChannel
from models.messages import CatalogueItem
from models.work import Work
from settings import ROOT, get_settings
from tasks.connections import connections
from tasks.masters import add_products, open_stock, prepare_database, warehouse_id_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:9"
"""The partners of a benchmark that asks none of them anything."""

Wanted = Sequence[tuple[str, int]]
"""SKU and pieces per line of an order."""


def enter_company(home: Path, url: str) -> None:
    """Make this process, and those forked from it, work for a company on that database; partners are never asked."""
    enter(rehearse(home, NOWHERE))
    os.environ["ORDERSPINE_RULES"] = str(ROOT / "orderspine.toml")
    os.environ["ORDERSPINE_DATABASE_URL"] = url
    get_settings.cache_clear()
    prepare_database(connections())


def stock(work: Work, warehouse: str, units: Mapping[str, int]) -> dict[str, int]:
    """Products with so many pieces of each in a warehouse; their ids by SKU."""
    ids = add_products(work, [CatalogueItem(sku, sku) for sku in units])
    opened = {ids[sku]: pieces for sku, pieces in units.items()}
    open_stock(work, warehouse_id_of(work, warehouse), opened, "opening:benchmark")
    return ids


def kit(work: Work, sku: str, components: Mapping[str, int]) -> dict[str, int]:
    """A product that consists of others; its id by its SKU."""
    ids = add_products(work, [CatalogueItem(name, name) for name in (sku, *components)])
    rows = [{"kit_id": ids[sku], "component_id": ids[name], "units": units} for name, units in components.items()]
    insert_rows(work.session, table_of(KitComponent), rows)
    return {sku: ids[sku]}


def order(work: Work, orders: Sequence[Wanted], products: Mapping[str, int]) -> list[int]:
    """Paid orders of the channel ``shop``, a second apart, received and ready to be decided; their ids."""
    channel, customer = table_of(SalesChannel), table_of(Customer)
    [shop] = work.session.execute(channel.select().where(channel.c.code == "shop")).all()
    buyer = {"company_id": work.company_id, "code": "shop:buyer", "name": "", "grade": "", "risk": "normal"}
    [customer_id] = insert_numbered(work.session, customer, [buyer])
    usual = {
        "company_id": work.company_id, "channel_id": shop.id, "kind": "sale", "status": "received", "version": 1,
        "customer_id": customer_id, "currency": "CNY", "freight_minor": 0, "paid": True, "urgent": False,
        "content_hash": "", "region": "广东省", "receiver": {}, "remark": "",
    }  # fmt: skip
    rows = [
        {
            **usual, "channel_order_no": f"N{n}", "placed_at": NOON + timedelta(seconds=n),
            "stated_at": NOON + timedelta(seconds=n), "amount_minor": 100 * sum(pieces for _, pieces in wanted),
        }
        for n, wanted in enumerate(orders)
    ]  # fmt: skip
    ids = work.orders.add(rows)
    work.orders.add_lines(
        [
            {
                "order_id": order_id, "line_no": str(n), "kind": "goods", "state": "good", "sku": sku,
                "product_id": products[sku], "title": sku, "quantity": pieces, "price_minor": 100,
                "amount_minor": 100 * pieces, "freight_minor": 0,
            }
            for order_id, wanted in zip(ids, orders, strict=True)
            for n, (sku, pieces) in enumerate(wanted, start=1)
        ]
    )  # fmt: skip
    return ids
