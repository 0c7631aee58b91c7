"""A warehouse ships what it was asked to stop before the request reached it: whoever asked hears of it (B8, A4)."""

from collections.abc import Callable

import pytest
from ledger import assert_it_adds_up
from shop_floor import Floor, holds, rows, status

from tasks.changes import answer_change, propose
from tasks.shelf.arrivals import call_off
from tasks.shelf.transfers import transfer

pytestmark = [pytest.mark.usefixtures("floor"), pytest.mark.take_turns]

ONE = "SKU-0001"


def changed(floor: Floor) -> str:
    """A change that everybody has agreed to."""
    number = floor.order({ONE: 3})
    floor.release(number)
    asked = propose(number, {"line.1.quantity": "2"}, "the customer called", "call of 10:15", "ann")
    for approver in asked.waits_for:
        answer_change(asked.change_id, approver, "yes", "bob")
    return number


def cancelled(floor: Floor) -> str:
    """A cancellation in the channel."""
    number = floor.order({ONE: 3})
    floor.release(number)
    floor.say_again("N1", status="cancelled")
    floor.fulfil()
    return number


def called_off(floor: Floor) -> str:
    """A transfer that the store does not want any more."""
    number = transfer(ONE, 3, "SZ-01", "SH-01", "T-1", "ann").number
    floor.fulfil()
    floor.release(number)
    call_off(number, "ann", why="not wanted")
    return number


@pytest.mark.parametrize("deed", [changed, cancelled, called_off], ids=lambda deed: deed.__name__)
def test_what_left_before_it_could_be_stopped_is_for_a_person(floor: Floor, deed: Callable[[Floor], str]) -> None:
    number = deed(floor)
    floor.ship(number)
    assert (status(number), holds(number)) == ("shipped", [])

    [asked] = rows("SELECT id FROM outbox WHERE kind = 'cancel-outbound'")
    floor.answer_stop(asked.id, agrees=False)

    [hold] = rows("SELECT kind, reasons FROM hold WHERE closed_at IS NULL")
    assert (hold.kind, f"{deed.__name__.replace('_', '-')}-too-late" in str(hold.reasons)) == ("data", True)
    assert rows("SELECT id FROM change_request WHERE closed_at IS NULL") == []
    assert_it_adds_up()
