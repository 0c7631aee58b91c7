"""What a batch of orders must satisfy before it is decided (A6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from great_expectations import ExpectationSuite

from expectations.rules import at_least, at_most, no_longer_than, one_of, present, present_when, satisfies

ORDER_NO_CHARACTERS = 64
LARGEST_QUANTITY = 1_000_000
CLOCKS_MAY_DIFFER = timedelta(days=1)
"""How far ahead of us an order may be placed: a channel that confuses time zones is off by less than a day."""


def orders(currencies: Sequence[str], *, now: datetime) -> ExpectationSuite:
    """The suite over order headers, one row per order.

    Columns: ``order_no, currency, amount_minor, freight_minor, lines`` (how many), ``lines_minor`` (the sum of their
    amounts, missing when one is unreadable), ``customer, receiver_name, receiver_phone, receiver_province,
    placed_at, ships`` (bool: the hub ships it, so a receiver is needed). More columns do no harm.
    """
    return ExpectationSuite(
        name="orders",
        expectations=[
            present("order_no", "order-number-missing"),
            no_longer_than(ORDER_NO_CHARACTERS, "order_no", "order-number-too-long"),
            present("currency", "currency-missing"),
            one_of(currencies, "currency", "currency-unknown", "`currency` is one that the company deals in"),
            at_least(1, "lines", "order-without-lines"),
            present("amount_minor", "amount-missing"),
            at_least(0, "amount_minor", "amount-negative"),
            satisfies(
                "amount_minor == lines_minor + freight_minor",
                ["amount_minor", "lines_minor", "freight_minor"],
                "amount-does-not-sum",
                "`amount_minor` = `lines_minor` + `freight_minor`",
                says={"stated": "amount_minor", "sum": "lines_minor + freight_minor"},
            ),
            present("customer", "customer-missing"),
            present_when("ships", "receiver_name", "receiver-name-missing"),
            present_when("ships", "receiver_phone", "receiver-phone-missing"),
            present_when("ships", "receiver_province", "receiver-province-missing"),
            present("placed_at", "placed-at-missing"),
            at_most(now + CLOCKS_MAY_DIFFER, "placed_at", "placed-in-future", "`placed_at` is at most a day ahead"),
        ],
    )


def order_lines() -> ExpectationSuite:
    """The suite over order lines, one row per line of any order.

    Columns: ``sku, sku_known`` (bool), ``kind`` (goods or charge), ``unit, unit_known`` (bool), ``quantity,
    price_minor, amount_minor, duplicated`` (bool: the same raw row came before in this order), ``line_no``. With
    ``currency`` reasons say amounts as money. Lines of a credit have positive quantities too.
    """
    return ExpectationSuite(
        name="order-lines",
        expectations=[
            present("sku", "sku-missing"),
            satisfies(
                "sku_known or kind != 'goods'",
                ["sku", "sku_known", "kind"],
                "sku-unknown",
                "goods are in the catalogue",
                says={"sku": "sku"},
            ),
            satisfies(
                "unit_known or not sku_known",
                ["unit", "unit_known", "sku", "sku_known"],
                "unit-unknown",
                "the product can be ordered in that `unit`",
                says={"unit": "unit", "sku": "sku"},
            ),
            present("quantity", "quantity-missing"),
            at_least(1, "quantity", "quantity-not-positive"),
            at_most(LARGEST_QUANTITY, "quantity", "quantity-too-large"),
            present("price_minor", "price-missing"),
            at_least(1, "price_minor", "price-not-positive"),
            present("amount_minor", "amount-missing"),
            satisfies(
                "abs(amount_minor - quantity * price_minor) <= quantity",
                ["amount_minor", "quantity", "price_minor"],
                "line-amount-off",
                "`amount_minor` = `quantity` × `price_minor`, give or take one minor unit a piece",
                says={"stated": "amount_minor", "sum": "quantity * price_minor"},
            ),
            one_of(
                [False], "duplicated", "row-duplicated", "no row stands twice in an order", says={"value": "line_no"}
            ),
        ],
    )
