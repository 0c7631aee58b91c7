"""Discounts are shared out to the last minor unit, and a line stays price times quantity."""

from hypothesis import given
from hypothesis import strategies as st

from integrations.discounts import spread, unit_price
from models.messages import ChannelLine

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


@given(st.integers(1, 1000), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_reduced_line_is_price_times_quantity(quantity: int, price: int, less: int) -> None:
    line = ChannelLine("1", "SKU", quantity, price, price * quantity)
    reduced = unit_price(line, less)
    assert reduced is not None
    assert abs(price * quantity - less - reduced * quantity) <= quantity
    assert less or reduced == price
