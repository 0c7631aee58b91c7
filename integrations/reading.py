"""Reading what a channel wrote: a value that cannot be read is left out and named as a flaw, never guessed."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from models.messages import RawMessage
from models.money import AmountError, parse_minor
from models.reasons import Reason

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")
_MOST_PIECES: Final = 10**9
_LONGEST_NUMBER: Final = 40


class Reader:
    """Reads values one by one and collects the ``flaws`` met on the way. Absent values (``None``, ``""``) that are
    asked for are flaws as well; ask only for what must be there."""

    def __init__(self) -> None:
        self.flaws: list[Reason] = []

    def note(self, code: str, value: object, fact: str = "value") -> None:
        """Add a flaw that quotes at most 40 characters of the value."""
        self.flaws.append(Reason(code, {fact: text(value)[:40]}))

    def minor(self, value: object, currency: str, code: str = "amount-unreadable") -> int | None:
        """A decimal amount in minor units."""
        try:
            return minor(value, currency)
        except AmountError:
            self.note(code, value)
            return None

    def quantity(self, value: object) -> int | None:
        """A whole number of pieces; ``2.0`` is two, ``2.5`` is unreadable."""
        try:
            return whole(value)
        except ValueError:
            self.note("quantity-unreadable", value)
            return None

    def moment(self, value: object, parse: Callable[[str], datetime]) -> datetime | None:
        """An aware time, by the partner's own ``parse``, which raises ``ValueError``."""
        try:
            return parse(text(value))
        except (ValueError, OverflowError):
            self.note("time-unreadable", value)
            return None

    def day(self, value: object) -> date | None:
        """A calendar date ``YYYY-MM-DD``."""
        try:
            return date.fromisoformat(text(value))
        except ValueError:
            self.note("time-unreadable", value)
            return None

    def currency(self, value: object) -> str:
        """An ISO 4217 code; the empty string, with a flaw, if it is none."""
        code = text(value).upper()
        if _CURRENCY.fullmatch(code):
            return code
        self.note("currency-unreadable", value)
        return ""


def text(value: object) -> str:
    """A value of parsed JSON as text without the space around it; ``None`` is the empty string. Half of a surrogate
    pair and NUL, which JSON can carry and databases and UTF-8 cannot, become ``U+FFFD``."""
    return "" if value is None else _UNSTORABLE.sub("\ufffd", str(value)).strip()


def minor(value: object, currency: str) -> int:
    """A decimal amount in minor units. Raises ``AmountError``."""
    written = text(value)
    # `1e999999` is a number too; nobody writes an amount so, and a million digits cost time and memory.
    if len(written) > _LONGEST_NUMBER or "e" in written.lower():
        raise AmountError(f"{written[:40]!r} is not an amount")
    return parse_minor(written, currency)


def number(value: object) -> Decimal:
    """A finite decimal number of ordinary size. Raises ``ValueError``."""
    written = text(value)
    try:
        read = Decimal(written) if len(written) <= _LONGEST_NUMBER else Decimal("NaN")
    except InvalidOperation:
        read = Decimal("NaN")
    if not read.is_finite() or abs(read.adjusted()) > _LONGEST_NUMBER:
        raise ValueError(f"{written[:40]!r} is not a number")
    return read


def whole(value: object) -> int:
    """A whole number that may be written with decimals. Raises ``ValueError``."""
    read = number(value)
    if read != int(read) or abs(read) > _MOST_PIECES:
        raise ValueError(f"{text(value)[:40]!r} is not a whole number of pieces")
    return int(read)


def section(value: object) -> Mapping[str, Any]:
    """A JSON object inside another; an empty one if something else stands there."""
    return value if isinstance(value, dict) else {}


def parsed(message: RawMessage) -> Mapping[str, Any]:
    """The JSON object in a raw message; an empty one if there is none."""
    try:
        return section(json.loads(message.body))
    except (ValueError, RecursionError):
        return {}


def canonical(content: object) -> str:
    """JSON in the one form in which equal statements are equal texts; it can always be encoded."""
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _HALF_PAIR.sub(lambda half: f"\\u{ord(half[0]):04x}", written)


def order_message(number: str, order: Mapping[str, Any], occurred_at: datetime) -> RawMessage:
    """The raw message of an order. Its key is the same by poll and by webhook: order number and content."""
    body = canonical(order)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return RawMessage(key=f"{number}:{digest[:32]}", body=body, occurred_at=occurred_at)
