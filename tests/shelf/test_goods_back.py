"""Goods that come back: the warehouse is told what to expect, and its word books what arrived, once (E5)."""

import json
from typing import Any

import pytest
from ledger import assert_it_adds_up
from shop_floor import Floor, place, rows

from models.check_code import check_code
from sandbox.qimen_return import arrival_message
from sandbox.qimen_stock import stock_message
from sandbox.warehouse import Arrived, GoodsBack, StockNotice
from tasks.shelf.customer_returns import announce_return
from tasks.shelf.exchanges import exchange
from tasks.shelf.find import CannotMoveStock
from tasks.shelf.quarantined import take_in

pytestmark = pytest.mark.usefixtures("floor")

ONE, TWO = "SKU-0001", "SKU-0002"


def shipped(floor: Floor, pieces: int = 3) -> str:
    """An order that has left SZ-01; our number."""
    number = floor.order({ONE: pieces})
    floor.release(number)
    floor.ship(number)
    return number


def back(floor: Floor, return_no: str, *pieces: tuple[str, str, int], notice_id: str = "RC-1", **other: Any) -> None:
    """The warehouse says what came back under a return."""
    floor.pass_time(seconds=1)
    order_id = int(return_no[2:].partition("-")[0])
    code = {"checkCode": check_code(f"OUT{order_id:010d}")}
    there = GoodsBack(
        return_no, "RET-1", other.get("warehouse", "SZ-01"), "THRK", "", "", "", "李雷", {ONE: 3},
        other.get("extend_props", code),
    )  # fmt: skip
    floor.hear(arrival_message(there, Arrived(notice_id, return_no, floor.now, pieces), floor.now))


def refused() -> list[str]:
    """Codes of the reasons in quarantine, oldest first."""
    found = [row.reasons for row in rows("SELECT reasons FROM quarantine ORDER BY id")]
    return [reason["code"] for each in found for reason in (json.loads(each) if isinstance(each, str) else each)]


def owed(kind: str) -> list[tuple[str, str]]:
    """Messages of a kind: to whom, and under which key."""
    query = "SELECT connection, idempotency_key FROM outbox WHERE kind = :kind ORDER BY id"
    return [tuple(row) for row in rows(query, kind=kind)]


def test_what_comes_back_in_parts_is_booked_by_its_state_once(floor: Floor) -> None:
    number = shipped(floor)
    return_no = announce_return(number, ONE, 3, "too large", "ann", "SF2")
    assert owed("return-order") == [("SZ-01", f"return:{return_no}")]
    for _ in range(2):
        back(floor, return_no, (ONE, "ZP", 1), (ONE, "CC", 1))
    assert (place(ONE).on_hand, place(ONE).quarantine) == (998, 1)
    assert len(owed("receivable")) == 2, "the sale, and what is taken from it"
    back(floor, return_no, (ONE, "JS", 1), notice_id="RC-2")
    assert (place(ONE).on_hand, place(ONE).quarantine, refused()) == (998, 2, [])
    assert [tuple(row) for row in rows("SELECT quantity, arrived FROM customer_return")] == [(3, 3)]
    back(floor, return_no, (ONE, "ZP", 1), notice_id="RC-3")
    assert (place(ONE).on_hand, refused()) == (998, ["return-differs"])
    assert_it_adds_up()


def test_the_piece_of_an_exchange_is_announced_and_still_owed_for(floor: Floor) -> None:
    number = shipped(floor)
    done = exchange(number, ONE, 1, "broken", "ann")
    assert owed("return-order") == [("SZ-01", f"return:{done.return_no}")]
    before = owed("receivable")
    back(floor, done.return_no, (ONE, "CC", 1))
    assert (place(ONE).quarantine, owed("receivable"), refused()) == (1, before, [])
    assert [bool(row.exchange) for row in rows("SELECT exchange FROM customer_return")] == [True]
    assert_it_adds_up()


def test_no_more_comes_back_than_was_sent_and_nothing_that_was_not(floor: Floor) -> None:
    number = shipped(floor)
    announce_return(number, ONE, 2, "too large", "ann")
    for sku, pieces, words in ((ONE, 2, "3 of SKU-0001 were sent, and 2"), (TWO, 1, "orderspine stock return")):
        with pytest.raises(CannotMoveStock, match=words):
            announce_return(number, sku, pieces, "too large", "ann")
    with pytest.raises(CannotMoveStock, match="has not left yet"):
        announce_return(floor.order({ONE: 1}), ONE, 1, "too large", "ann")
    assert len(owed("return-order")) == 1


@pytest.mark.take_turns
@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"warehouse": "SH-01"}, "warehouse-not-theirs"),
        ({"extend_props": {"checkCode": check_code("OUT0000000099")}}, "check-code-differs"),
        ({"sku": TWO}, "return-differs"),
        ({"state": "ZT"}, "return-unclear"),
        ({"return_no": "RT0000000001-9"}, "return-unknown"),
    ],
)
def test_what_contradicts_the_announcement_is_kept_with_its_reason(
    floor: Floor, told: dict[str, Any], code: str
) -> None:
    number = shipped(floor)
    return_no = announce_return(number, ONE, 1, "too large", "ann")
    other = {"return_no": return_no, "sku": ONE, "state": "ZP", **told}
    pieces = (other.pop("sku"), other.pop("state"), 1)
    back(floor, other.pop("return_no"), pieces, **other)
    assert (place(ONE).on_hand, place(ONE).quarantine, refused()) == (997, 0, [code])
    assert_it_adds_up()


def test_a_piece_is_taken_in_by_hand_or_by_the_warehouse_and_never_twice(floor: Floor) -> None:
    number = shipped(floor)
    return_no = announce_return(number, ONE, 1, "too large", "ann")
    take_in(ONE, "SZ-01", 1, number, "bob")
    back(floor, return_no, (ONE, "ZP", 1))
    notice = StockNotice("SC-1", "SZ-01", ONE, 1, return_no, floor.now, "THRK")
    floor.hear(stock_message(notice, floor.now))
    assert (place(ONE).on_hand, place(ONE).quarantine, refused()) == (997, 1, ["return-booked-by-hand"])
    assert_it_adds_up()
