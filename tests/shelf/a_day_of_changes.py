"""What people want changed on a day, who agrees to it, and whether the warehouse can still stop (B8)."""

from typing import Any

from a_day import ANY_ARTICLE, DRAW, Day, perhaps
from hypothesis import strategies as st
from hypothesis.stateful import rule
from shop_floor import rows

from models.order_number import order_number
from tasks.changes import answer_change, propose


class Changes(Day):
    """Changes are asked for of any order, however far it is, and answered; warehouses are asked to stop, and answer."""

    @rule(
        data=DRAW, what=st.sampled_from(["quantity", "article", "line", "phone", "urgent"]), article=ANY_ARTICLE,
        pieces=st.integers(0, 8), far=st.sampled_from(["reserved", "released", "shipped", "confirmed"]),
    )  # fmt: skip
    def a_change_is_asked_for(self, data: Any, what: str, article: str, pieces: int, far: str) -> None:
        self.the_hub_fulfils()
        line = self.one_of(
            data,
            "SELECT l.id FROM order_line l JOIN sales_order o ON o.id = l.order_id WHERE l.state = 'good'"
            " AND o.status = :far ORDER BY l.id",
            far=far,
        )
        if not line:
            return
        [found] = rows("SELECT order_id, line_no FROM order_line WHERE id = :id", id=line)
        wanted = {
            "quantity": {f"line.{found.line_no}.quantity": str(pieces)},
            "article": {f"line.{found.line_no}.sku": article},
            "line": {"line.9.sku": article, "line.9.quantity": str(pieces), "line.9.price_minor": "100"},
            "phone": {"receiver.phone": self.paper()},
            "urgent": {"urgent": "yes"},
        }
        with perhaps():
            propose(order_number(found.order_id), wanted[what], "the customer called", "call of 10:15", "ann")

    @rule(data=DRAW, verdict=st.sampled_from(["yes", "no"]))
    def somebody_answers(self, data: Any, verdict: str) -> None:
        asked = self.one_of(
            data,
            "SELECT a.id FROM change_approval a JOIN change_request c ON c.id = a.change_id"
            " WHERE c.state = 'proposed' AND a.verdict IS NULL ORDER BY a.id",
        )
        if asked:
            [found] = rows("SELECT change_id, approver FROM change_approval WHERE id = :id", id=asked)
            with perhaps():
                answer_change(found.change_id, found.approver, verdict, "bob")

    @rule(data=DRAW)
    def everybody_agrees(self, data: Any) -> None:
        change = self.one_of(data, "SELECT id FROM change_request WHERE state = 'proposed' ORDER BY id DESC")
        if change:
            query = "SELECT approver FROM change_approval WHERE change_id = :id AND verdict IS NULL ORDER BY id"
            with perhaps():
                for asked in rows(query, id=change):
                    answer_change(change, asked.approver, "yes", "bob")

    @rule(data=DRAW, agrees=st.booleans())
    def a_warehouse_says_whether_it_can_stop(self, data: Any, agrees: bool) -> None:
        query = "SELECT id FROM outbox WHERE kind = 'cancel-outbound' AND state = 'due' ORDER BY id"
        if asked := self.one_of(data, query):
            self.floor.answer_stop(asked, agrees=agrees)
