"""Every stream of goods goes through the same door: stores, transfers, exchanges, pick-ups, presales (A9, A10, B3)."""

from datetime import timedelta
from pathlib import Path

import pytest
from ledger import assert_it_adds_up
from shop_floor import ONE, Floor, holds, lies, place, rows, run, status
from sqlalchemy import select

from models.order_book import ORDER
from tasks.accept_orders import accept_orders
from tasks.change_words import CannotChange
from tasks.changes import propose
from tasks.hub import current_rules
from tasks.preview import compare_open_orders
from tasks.reading import reading
from tasks.ready import arrived_orders
from tasks.shelf.arrivals import arrive, call_off
from tasks.shelf.catalogue import define
from tasks.shelf.exchanges import exchange
from tasks.shelf.find import CannotMoveStock
from tasks.shelf.pick_ups import hand_over
from tasks.shelf.store_sales import sell
from tasks.shelf.transfers import transfer

pytestmark = pytest.mark.usefixtures("floor")

TWO, THREE = "SKU-0002", "SKU-0003"


class TestATransfer:
    def test_leaves_the_source_travels_and_is_for_sale_at_the_destination(self, floor: Floor) -> None:
        number = transfer(ONE, 40, "SZ-01", "SH-01", "T-1", "ann").number
        assert transfer(ONE, 40, "SZ-01", "SH-01", "T-1", "ann").new is False
        floor.fulfil()
        assert (status(number), place(ONE).reserved, place(ONE).on_hand) == ("reserved", 40, 1_000)
        floor.release(number)
        floor.ship(number)
        assert (place(ONE).on_hand, place(ONE, "SH-01").on_hand, place(ONE, "SH-01").in_transit) == (960, 1_000, 40)
        [coming] = place(ONE, "SH-01").coming
        assert (coming.reference, coming.available_by) == (number, 1_040)
        assert_it_adds_up()
        arrive(number, "bob", sku=ONE, quantity=39, note="DN-1")
        assert status(number) == "shipped"
        call_off(number, "bob", why="fell off the lorry")
        assert (status(number), place(ONE, "SH-01").on_hand, place(ONE, "SH-01").in_transit) == ("completed", 1_039, 0)
        assert_it_adds_up()

    def test_is_asked_of_carrier_and_warehouse_and_of_nobody_else(self, floor: Floor) -> None:
        number = transfer(ONE, 40, "SZ-01", "SH-01", "T-1", "ann").number
        floor.fulfil()
        floor.release(number)
        floor.ship(number)
        assert [row.kind for row in rows("SELECT kind FROM outbox")] == ["waybill"]
        with reading() as work:
            receiver = work.session.execute(select(ORDER.c.receiver)).scalar_one()
        assert (receiver["name"], receiver["street"]) == ("上海仓", "外高桥富特北路 8 号")

    def test_waits_like_any_order_when_its_source_is_short_whatever_lies_elsewhere(self, floor: Floor) -> None:
        lies(5, warehouse="SH-01")
        number = transfer(ONE, 5, "SZ-01", "SH-01", "T-1", "ann").number
        floor.fulfil()
        assert (status(number), holds(number)) == ("confirmed", ["stock"])
        assert place(ONE, "SH-01").reserved == 0

    def test_to_where_it_comes_from_is_refused(self) -> None:
        with pytest.raises(CannotMoveStock, match="from one warehouse to another"):
            transfer(ONE, 5, "SZ-01", "SZ-01", "T-1", "ann")


class TestASaleOverTheCounter:
    def test_takes_the_goods_at_once_through_the_same_decision(self) -> None:
        done = sell("SZ-01", [(ONE, 2, 1_990), (TWO, 1, 500)], "R-1", "eve")
        assert (status(done.number), place(ONE).on_hand, place(TWO).on_hand) == ("completed", 998, 999)
        assert sell("SZ-01", [(ONE, 2, 1_990), (TWO, 1, 500)], "R-1", "eve").new is False
        assert place(ONE).on_hand == 998, "a receipt is booked once"
        assert rows("SELECT amount_minor, paid FROM sales_order")[0].amount_minor == 4_480
        assert rows("SELECT count(*) AS n FROM decision")[0].n == 1
        assert rows("SELECT count(*) AS n FROM outbox")[0].n == 0, "nobody is asked to send anything"
        assert_it_adds_up()

    def test_never_takes_what_is_promised_to_others_and_leaves_no_trace(self, floor: Floor) -> None:
        lies(5)
        floor.order({ONE: 4})
        refusal = "SZ-01 has 1 of SKU-0001 left, but 2 are wanted: SO0000000001 had its turn before"
        with pytest.raises(CannotMoveStock, match=refusal):
            sell("SZ-01", [(ONE, 2, 1_990)], "R-1", "eve")
        assert rows("SELECT count(*) AS n FROM sales_order")[0].n == 1
        sell("SZ-01", [(ONE, 1, 1_990)], "R-1", "eve")
        assert_it_adds_up()


