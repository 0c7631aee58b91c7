"""Money is whole minor units of one currency (invariant 8)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.money import MAX_MINOR, AmountError, Money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12", "CNY", 1200),
        ("¥ 1,234.50", "CNY", 123450),
        ("-3.07", "USD", -307),
        ("0.10", "EUR", 10),
        ("1500", "JPY", 1500),
        ("1.234", "KWD", 1234),
        (Decimal("19.90"), "CNY", 1990),
    ],
)
def test_amounts_are_read_as_partners_write_them(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize("text", ["", "面议", "1.005", "NaN", "Infinity", "1.2.3", "--5", "1e3", "1e99"])
def test_anything_else_is_refused_and_never_rounded(text: str) -> None:
    with pytest.raises(AmountError):
        Money.parse(text, "CNY")


def test_yen_have_no_cents() -> None:
    with pytest.raises(AmountError, match="more decimals"):
        Money.parse("1.5", "JPY")


def test_two_currencies_cannot_be_added() -> None:
    with pytest.raises(AmountError, match="USD to CNY"):
        Money(1, "CNY") + Money(1, "USD")


@given(minor=some.integers(-MAX_MINOR, MAX_MINOR), currency=some.sampled_from(["CNY", "JPY", "KWD"]))
def test_what_is_written_reads_back_to_the_cent(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    assert Money.parse(amount.decimal(), currency) == amount
    assert Money.parse(str(amount).removesuffix(f" {currency}"), currency) == amount
    assert amount + amount - amount == amount
