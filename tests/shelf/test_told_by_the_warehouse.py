"""What a warehouse says of its stock moves ours, once and with its cause; what contradicts us goes to a person (B3)."""

import json
from datetime import date
from typing import Any

import pytest
from ledger import assert_it_adds_up
from shop_floor import Floor, holds, place, rows, status

from sandbox.qimen_stock import stock_message
from sandbox.warehouse import StockNotice
from tasks.shelf.arrivals import announce, arrive
from tasks.shelf.counting import count

pytestmark = pytest.mark.usefixtures("floor")

ONE, TWO = "SKU-0001", "SKU-0002"


def tell(floor: Floor, quantity: int, document: str, notice_id: str = "SC-1", sku: str = ONE, **kind: Any) -> None:
    """The warehouse reports a change of its stock in SZ-01, and it is booked."""
    warehouse = kind.pop("warehouse", "SZ-01")
    floor.pass_time(seconds=1)
    notice = StockNotice(notice_id, warehouse, sku, quantity, document, floor.now, **kind)
    floor.hear(stock_message(notice, floor.now))


def moved() -> list[tuple[str, str, int, str]]:
    """What was moved but for the opening stock: bucket, cause, quantity, reference; oldest first."""
    query = (
        "SELECT l.bucket, m.cause, m.quantity, m.reference FROM stock_movement m"
        " JOIN stock_level l ON l.id = m.stock_level_id WHERE m.cause <> 'opening' ORDER BY m.id"
    )
    return [tuple(row) for row in rows(query)]


def refused() -> list[str]:
    """Codes of the reasons in quarantine, oldest first."""
    found = [row.reasons for row in rows("SELECT reasons FROM quarantine ORDER BY id")]
    return [reason["code"] for each in found for reason in (json.loads(each) if isinstance(each, str) else each)]


def test_each_change_moves_its_bucket_once_with_its_cause(floor: Floor) -> None:
    for _ in range(2):
        tell(floor, 7, "CG-1", order_type="CGRK")
        tell(floor, -2, "QT-1", "SC-2", order_type="QTCK")
        tell(floor, 3, "TH-1", "SC-3", order_type="THRK", inventory_type="JS")
        tell(floor, -1, "PD-1", "SC-4", counted=True)
    assert moved() == [
        ("sellable", "received", 7, "CG-1:SC-1"),
        ("sellable", "adjusted", -2, "QT-1:SC-2"),
        ("quarantine", "returned", 3, "TH-1:SC-3"),
        ("sellable", "counted", -1, "PD-1:SC-4:1"),
    ]
    assert (place(ONE).on_hand, place(ONE).quarantine, refused()) == (1_004, 3, [])
    assert {row.state for row in rows("SELECT state FROM inbox WHERE kind = 'outbound-confirmation'")} == {"done"}
    assert_it_adds_up()


def test_what_leaves_by_our_own_outbound_is_booked_by_its_confirmation_alone(floor: Floor) -> None:
    number = floor.order({ONE: 5})
    [outbound] = [row.outbound_no for row in rows("SELECT outbound_no FROM outbound")]
    floor.release(number)
    tell(floor, -5, outbound, order_type="JYCK")
    assert (place(ONE).on_hand, place(ONE).reserved, refused()) == (1_000, 5, [])
    floor.ship(number)
    tell(floor, -5, outbound, order_type="JYCK")
    assert (place(ONE).on_hand, status(number), refused()) == (995, "shipped", [])
    tell(floor, -6, outbound, "SC-2", order_type="JYCK")
    tell(floor, -1, outbound, "SC-3", sku=TWO, order_type="JYCK")
    assert refused() == ["stock-change-contradicts"] * 2
    assert (place(ONE).on_hand, place(TWO).on_hand) == (995, 1_000)
    assert_it_adds_up()


def test_what_was_announced_arrives_by_its_report(floor: Floor) -> None:
    count(ONE, "SZ-01", 0, "setting", "test")
    count(ONE, "SH-01", 0, "setting", "test")
    waiting = floor.order({ONE: 4})
    announce(ONE, "SZ-01", 10, date(2026, 3, 9), "PO-1", "ann")
    assert holds(waiting) == ["stock"]
    tell(floor, 6, "PO-1", order_type="CGRK")
    floor.fulfil()
    assert (place(ONE).on_hand, place(ONE).in_transit, status(waiting)) == (6, 4, "reserved")
    arrive("PO-1", "bob", sku=ONE, quantity=4, note="by hand")
    tell(floor, 4, "PO-1", "SC-2", order_type="CGRK")
    assert (place(ONE).on_hand, refused()) == (10, ["stock-change-contradicts"])
    assert_it_adds_up()


def test_a_loss_takes_from_who_is_last_in_turn_and_leaves_what_the_warehouse_works_on(floor: Floor) -> None:
    for warehouse, pieces in (("SZ-01", 10), ("SH-01", 0)):
        count(ONE, warehouse, pieces, "setting", "test")
    first, second = floor.order({ONE: 6}), floor.order({ONE: 4})
    tell(floor, -3, "BS-1", order_type="QTCK")
    assert (status(second), holds(second), place(ONE).on_hand) == ("confirmed", ["stock"], 7)
    floor.release(first)
    tell(floor, -5, "BS-2", "SC-2", order_type="QTCK")
    assert (status(first), holds(first), place(ONE).on_hand) == ("released", ["stock"], 6)
    assert refused() == ["missing-at-warehouse"]
    tell(floor, -9, "BS-3", "SC-3", order_type="QTCK")
    assert refused()[1:] == ["stock-change-below-zero"]
    assert_it_adds_up()


@pytest.mark.take_turns
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sku": "GHOST-1"}, "sku-unknown"),
        ({"warehouse": "NO-01"}, "warehouse-not-theirs"),
        ({"inventory_type": "ZT"}, "stock-change-unclear"),
        ({"notice_id": "SC-0"}, "stock-change-differs"),
        ({"document": "CG-0", "counted": True}, "stock-change-booked-otherwise"),
    ],
)
def test_what_contradicts_is_kept_with_its_reason(floor: Floor, change: dict[str, Any], code: str) -> None:
    tell(floor, 1, "CG-0", "SC-0", order_type="CGRK")
    tell(floor, **{"quantity": 2, "document": "CG-0", "notice_id": "SC-9", "order_type": "CGRK", **change})
    assert (place(ONE).on_hand, refused()) == (1_001, [code])
    assert_it_adds_up()