class TestAPickUp:
    def at(self, floor: Floor, hours: int = 24) -> dict[str, object]:
        return {"pickup": {"store": "SH-01", "at": (floor.now + timedelta(hours=hours)).isoformat()}}

    def test_waits_in_its_store_and_is_delivered_when_it_is_fetched(self, floor: Floor) -> None:
        number = floor.order({ONE: 2}, **self.at(floor), receiver={})
        assert (status(number), place(ONE, "SH-01").reserved) == ("reserved", 2)
        [holder] = place(ONE, "SH-01").holders
        assert holder.expires_at == floor.now + timedelta(hours=24 + 2) - timedelta(seconds=1)
        assert rows("SELECT count(*) AS n FROM outbound")[0].n == 0, "no warehouse has to send it"
        assert hand_over(number, "eve") is True
        assert hand_over(number, "eve") is False
        assert (status(number), place(ONE, "SH-01").on_hand) == ("delivered", 998)
        assert_it_adds_up()

    def test_that_nobody_fetches_frees_the_goods_for_who_waits(self, floor: Floor) -> None:
        lies(2, warehouse="SH-01")
        number = floor.order({ONE: 2}, **self.at(floor))
        waiting = floor.order({ONE: 2})
        assert (status(waiting), holds(waiting)) == ("confirmed", ["stock"])
        floor.pass_time(hours=27)
        floor.fulfil()
        assert (status(number), holds(number), status(waiting)) == ("confirmed", ["approval"], "reserved")
        with pytest.raises(CannotMoveStock, match="no stock that waits"):
            hand_over(number, "eve")
        assert_it_adds_up()

    def test_in_a_store_that_there_is_not_is_held_with_the_reason(self, floor: Floor) -> None:
        number = floor.order({ONE: 2}, pickup={"store": "MARS", "at": floor.now.isoformat()})
        assert holds(number) == ["data"]
        assert "store-unknown" in str(rows("SELECT reasons FROM hold")[0].reasons)

    def test_of_an_order_that_is_sent_is_refused(self, floor: Floor) -> None:
        number = floor.order({ONE: 1})
        with pytest.raises(CannotMoveStock, match="it is sent"):
            hand_over(number, "eve")


