"""What one cell says: a text, a number, an amount, a time. Everything that cannot be read raises ``ValueError``."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from models.money import parse_minor

_POINT = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
_COMMA = re.compile(r"[-+]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")
_MARKS = re.compile(r"^[¥￥$€£]|^R\$|^[A-Z]{3} |[元件个]$")
_YEAR_MONTH_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def clean(cell: str) -> str:
    """The text without what programs put around it: blanks, TABs, a leading backtick or apostrophe, ``="…"``."""
    text = cell.strip()
    if text and text[0] in "`'=":
        text = text[2:-1] if text.startswith('="') and text.endswith('"') else text.lstrip("`'")
    return text.strip()


class Cells:
    """Reads the cells of one source: its mark for decimals, its time zone, its forms of a time."""

    def __init__(self, *, decimal: str, timezone: str, time_formats: Sequence[str]) -> None:
        self._comma = decimal == "comma"
        self._zone = ZoneInfo(timezone)
        self._formats = tuple(time_formats)
        # The rows of an order, and of a day, repeat their times.
        self._local = lru_cache(maxsize=4096)(self._read_local)

    def quantity(self, text: str) -> int:
        """A whole number: ``6``, ``6.0``, ``1,200``."""
        number = Decimal(self._plain(text))
        if number != int(number) or abs(number) > 10**9:
            raise ValueError(f"{text[:40]!r} is not a whole number")
        return int(number)

    def minor(self, text: str, currency: str) -> int:
        """An amount in minor units; thousands must stand in groups of three, so that ``12,50`` is never 1,250."""
        return parse_minor(self._plain(text), currency)

    def moment(self, text: str) -> datetime:
        """A time in UTC; without an offset it is local time of the source."""
        try:
            return self._local(text).astimezone(UTC)
        except OverflowError as error:
            raise ValueError(f"{text[:40]!r} is out of range") from error

    def day(self, text: str) -> date:
        """A date as the source's calendar has it."""
        return self._local(text).date()

    def _plain(self, text: str) -> str:
        bare = _MARKS.sub("", text).strip()
        if not (_COMMA if self._comma else _POINT).fullmatch(bare):
            raise ValueError(f"{text[:40]!r} is not a number")
        return bare.replace(".", "").replace(",", ".") if self._comma else bare.replace(",", "")

    def _read_local(self, text: str) -> datetime:
        time = self._naive_or_aware(text)
        return time if time.tzinfo else time.replace(tzinfo=self._zone)

    def _naive_or_aware(self, text: str) -> datetime:
        for pattern in self._formats:
            try:
                return datetime.strptime(text, pattern)  # noqa: DTZ007  (the zone is put on by the caller)
            except ValueError:
                continue
        if found := _YEAR_MONTH_DAY.fullmatch(text):
            return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001  (six numbers; zone as above)
        return datetime.fromisoformat(text)
