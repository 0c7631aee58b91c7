"""Goods that come, are counted, come back: what each booking moves, and which orders it touches (B3)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from ledger import assert_it_adds_up
from shop_floor import Floor, holds, place, rows, status

from models.lifecycle import Bucket
from tasks.hub import unit_of_work
from tasks.shelf.arrivals import announce, arrive, call_off
from tasks.shelf.counting import count
from tasks.shelf.find import CannotMoveStock, product_named, warehouse_named
from tasks.shelf.quarantined import clear, scrap, take_in
from tasks.shelf.safety import set_safety

pytestmark = pytest.mark.usefixtures("floor")

ONE, TWO = "SKU-0001", "SKU-0002"
MONDAY = date(2026, 3, 9)


def only_in(warehouse: str, pieces: int, sku: str = ONE) -> None:
    """Let the SKU lie in one warehouse alone."""
    for code in ("SZ-01", "SH-01"):
        count(sku, code, pieces if code == warehouse else 0, "setting", "test")


class TestGoodsOnTheirWay:
    def test_count_for_promises_from_their_day_on(self) -> None:
        assert announce(ONE, "SZ-01", 50, MONDAY, "PO-1", "ann").available == 1_050
        announce(ONE, "SZ-01", 7, MONDAY + timedelta(days=2), "PO-2", "ann")
        set_safety(ONE, "SZ-01", 10, "ann")
        shelf = place(ONE)
        assert (shelf.on_hand, shelf.available, shelf.in_transit) == (1_000, 990, 57)
        assert [(c.reference, c.pieces, c.available_by) for c in shelf.coming] == [
            ("PO-1", 50, 1_040),
            ("PO-2", 7, 1_047),
        ]
        with unit_of_work("test") as work:
            product, shenzhen = product_named(work, ONE), warehouse_named(work, "SZ-01")
            days = [MONDAY - timedelta(days=1), MONDAY, MONDAY + timedelta(days=2)]
            by = [work.arrivals.available_by(product, shenzhen, day, days[0]) for day in days]
            assert by == [990, 1_040, 1_047]
        assert_it_adds_up()

    def test_that_are_overdue_count_for_no_day_until_they_have_another(self, floor: Floor) -> None:
        announce(ONE, "SZ-01", 50, MONDAY, "PO-1", "ann")
        floor.now = datetime.combine(MONDAY + timedelta(days=1), time(1), UTC)
        floor.pass_time()
        later = MONDAY + timedelta(days=7)
        assert announce(ONE, "SZ-01", 7, later, "PO-2", "ann").available == 1_007
        assert [(c.overdue, c.available_by) for c in place(ONE).coming] == [(True, 1_000), (False, 1_007)]
        assert announce(ONE, "SZ-01", 50, later, "PO-1", "ann").available == 1_057
        assert [c.overdue for c in place(ONE).coming] == [False, False]
        assert arrive("PO-1", "bob").pieces == 50
        assert_it_adds_up()

    def test_arrive_in_parts_each_note_once(self) -> None:
        announce(ONE, "SZ-01", 50, MONDAY, "PO-1", "ann")
        for _ in range(2):
            done = arrive("PO-1", "bob", sku=ONE, quantity=30, note="DN-1")
        assert (done.pieces, done.still_expected) == (0, 20), "the second time it was a repeat"
        with pytest.raises(CannotMoveStock, match="Only 20 pieces"):
            arrive("PO-1", "bob", sku=ONE, quantity=21, note="DN-2")
        assert arrive("PO-1", "bob").pieces == 20
        assert (place(ONE).on_hand, place(ONE).in_transit) == (1_050, 0)
        moved = rows("SELECT quantity, reference FROM stock_movement WHERE cause = 'arrived' ORDER BY id")
        assert [tuple(row) for row in moved] == [
            (-30, "PO-1:DN-1"), (30, "PO-1:DN-1"), (-20, "PO-1"), (20, "PO-1"),
        ]  # fmt: skip
        with pytest.raises(CannotMoveStock, match="Nothing is expected"):
            arrive("PO-1", "bob")
        assert_it_adds_up()

    def test_announced_twice_are_expected_once(self) -> None:
        announce(ONE, "SZ-01", 50, MONDAY, "PO-1", "ann")
        announce(ONE, "SZ-01", 50, MONDAY, "PO-1", "ann")
        assert place(ONE).in_transit == 50
        with pytest.raises(CannotMoveStock, match="announces 50"):
            announce(ONE, "SZ-01", 60, MONDAY, "PO-1", "ann")

    def test_called_off_are_expected_no_more(self) -> None:
        announce(ONE, "SZ-01", 50, MONDAY, "PO-1", "ann")
        arrive("PO-1", "bob", sku=ONE, quantity=20, note="DN-1")
        assert call_off("PO-1", "ann").pieces == 30
        assert (place(ONE).on_hand, place(ONE).in_transit, place(ONE).coming) == (1_020, 0, ())
        assert_it_adds_up()

    def test_free_the_orders_that_wait_for_them(self, floor: Floor) -> None:
        only_in("SZ-01", 0)
        number = floor.order({ONE: 5})
        assert (status(number), holds(number)) == ("confirmed", ["stock"])
        announce(ONE, "SZ-01", 5, MONDAY, "PO-1", "ann")
        floor.fulfil()
        assert status(number) == "confirmed", "what is on its way is not promised"
        assert arrive("PO-1", "bob").orders_freed == 1
        floor.fulfil()
        assert status(number) == "reserved"
        assert_it_adds_up()


class TestACount:
    def test_that_finds_enough_touches_no_order(self, floor: Floor) -> None:
        number = floor.order({ONE: 5})
        done = count(ONE, "SZ-01", 5, "C-1", "bob")
        assert (done.before, done.now, done.losing, status(number)) == (1_000, 5, (), "reserved")
        assert count(ONE, "SZ-01", 999, "C-1", "bob").now == 5, "a count is booked once"
        assert_it_adds_up()

    def test_that_finds_too_little_takes_from_the_last_in_turn(self, floor: Floor) -> None:
        only_in("SZ-01", 10)
        first, second, third = (floor.order({ONE: 3}) for _ in range(3))
        done = count(ONE, "SZ-01", 5, "C-1", "bob")
        assert done.losing == (third, second)
        assert [status(n) for n in (first, second, third)] == ["reserved", "confirmed", "confirmed"]
        assert (holds(first), holds(second)) == ([], ["stock"])
        told = rows("SELECT reasons FROM hold WHERE kind = 'stock' AND closed_at IS NULL")
        assert all("lost-by-count" in str(row.reasons) for row in told)
        states = rows("SELECT state, count(*) FROM outbound GROUP BY state ORDER BY state")
        assert [tuple(row) for row in states] == [("cancelled", 2), ("planned", 1)]
        owed = rows("SELECT count(*) AS n FROM outbox WHERE kind = 'waybill' AND state = 'due'")[0].n
        assert owed == 1, "no waybill is booked for what will not go"
        floor.fulfil()
        assert status(second) == "confirmed", "it waits"
        assert_it_adds_up()

    def test_lets_an_order_be_served_from_elsewhere_at_once_and_as_a_new_outbound(self, floor: Floor) -> None:
        number = floor.order({ONE: 5})
        assert count(ONE, "SZ-01", 0, "C-1", "bob").losing == (number,)
        assert (status(number), holds(number)) == ("confirmed", [])
        floor.fulfil()
        assert (status(number), place(ONE, "SH-01").reserved) == ("reserved", 5)
        outbounds = rows("SELECT outbound_no, state FROM outbound ORDER BY id")
        assert [row.state for row in outbounds] == ["cancelled", "planned"]
        assert outbounds[1].outbound_no == f"{outbounds[0].outbound_no}-2"
        waybills = rows("SELECT state FROM outbox WHERE kind = 'waybill' ORDER BY id")
        assert [row.state for row in waybills] == ["withdrawn", "due"]
        assert rows("SELECT count(*) AS n FROM outbox WHERE kind = 'erp-order' AND state <> 'withdrawn'")[0].n == 1
        assert_it_adds_up()

    def test_leaves_an_order_at_the_warehouse_its_stock_and_says_what_is_missing(self, floor: Floor) -> None:
        only_in("SZ-01", 10)
        at_work, waiting = floor.order({ONE: 6}), floor.order({ONE: 4})
        floor.release(at_work)
        done = count(ONE, "SZ-01", 5, "C-1", "bob")
        assert (done.losing, done.in_doubt, done.missing, done.now) == ((waiting,), (at_work,), 1, 6)
        assert (status(at_work), holds(at_work)) == ("released", ["stock"])
        assert_it_adds_up()
        floor.ship(at_work)
        assert count(ONE, "SZ-01", 0, "C-2", "bob").missing == 0
        assert status(at_work) == "shipped", "it was there after all"
        assert_it_adds_up()

    def test_leaves_an_order_alone_whose_message_is_on_its_way(self, floor: Floor) -> None:
        only_in("SZ-01", 5)
        number = floor.order({ONE: 5})
        with unit_of_work("relay") as work:
            work.session.connection().exec_driver_sql("UPDATE outbox SET outcome_unknown = true WHERE kind = 'waybill'")
        done = count(ONE, "SZ-01", 0, "C-1", "bob")
        assert (done.losing, done.in_doubt, done.missing) == ((), (number,), 5)
        assert status(number) == "reserved"

    def test_that_finds_more_lets_orders_go_on(self, floor: Floor) -> None:
        only_in("SZ-01", 1)
        number = floor.order({ONE: 2})
        assert count(ONE, "SZ-01", 2, "C-1", "bob").orders_freed == 1
        floor.fulfil()
        assert status(number) == "reserved"

    @pytest.mark.parametrize(("counted", "bucket"), [(-1, Bucket.SELLABLE), (1, Bucket.IN_TRANSIT)])
    def test_of_the_impossible_is_refused(self, counted: int, bucket: Bucket) -> None:
        with pytest.raises(CannotMoveStock):
            count(ONE, "SZ-01", counted, "C-1", "bob", bucket)


class TestGoodsThatCameBack:
    def test_are_invisible_to_new_orders_until_they_are_cleared(self, floor: Floor) -> None:
        only_in("SZ-01", 0)
        number = floor.order({ONE: 2})
        assert take_in(ONE, "SZ-01", 3, "R-1", "bob") == 3
        assert take_in(ONE, "SZ-01", 3, "R-1", "bob") == 3, "a return is booked once"
        floor.fulfil()
        assert (status(number), place(ONE).available, place(ONE).quarantine) == ("confirmed", 0, 3)
        assert clear(ONE, "SZ-01", 2, "I-1", "bob") == 1
        assert clear(ONE, "SZ-01", 2, "I-1", "bob") == 0
        assert scrap(ONE, "SZ-01", 1, "I-2", "bob") == 0
        floor.fulfil()
        assert (status(number), place(ONE).quarantine, place(ONE).reserved) == ("reserved", 0, 2)
        assert_it_adds_up()

    def test_are_never_more_than_came_back(self) -> None:
        take_in(ONE, "SZ-01", 3, "R-1", "bob")
        for move in (clear, scrap):
            with pytest.raises(CannotMoveStock, match="Only 3"):
                move(ONE, "SZ-01", 4, "I-1", "bob")

    def test_can_be_counted_too(self) -> None:
        take_in(ONE, "SZ-01", 3, "R-1", "bob")
        count(ONE, "SZ-01", 2, "C-1", "bob", Bucket.QUARANTINE)
        assert (place(ONE).quarantine, place(ONE).on_hand) == (2, 1_000)
        assert_it_adds_up()


def test_safety_stock_is_kept_back_and_freed_when_it_is_lowered(floor: Floor) -> None:
    only_in("SZ-01", 10)
    set_safety(ONE, "SZ-01", 8, "ann")
    number = floor.order({ONE: 5})
    assert status(number) == "confirmed"
    assert set_safety(ONE, "SZ-01", 5, "ann") == 1
    floor.fulfil()
    assert (status(number), place(ONE).available) == ("reserved", 0)
    assert_it_adds_up()


@pytest.mark.parametrize(("sku", "warehouse", "quantity"), [("NONE", "SZ-01", 1), (TWO, "MARS", 1), (TWO, "SZ-01", 0)])
def test_what_is_not_there_is_refused_by_name(sku: str, warehouse: str, quantity: int) -> None:
    with pytest.raises(CannotMoveStock, match=r"NONE|MARS|above zero"):
        take_in(sku, warehouse, quantity, "R-1", "bob")
