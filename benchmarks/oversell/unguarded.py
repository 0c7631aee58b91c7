"""The twin: a stock book without its guards, to show that the proof sees an oversell when there is one."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from sqlalchemy import select, update

from models.lifecycle import Bucket
from models.stock import LEVEL
from models.stock_book import OnShelf, StockBook
from models.work import Work


class Unguarded(StockBook):
    """Reads the shelves once, in a transaction of its own, decides by what it remembers, and writes back what it has
    computed: the stock figure in a web shop's cache. The database's own check stays, and does not help."""

    shelves: ClassVar[dict[int, tuple[int, int, int]]] = {}
    """Product, warehouse and pieces on hand of each level."""
    reserved: ClassVar[dict[int, int]] = {}

    @classmethod
    def look(cls, work: Work) -> None:
        """Read every shelf."""
        columns = (LEVEL.c.id, LEVEL.c.product_id, LEVEL.c.warehouse_id, LEVEL.c.on_hand, LEVEL.c.reserved)
        for row in work.rows(select(*columns).where(LEVEL.c.bucket == Bucket.SELLABLE)):
            cls.shelves[row.id] = (row.product_id, row.warehouse_id, row.on_hand)
            cls.reserved[row.id] = row.reserved

    def on_shelf(self, product_ids: Iterable[int], *, lock: bool = True) -> list[OnShelf]:  # noqa: ARG002 - as in what it replaces
        """As it was when it looked, less what this process has promised since."""
        wanted = set(product_ids)
        return [
            OnShelf(level, product, warehouse, on_hand - self.reserved[level])
            for level, (product, warehouse, on_hand) in self.shelves.items()
            if product in wanted
        ]

    def _add(self, counter: str, change: Mapping[int, int]) -> None:
        for level, by in sorted(change.items()):
            self.reserved[level] += by
            statement = update(LEVEL).where(LEVEL.c.id == level).values({counter: self.reserved[level]})
            self._session.execute(statement)