class TestAPresale:
    def test_holds_the_goods_for_the_deposit_and_its_balance_takes_them_over(self, floor: Floor) -> None:
        lies(10)
        deposit = floor.order({ONE: 4}, kind="deposit", amount="1.00", receiver={})
        shelf = place(ONE)
        assert (status(deposit), shelf.on_hand, shelf.preoccupied, shelf.available) == ("reserved", 10, 4, 6)
        assert rows("SELECT count(*) AS n FROM outbox")[0].n == 0, "nothing is sent for a deposit"
        other = floor.order({ONE: 7})
        assert holds(other) == ["stock"], "what is pre-occupied is not promised to others"
        balance = floor.order({ONE: 4}, deposit_no="N1", amount="3.00")
        assert (status(deposit), status(balance)) == ("completed", "reserved")
        assert (place(ONE).preoccupied, place(ONE).reserved, place(ONE).on_hand) == (0, 4, 10)
        assert_it_adds_up()
        floor.release(balance)
        floor.ship(balance)
        assert place(ONE).on_hand == 6
        assert_it_adds_up()

    def test_whose_balance_is_not_paid_yet_keeps_its_goods_with_the_deposit(self, floor: Floor) -> None:
        lies(4)
        deposit = floor.order({ONE: 4}, kind="deposit", amount="1.00")
        balance = floor.order({ONE: 4}, deposit_no="N1", amount="3.00", status="unpaid", paid_at=None)
        assert (status(deposit), holds(balance), place(ONE).preoccupied) == ("reserved", ["payment"], 4)
        floor.say_again("N2", status="paid", amount="3.00")
        floor.fulfil()
        assert (status(deposit), status(balance)) == ("completed", "reserved")
        assert_it_adds_up()

    def test_whose_balance_comes_first_is_one_promise_all_the_same(self, floor: Floor) -> None:
        lies(4)
        balance = floor.order({ONE: 4}, deposit_no="D-LATE", amount="3.00")
        assert status(balance) == "reserved"
        deposit = floor.order({ONE: 4}, number="D-LATE", kind="deposit", amount="1.00")
        assert (status(deposit), place(ONE).preoccupied, place(ONE).reserved) == ("completed", 0, 4)
        assert_it_adds_up()

    @pytest.mark.parametrize("pieces", [4, 0])
    def test_that_arrives_whole_in_one_batch_is_one_promise_or_none(self, floor: Floor, pieces: int) -> None:
        lies(pieces)
        floor.state({ONE: 4}, "D-1", kind="deposit", amount="1.00")
        floor.state({ONE: 4}, "B-1", deposit_no="D-1", amount="3.00")
        floor.fulfil()
        standing = [status(floor.number_of(number)) for number in ("D-1", "B-1")]
        assert standing == (["completed", "reserved"] if pieces else ["confirmed", "confirmed"])
        assert_it_adds_up()

    def test_that_is_called_off_frees_the_goods(self, floor: Floor) -> None:
        lies(4)
        deposit = floor.order({ONE: 4}, kind="deposit", amount="1.00")
        floor.say_again("N1", status="cancelled", amount="1.00")
        floor.fulfil()
        assert (status(deposit), place(ONE).available) == ("cancelled", 4)
        assert_it_adds_up()


class TestAnExchange:
    def gone(self, floor: Floor) -> str:
        number = floor.order({ONE: 2})
        floor.release(number)
        floor.ship(number)
        return number

    def test_sends_another_piece_and_takes_none_that_came_back(self, floor: Floor) -> None:
        number = self.gone(floor)
        new = exchange(number, ONE, 1, "broken", "ann").number
        floor.fulfil()
        assert (status(new), place(ONE).reserved) == ("reserved", 1)
        floor.release(new)
        floor.ship(new)
        assert (status(new), place(ONE).on_hand) == ("shipped", 997)
        [line] = rows("SELECT kind, amount_minor, channel_order_no FROM sales_order WHERE kind = 'exchange'")
        assert tuple(line) == ("exchange", 0, "N1/X1")
        told = [row.kind for row in rows("SELECT kind FROM outbox ORDER BY id")]
        assert (told.count("channel-shipment"), told.count("customer-message"), told.count("erp-order")) == (1, 2, 1)
        assert_it_adds_up()

    def test_of_more_than_was_sent_is_refused(self, floor: Floor) -> None:
        number = self.gone(floor)
        exchange(number, ONE, 1, "broken", "ann")
        exchange(number, ONE, 1, "broken too", "ann", instead=TWO)
        with pytest.raises(CannotMoveStock, match="2 are exchanged already"):
            exchange(number, ONE, 1, "once more", "ann")
        with pytest.raises(CannotMoveStock, match="has no SKU-0003"):
            exchange(number, THREE, 1, "never had it", "ann")

    def test_that_is_called_off_gives_back_and_may_be_asked_for_again(self, floor: Floor) -> None:
        number = self.gone(floor)
        new = exchange(number, ONE, 1, "broken", "ann").number
        floor.fulfil()
        with pytest.raises(CannotMoveStock, match="Say why"):
            call_off(new, "ann")
        assert call_off(new, "ann", why="she keeps it").pieces == 1
        assert (status(new), place(ONE).reserved) == ("cancelled", 0)
        again = exchange(number, ONE, 1, "broken after all", "ann").number
        floor.fulfil()
        floor.release(again)
        floor.ship(again)
        with pytest.raises(CannotMoveStock, match=f"{again} has left"):
            call_off(again, "ann", why="too late")
        assert_it_adds_up()

    def test_of_what_has_not_left_is_refused(self, floor: Floor) -> None:
        with pytest.raises(CannotMoveStock, match="has not left"):
            exchange(floor.order({ONE: 1}), ONE, 1, "too early", "ann")


