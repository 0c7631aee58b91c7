"""An order that goes in parts: split again when it lost its stock, and each part changed by itself (B4, B8)."""

from pathlib import Path

import pytest
from ledger import assert_it_adds_up
from shop_floor import Floor, holds, place, rows, status

from models.order_number import order_number
from settings import ROOT, get_settings
from tasks.change_words import CannotChange
from tasks.changes import Asked, answer_change, propose
from tasks.shelf.counting import count

pytestmark = pytest.mark.usefixtures("floor")

MAIN, OTHER = "SKU-0001", "SKU-0002"


@pytest.fixture(autouse=True)
def _main_first(floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual rules, but that what is short is split."""
    rules = (ROOT / "orderspine.toml").read_text(encoding="utf-8")
    assert 'mode = "never"' in rules
    (tmp_path / "rules.toml").write_text(rules.replace('mode = "never"', 'mode = "main-first"'), encoding="utf-8")
    monkeypatch.setenv("ORDERSPINE_RULES", str(tmp_path / "rules.toml"))
    get_settings.cache_clear()


def lies(sku: str, pieces: int, note: str) -> None:
    """So many pieces lie in SZ-01, and none elsewhere."""
    count(sku, "SZ-01", pieces, note, "test")
    count(sku, "SH-01", 0, note, "test")


def pieces_of(number: str) -> dict[str, int]:
    """What the order of that channel number has in its lines now."""
    query = (
        "SELECT l.sku, l.quantity FROM order_line l JOIN sales_order o ON o.id = l.order_id"
        " WHERE o.channel_order_no = :number AND l.state <> 'dropped'"
    )
    return {row.sku: row.quantity for row in rows(query, number=number)}


def agreed(asked: Asked) -> Asked:
    """Everybody who is asked says yes."""
    for approver in asked.waits_for:
        asked = answer_change(asked.change_id, approver, "yes", "ann")
    return asked


def test_what_lost_its_stock_is_split_once_more_and_nothing_is_lost(floor: Floor) -> None:
    lies(OTHER, 3, "first")
    first = floor.order({MAIN: 8, OTHER: 5})
    assert (pieces_of("N1"), pieces_of("N1/2")) == ({MAIN: 8, OTHER: 3}, {OTHER: 2})

    lies(OTHER, 2, "second")
    floor.fulfil()

    assert (pieces_of("N1"), pieces_of("N1/2"), pieces_of("N1/3")) == ({MAIN: 8, OTHER: 2}, {OTHER: 2}, {OTHER: 1})
    assert (status(first), place(OTHER).reserved) == ("reserved", 2)
    assert_it_adds_up()


def test_a_part_is_changed_by_itself(floor: Floor) -> None:
    lies(OTHER, 3, "first")
    first = floor.order({MAIN: 8, OTHER: 5})
    rest = floor.number_of("N1/2")

    agreed(propose(first, {"line.1.quantity": "6"}, "the customer called", "call of 10:15", "ann"))
    agreed(propose(rest, {"receiver.phone": "13900000000"}, "the customer called", "call of 10:15", "ann"))
    floor.fulfil()

    assert (pieces_of("N1"), pieces_of("N1/2")) == ({MAIN: 6, OTHER: 3}, {OTHER: 2})
    assert (status(first), holds(rest), place(MAIN).reserved) == ("reserved", ["stock"], 6)
    phones = rows("SELECT receiver FROM sales_order ORDER BY id")
    assert ["13900000000" in str(row.receiver) for row in phones] == [False, True]
    assert_it_adds_up()


def test_what_a_changed_order_wants_no_more_goes_back_though_the_rest_is_short(floor: Floor) -> None:
    lies(MAIN, 9, "first")
    number = floor.order({MAIN: 9, OTHER: 3})
    waiting = floor.order({MAIN: 6})
    assert holds(waiting) == ["stock"]

    wanted = {"line.1.quantity": "3", "line.2.sku": "SKU-0003", "line.2.quantity": "2000"}
    agreed(propose(number, wanted, "the customer called", "call of 10:15", "ann"))
    floor.fulfil()

    assert (status(number), holds(number)) == ("confirmed", ["stock"])
    assert (status(waiting), place(MAIN).reserved, place(OTHER).reserved) == ("reserved", 3 + 6, 0)
    assert_it_adds_up()


def test_what_waits_for_its_money_and_is_stated_anew_holds_what_it_wants_now(floor: Floor, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    kept_for = rules.read_text(encoding="utf-8").replace("unpaid_minutes = 0", "unpaid_minutes = 30")
    rules.write_text(kept_for, encoding="utf-8")
    number = floor.order({MAIN: 5}, status="unpaid")
    assert (holds(number), place(MAIN).reserved) == (["payment"], 5)

    floor.state({OTHER: 2}, "N1")
    floor.fulfil()

    assert (holds(number), place(MAIN).reserved, place(OTHER).reserved) == (["payment"], 0, 2)
    assert_it_adds_up()


def test_a_change_asked_for_before_the_split_is_overtaken_by_it(floor: Floor) -> None:
    lies(OTHER, 3, "first")
    number = floor.order({MAIN: 2_000, OTHER: 5})
    assert holds(number) == ["stock"]
    asked = propose(number, {"line.1.sku": "SKU-0003"}, "the customer called", "call of 10:15", "ann")
    assert asked.waits_for

    count(MAIN, "SZ-01", 2_000, "second", "test")
    floor.fulfil()

    assert pieces_of("N1/2") == {OTHER: 2}
    [closed] = rows("SELECT state, outcome FROM change_request")
    assert (closed.state, "change-split" in str(closed.outcome)) == ("overtaken", True)
    with pytest.raises(CannotChange, match="nothing to answer"):
        answer_change(asked.change_id, asked.waits_for[0], "yes", "ann")


def test_what_a_channel_states_of_an_order_in_parts_is_refused_and_shown(floor: Floor) -> None:
    lies(OTHER, 3, "first")
    number = floor.order({MAIN: 8, OTHER: 5})

    floor.state({MAIN: 7, OTHER: 5}, "N1")
    floor.fulfil()

    assert holds(number) == ["data"]
    [refused] = rows("SELECT state, outcome FROM change_request")
    assert (refused.state, "change-of-parts" in str(refused.outcome)) == ("refused", True)
    assert (pieces_of("N1"), pieces_of("N1/2")) == ({MAIN: 8, OTHER: 3}, {OTHER: 2})
    assert_it_adds_up()


def test_parts_and_deposits_make_nobody_a_repeat_customer_three_sales_do(floor: Floor) -> None:
    same = {"customer": {"id": "C", "name": "李雷"}}
    lies(OTHER, 3, "first")
    floor.order({MAIN: 1}, kind="deposit", amount="1.00", receiver={}, **same)
    floor.order({MAIN: 8, OTHER: 5}, **same)
    second = floor.order({MAIN: 1}, **same)
    lies(OTHER, 9, "second")
    floor.fulfil()
    third = floor.order({MAIN: 1}, **same)

    tagged = rows("SELECT id, tags FROM sales_order ORDER BY id")
    assert [order_number(row.id) for row in tagged if "repeat-customer" in str(row.tags)] == [third]
    assert (len(tagged), status(floor.number_of("N2/2")), status(second)) == (5, "reserved", "reserved")
