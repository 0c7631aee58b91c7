"""Money: integer minor units with a currency (invariant 8). No float ever holds an amount."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# ISO 4217 currencies whose minor unit is not a hundredth.
_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3}


class AmountError(ValueError):
    """The text is not an amount of that currency."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (fen, cents) of an ISO 4217 currency."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str | int | Decimal, currency: str) -> "Money":
        """Read a decimal amount as partners write it: ``"1,234.50"``, ``"¥ 12"``, ``-3``.

        Raises ``AmountError`` for anything else, and for more decimals than the currency has: rounding somebody
        else's money is not ours to do.
        """
        return cls(parse_minor(text, currency), currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise AmountError(f"cannot add {other.currency} to {self.currency}")
        return other

    def decimal(self) -> Decimal:
        """The amount in major units, with as many decimals as the currency has."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal():,} {self.currency}"


def exponent(currency: str) -> int:
    """How many decimals the currency has."""
    return _EXPONENTS.get(currency, 2)


def parse_minor(text: str | int | Decimal, currency: str) -> int:
    """The amount ``text`` in minor units; see ``Money.parse``."""
    if len(str(text)) > _LONGEST_AMOUNT or "e" in str(text).lower():  # 1e999999 has a million
        raise AmountError(f"{str(text)[:40]!r} is not an amount")
    cleaned = str(text).strip().lstrip("¥￥$€£R ").replace(",", "").strip()
    try:
        minor = Decimal(cleaned).scaleb(exponent(currency))
        whole = int(minor)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise AmountError(f"{str(text)[:40]!r} is not an amount") from error
    if minor != whole:
        raise AmountError(f"{str(text)[:40]!r} has more decimals than {currency}")
    if abs(whole) > MAX_MINOR:
        raise AmountError(f"{str(text)[:40]!r} is too large")
    return whole


_LONGEST_AMOUNT = 40

MAX_MINOR = 10**15
"""The largest amount stored: ten trillion yuan. It fits a 64-bit integer with room to add a year of orders."""