class TestKitsAndUnits:
    def stated(self, folder: Path, *lines: str) -> Path:
        file = folder / "stated.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        return file

    def test_a_kit_takes_its_components(self, floor: Floor, tmp_path: Path) -> None:
        done = define(self.stated(tmp_path, "kit,component,units", f"GIFT,{ONE},2", f"GIFT,{TWO},1"), "ann")
        assert done.kits == 1
        number = floor.order({"GIFT": 3, TWO: 1})
        assert (status(number), place(ONE).reserved, place(TWO).reserved) == ("reserved", 6, 4)
        floor.release(number)
        floor.ship(number)
        assert (place(ONE).on_hand, place(TWO).on_hand) == (994, 996)
        assert_it_adds_up()

    def test_a_box_takes_what_is_in_it_and_an_unknown_unit_refuses_the_line_alone(
        self, floor: Floor, tmp_path: Path
    ) -> None:
        define(self.stated(tmp_path, "sku,unit,units", f"{ONE},box,12", f"{ONE},pallet,480"), "ann")
        good = floor.order({ONE: 2, TWO: 1}, units={ONE: "box"})
        bad = floor.order({ONE: 2, TWO: 1}, units={ONE: "crate"})
        assert (status(good), status(bad)) == ("reserved", "reserved")
        refused = rows("SELECT reasons FROM quarantine WHERE subject = 'line'")
        assert len(refused) == 1
        assert "unit-unknown" in str(refused[0].reasons)
        assert (place(ONE).reserved, place(TWO).reserved) == (24, 2)
        assert_it_adds_up()

    def test_an_order_by_a_unit_that_is_dropped_waits_alone_until_the_unit_is_stated_again(
        self, floor: Floor, tmp_path: Path
    ) -> None:
        define(self.stated(tmp_path, "sku,unit,units", f"{ONE},box,12", f"{ONE},pallet,480"), "ann")
        before = floor.order({ONE: 1}, units={ONE: "box"})
        waiting = floor.state({ONE: 2}, units={ONE: "box"})
        beside = floor.state({ONE: 5, TWO: 1})
        for batch in arrived_orders():
            run(accept_orders.fn(batch, current_rules()))
        define(self.stated(tmp_path, "sku,unit,units", f"{ONE},pallet,480"), "ann")

        floor.fulfil()

        waiting, beside = floor.number_of(waiting), floor.number_of(beside)
        assert (status(waiting), holds(waiting), status(beside)) == ("received", ["data"], "reserved")
        assert "unit-unknown" in str(rows("SELECT reasons FROM hold")[0].reasons)
        assert compare_open_orders(current_rules(), current_rules()).orders == 1, "those that can be counted"
        with pytest.raises(CannotChange, match="no unit for SKU-0001 by box"):
            propose(before, {"line.1.quantity": "2"}, "the customer called", "call of 10:15", "ann")

        define(self.stated(tmp_path, "sku,unit,units", f"{ONE},box,12"), "ann")
        floor.fulfil()
        assert (status(waiting), place(ONE).reserved) == ("reserved", 12 + 5 + 24)
        assert_it_adds_up()

    @pytest.mark.parametrize(
        ("lines", "why"),
        [
            (["kit,part,units"], "the first row must be"),
            (["kit,component,units", "GIFT,NONE,2"], "no product NONE"),
            (["kit,component,units", f"GIFT,{ONE},0"], "row 2"),
            (["kit,component,units", f"GIFT,{ONE},2", f"GIFT,{ONE},3"], "row 3"),
            (["kit,component,units", f"GIFT,{ONE},two"], "row 2"),
            (["kit,component,units", f"GIFT,{ONE},2", f"{ONE},{TWO},1"], "cannot hold another kit"),
            (["sku,unit,units", "NONE,box,2"], "no product NONE"),
        ],
    )
    def test_a_table_that_is_wrong_is_refused_whole(self, tmp_path: Path, lines: list[str], why: str) -> None:
        with pytest.raises(CannotMoveStock, match=why):
            define(self.stated(tmp_path, *lines), "ann")
        assert rows("SELECT * FROM kit_component") == []
        assert rows("SELECT * FROM product_unit") == []
