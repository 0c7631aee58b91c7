"""The books of the stock as they were last read, shelf by shelf: ours, the warehouse's, the ERP's (D2)."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from models.lifecycle import Bucket
from models.many import among
from models.stock import LEVEL
from models.stock_snapshot import OUR_BOOKS, SNAPSHOT, Pieces, keep_snapshot
from models.work import Work
from policies.stock_comparison import Book, Gap, Shelf
from tasks.connections import connections
from tasks.masters import PRODUCT, WAREHOUSE
from tasks.read_stock import StockSource
from tasks.refused_stock import open_refusals


def keep_our_books(work: Work) -> None:
    """Keep our own figures of now beside the partners' newest: what is compared stays readable."""
    for warehouse_id, _ in _connected_warehouses(work):
        query = select(LEVEL.c.product_id, LEVEL.c.on_hand, LEVEL.c.reserved)
        here = (LEVEL.c.warehouse_id == warehouse_id, LEVEL.c.bucket == Bucket.SELLABLE)
        levels = work.rows(query.where(LEVEL.c.company_id == work.company_id, *here))
        stated = {row.product_id: Pieces(row.on_hand - row.reserved, row.reserved) for row in levels}
        keep_snapshot(work.session, work.company_id, OUR_BOOKS, warehouse_id, stated, work.now)


def read_shelves(work: Work, unread: Collection[StockSource]) -> list[Shelf]:
    """Every SKU of the connected warehouses that any book names; ``unread`` are the systems that did not answer."""
    erp = connections().stock_book
    systems = {book: system for book, system in ((Book.OURS, OUR_BOOKS), (Book.ERP, erp)) if system}
    warehouses = _connected_warehouses(work)
    refused = {system: open_refusals(work, system) for system in (erp, *(code for _, code in warehouses)) if system}
    shelves = []
    for warehouse_id, code in warehouses:
        here = {**systems, Book.WMS: code}
        stated = _stated(work, warehouse_id)
        for sku in sorted({sku for _, sku in stated}):
            books: dict[Book, int | Gap] = dict.fromkeys(Book, Gap.UNCONNECTED)
            for book, system in here.items():
                if StockSource(system, code) in unread:
                    books[book] = Gap.UNREAD
                elif (code, sku) in refused.get(system, ()):
                    books[book] = Gap.REFUSED
                else:
                    books[book] = stated.get((system, sku), Gap.ABSENT)
            shelves.append(Shelf(code, sku, books))
    return shelves


def _stated(work: Work, warehouse_id: int) -> dict[tuple[str, str], int]:
    """Pieces by system and SKU, those promised included."""
    query = (
        select(SNAPSHOT.c.system, PRODUCT.c.sku, SNAPSHOT.c.available + SNAPSHOT.c.locked)
        .join(PRODUCT, PRODUCT.c.id == SNAPSHOT.c.product_id)
        .where(SNAPSHOT.c.company_id == work.company_id, SNAPSHOT.c.warehouse_id == warehouse_id)
    )
    return {(system, sku): int(pieces) for system, sku, pieces in work.rows(query)}


def _connected_warehouses(work: Work) -> list[Any]:
    """Id and code of the warehouses that can be asked."""
    codes = [warehouse.code for warehouse in connections().warehouse]
    query = select(WAREHOUSE.c.id, WAREHOUSE.c.code).where(WAREHOUSE.c.company_id == work.company_id)
    return work.rows(query.where(among(WAREHOUSE.c.code, codes)).order_by(WAREHOUSE.c.code))
