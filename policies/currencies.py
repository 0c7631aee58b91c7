"""Amounts of different currencies, compared by the rates that the rules state (B1, B6). They are never added as they
are."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from models.money import Money, exponent
from models.reasons import Reason
from policies.rules import Currencies


class RateMissing(ValueError):
    """The rules do not say what this currency is worth; ``reason`` tells people so."""

    def __init__(self, currency: str, rules: Currencies) -> None:
        super().__init__(f"no rate of {currency}")
        self.reason = Reason("rate-missing", {"currency": currency, "base": rules.base})


def worth(currency: str, amounts: Iterable[Money], rules: Currencies) -> Money:
    """What the amounts are worth together in a currency, rounded half up to its minor unit. Raises ``RateMissing``."""
    same, others = 0, Decimal(0)
    for amount in amounts:
        if amount.currency == currency:
            same += amount.minor
        else:
            others += amount.decimal() * _rate(amount.currency, rules) / _rate(currency, rules)
    return Money(same + int(others.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP)), currency)


def in_words(amount: Money, worth_of_it: Money) -> str:
    """The amount, with what it was taken for where that is another."""
    return str(amount) if amount == worth_of_it else f"{amount} = {worth_of_it}"


def _rate(currency: str, rules: Currencies) -> Decimal:
    rate = Decimal(1) if currency == rules.base else rules.rates.get(currency)
    if rate is None:
        raise RateMissing(currency, rules)
    return rate
