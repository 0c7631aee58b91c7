"""What a provider's statement must satisfy before it is matched with orders (F1)."""

from collections.abc import Sequence

from great_expectations import ExpectationSuite

from expectations.rules import one_of, present, unique


def settlement_lines(currencies: Sequence[str]) -> ExpectationSuite:
    """The suite over lines of one provider's statement.

    Columns: ``line_id, provider, order_key`` (what the provider wrote as our order number), ``currency,
    amount_minor`` (signed; zero is allowed), ``happened_at``.
    """
    return ExpectationSuite(
        name="settlement-lines",
        expectations=[
            present("line_id", "settlement-id-missing"),
            unique(["line_id"], "settlement-id-repeated"),
            present("provider", "provider-missing"),
            present("order_key", "settlement-order-missing"),
            present("currency", "currency-missing"),
            one_of(currencies, "currency", "currency-unknown", "`currency` is one that the company deals in"),
            present("amount_minor", "amount-missing"),
            present("happened_at", "happened-at-missing"),
        ],
    )
