"""What happens to goods on a day beside the orders of channels: stores, transfers, arrivals, counts, returns."""

from datetime import timedelta
from typing import Any

from a_day import DRAW, FEW, ONE_HOUSE, ONE_SKU, Day, perhaps
from hypothesis import strategies as st
from hypothesis.stateful import rule
from shop_floor import rows

from models.lifecycle import Bucket
from models.order_number import order_number
from tasks.shelf.arrivals import announce, arrive, call_off
from tasks.shelf.counting import count
from tasks.shelf.quarantined import clear, scrap, take_in
from tasks.shelf.safety import set_safety
from tasks.shelf.store_sales import sell
from tasks.shelf.transfers import transfer


class Goods(Day):
    """Goods are sold in stores, sent from one to the other, expected, counted, and come back."""

    @rule(house=ONE_HOUSE, goods=st.dictionaries(ONE_SKU, FEW, min_size=1))
    def a_store_sells(self, house: str, goods: dict[str, int]) -> None:
        self.the_hub_fulfils()
        with perhaps():
            sell(house, [(sku, pieces, 100) for sku, pieces in goods.items()], self.paper(), "eve")

    @rule(sku=ONE_SKU, pieces=FEW, source=ONE_HOUSE)
    def a_store_asks_for_goods(self, sku: str, pieces: int, source: str) -> None:
        transfer(sku, pieces, source, "SH-01" if source == "SZ-01" else "SZ-01", self.paper(), "ann")

    @rule(data=DRAW)
    def an_own_order_is_called_off(self, data: Any) -> None:
        self.the_hub_fulfils()
        query = "SELECT id FROM sales_order WHERE kind IN ('transfer', 'exchange') ORDER BY id DESC"
        if wanted_no_more := self.one_of(data, query):
            with perhaps():
                call_off(order_number(wanted_no_more), "ann", why="not wanted")

    @rule(sku=ONE_SKU, house=ONE_HOUSE, pieces=FEW, days=st.integers(0, 5))
    def goods_are_announced(self, sku: str, house: str, pieces: int, days: int) -> None:
        announce(sku, house, pieces, (self.floor.now + timedelta(days=days)).date(), self.paper(), "ann")

    @rule(data=DRAW, pieces=st.one_of(st.none(), FEW), comes=st.sampled_from([True, True, False]))
    def goods_arrive_or_never_will(self, data: Any, pieces: int | None, comes: bool) -> None:
        coming = self.one_of(data, "SELECT id FROM arrival WHERE state = 'expected' ORDER BY id")
        if not coming:
            return
        query = "SELECT a.reference, p.sku FROM arrival a JOIN product p ON p.id = a.product_id WHERE a.id = :id"
        [goods] = rows(query, id=coming)
        with perhaps():
            if comes:
                arrive(goods.reference, "bob", sku=goods.sku, quantity=pieces, note=self.paper() if pieces else "")
            else:
                call_off(goods.reference, "bob", sku=goods.sku, why="lost")

    @rule(sku=ONE_SKU, house=ONE_HOUSE, pieces=st.integers(0, 15), bucket=st.sampled_from(["sellable", "quarantine"]))
    def somebody_counts(self, sku: str, house: str, pieces: int, bucket: str) -> None:
        self.the_hub_fulfils()
        count(sku, house, pieces, self.paper(), "bob", Bucket(bucket))

    @rule(sku=ONE_SKU, house=ONE_HOUSE, pieces=st.integers(0, 3))
    def safety_stock_is_set(self, sku: str, house: str, pieces: int) -> None:
        set_safety(sku, house, pieces, "ann")

    @rule(sku=ONE_SKU, house=ONE_HOUSE, pieces=FEW, what=st.sampled_from([take_in, clear, scrap]))
    def pieces_come_back_and_are_looked_at(self, sku: str, house: str, pieces: int, what: Any) -> None:
        with perhaps():
            what(sku, house, pieces, self.paper(), "bob")
