"""Discounts are shared out to the last minor unit, and a line stays price times quantity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.discounts import price_paid, spread

AMOUNTS = st.lists(st.integers(0, 10**9), max_size=8)


@given(st.integers(0, 10**9), AMOUNTS)
def test_shares_add_up_and_are_in_proportion(discount: int, amounts: list[int]) -> None:
    shares = spread(discount, amounts)
    total = sum(amounts)
    assert sum(shares) == (discount if total else 0)
    for share, amount in zip(shares, amounts, strict=True):
        assert abs(share * total - discount * amount) < max(total, 1)


def test_what_is_left_over_goes_to_the_first_of_equals() -> None:
    assert spread(10, [100, 100, 100]) == [4, 3, 3]
    assert spread(5, []) == []
    assert spread(5, [0, 0]) == [0, 0]


@given(st.integers(1, 1000), st.integers(0, 10**6), st.integers(0, 10**9))
def test_a_line_is_price_times_quantity(quantity: int, stated: int, amount: int) -> None:
    price = price_paid(stated, quantity, amount)
    assert price is not None
    assert abs(amount - price * quantity) <= quantity


@pytest.mark.parametrize(
    ("stated", "quantity", "amount", "paid"),
    [(5500, 2, 10000, 5000), (5500, 2, 11000, 5500), (5500, 0, 0, 5500), (None, 2, 1, None), (5500, None, 1, 5500)],
)
def test_a_price_that_agrees_stays_as_stated(
    stated: int | None, quantity: int | None, amount: int | None, paid: int | None
) -> None:
    assert price_paid(stated, quantity, amount) == paid
