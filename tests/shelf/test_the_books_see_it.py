"""The twin: with one guard of the books taken away, the questions that the other tests ask do find it."""

from collections.abc import Callable
from typing import Any

import pytest
from ledger import assert_it_adds_up
from shop_floor import Floor

from models.stock import Cause
from models.stock_book import StockBook
from tasks.shelf.store_sales import sell

ONE = "SKU-0001"
Patch = Callable[[pytest.MonkeyPatch], None]


def goods_leave_without_a_movement(patch: pytest.MonkeyPatch) -> None:
    real = StockBook.move

    def move(book: StockBook, moves: Any, cause: Cause, at: Any) -> None:
        if cause is not Cause.SHIPPED:
            real(book, moves, cause, at)

    patch.setattr(StockBook, "move", move)


def a_promise_is_not_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(StockBook, "_promise", lambda *_: None)


def nothing_is_given_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(StockBook, "release", lambda *_: [])


def a_sale(floor: Floor) -> None:
    sell("SZ-01", [(ONE, 1, 100)], "R-1", "eve")


def an_order(floor: Floor) -> None:
    floor.order({ONE: 1})


def a_presale(floor: Floor) -> None:
    floor.order({ONE: 4}, kind="deposit", amount="1.00")
    floor.order({ONE: 4}, deposit_no="N1", amount="3.00")


@pytest.mark.parametrize(
    ("sabotage", "deed"),
    [
        (goods_leave_without_a_movement, a_sale),
        (a_promise_is_not_counted, an_order),
        (nothing_is_given_back, a_presale),
    ],
    ids=lambda function: function.__name__,
)
def test_what_is_broken_shows(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, sabotage: Patch, deed: Callable[[Floor], None]
) -> None:
    assert_it_adds_up()
    sabotage(monkeypatch)
    deed(floor)
    with pytest.raises(AssertionError):
        assert_it_adds_up()
