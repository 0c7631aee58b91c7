"""What customers, their channels and the warehouses that serve them do on a day."""

from datetime import timedelta
from typing import Any

from a_day import DRAW, GOODS, ONE_HOUSE, Day, perhaps
from hypothesis import strategies as st
from hypothesis.stateful import rule
from shop_floor import rows

from models.order_number import order_number
from tasks.shelf.exchanges import exchange
from tasks.shelf.pick_ups import hand_over

ON_ACCOUNT, PAYS_FIRST = (
    {"id": "C-1", "name": "李雷", "grade": "A"},
    {"id": "C-2", "name": "韩梅梅", "grade": ""},
)


class Orders(Day):
    """Orders come, are paid, stated anew or cancelled, and leave."""

    @rule(
        goods=GOODS, paid=st.sampled_from([True, True, False]), urgent=st.booleans(), hours=st.integers(0, 30),
        house=ONE_HOUSE, customer=st.sampled_from((ON_ACCOUNT, PAYS_FIRST)),
    )  # fmt: skip
    def an_order_comes(
        self, goods: dict[str, int], paid: bool, urgent: bool, hours: int, house: str, customer: dict[str, str]
    ) -> None:
        at = (self.floor.now + timedelta(hours=hours)).isoformat()
        fetched = {"pickup": {"store": house, "at": at}} if hours > 20 else {}
        self.floor.state(goods, status="paid" if paid else "unpaid", urgent=urgent, customer=customer, **fetched)

    @rule(goods=GOODS)
    def a_deposit_comes(self, goods: dict[str, int]) -> None:
        self.floor.state(goods, kind="deposit", amount="1.00")

    @rule(data=DRAW, goods=GOODS, paid=st.booleans())
    def a_balance_comes(self, data: Any, goods: dict[str, int], paid: bool) -> None:
        self.the_hub_fulfils()
        bound = {order["deposit_no"] for order in self.floor.stated.values() if "deposit_no" in order}
        free = [n for n, order in self.floor.stated.items() if order.get("kind") == "deposit" and n not in bound]
        if free:
            deposit = data.draw(st.sampled_from(free))
            self.floor.state(goods, deposit_no=deposit, status="paid" if paid else "unpaid", amount="2.00")

    @rule(data=DRAW, goods=GOODS)
    def an_order_is_stated_anew(self, data: Any, goods: dict[str, int]) -> None:
        """Before its stock is promised that is the order; afterwards it is a request for a change."""
        self.the_hub_fulfils()
        number = self.one_of(
            data,
            "SELECT o.channel_order_no FROM sales_order o JOIN sales_channel c ON c.id = o.channel_id"
            " WHERE c.code = 'shop' AND o.status IN ('received', 'confirmed', 'reserved', 'released')"
            " AND o.channel_order_no NOT LIKE '%/%' ORDER BY o.id",
        )
        if number:
            amount = {"amount": self.floor.stated[number]["amount"]} if self._is_of_a_presale(number) else {}
            self.floor.state(goods, number, **amount)

    def _is_of_a_presale(self, number: str) -> bool:
        order = self.floor.stated[number]
        return "deposit_no" in order or order.get("kind") == "deposit"

    @rule(data=DRAW, standing=st.sampled_from(["paid", "cancelled"]))
    def it_is_paid_or_called_off(self, data: Any, standing: str) -> None:
        self.the_hub_fulfils()
        if self.floor.stated:
            number = data.draw(st.sampled_from(sorted(self.floor.stated)))
            if self.floor.stated[number]["status"] != "cancelled":
                self.floor.say_again(number, status=standing, amount=self.floor.stated[number]["amount"])

    @rule(data=DRAW, ships=st.booleans())
    def a_warehouse_works(self, data: Any, ships: bool) -> None:
        self.the_hub_fulfils()
        order = self.one_of(
            data,
            "SELECT o.id FROM sales_order o JOIN outbound b ON b.order_id = o.id AND b.state = 'planned'"
            " WHERE o.status = 'reserved' ORDER BY o.id",
        )
        if order:
            self.floor.release(order_number(order))
        on_its_list = self.one_of(data, "SELECT id FROM sales_order WHERE status = 'released' ORDER BY id")
        if on_its_list and ships:
            self.floor.ship(order_number(on_its_list))

    @rule(data=DRAW)
    def a_customer_fetches(self, data: Any) -> None:
        self.the_hub_fulfils()
        order = self.one_of(data, "SELECT id FROM sales_order WHERE pickup_id IS NOT NULL ORDER BY id")
        if order:
            with perhaps():
                hand_over(order_number(order), "eve")

    @rule(data=DRAW)
    def a_piece_is_exchanged(self, data: Any) -> None:
        self.the_hub_fulfils()
        line = self.one_of(
            data,
            "SELECT l.id FROM order_line l JOIN sales_order o ON o.id = l.order_id WHERE l.state = 'good'"
            " AND o.kind = 'sale' AND o.status IN ('shipped', 'delivered', 'completed') ORDER BY l.id",
        )
        if line:
            [found] = rows("SELECT order_id, sku FROM order_line WHERE id = :id", id=line)
            with perhaps():
                exchange(order_number(found.order_id), found.sku, 1, "broken", "ann")
