"""What the rows of one order say about the order as a whole, and where they disagree."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from integrations.files.cells import Cells
from integrations.files.layout import OrderFields, Source
from models.messages import Address, Party
from models.reasons import Reason

Row = Mapping[str, str]

MOMENTS = ("placed_at", "updated_at", "paid_at", "shipped_at", "delivered_at")
"""The fields that are points in time."""


class OrderFacts:
    """The fields of one order, read from its rows; ``flaws`` grows as they are asked for."""

    def __init__(self, fields: OrderFields, cells: Cells, rows: Sequence[Row]) -> None:
        self.flaws: list[Reason] = []
        self._fields = fields
        self._cells = cells
        self._rows = rows

    def first(self, name: str) -> str:
        """The first text that any row has; empty if none has."""
        return next(iter(self._texts(name)), "")

    def one(self, name: str) -> str:
        """The text that all rows share; two different ones are a flaw: whose order would it be?"""
        texts = self._texts(name)
        if len(texts) > 1:
            self.flaws.append(Reason("order-contradictory", {"field": name, "value": " / ".join(texts)[:40]}))
        return texts[0] if texts else ""

    def currency(self, default: str) -> str:
        """The ISO 4217 code; ``default`` where nothing, or something else, is written."""
        text = self.one("currency") or default
        if re.fullmatch(r"[A-Z]{3}", text):
            return text
        self.flaws.append(Reason("currency-unreadable", {"value": text[:40]}))
        return default

    def amount(self, name: str, currency: str) -> int | None:
        """An amount in minor units; ``None`` if the rows do not state one that can be read."""
        text = self.one(name)
        if not text:
            return None
        try:
            return self._cells.minor(text, currency)
        except ValueError:
            self._unreadable("amount-unreadable", name, text)
            return None

    def moment(self, name: str) -> datetime | None:
        """A time in UTC: the earliest that a row states, of ``updated_at`` the latest."""
        times = []
        for text in self._texts(name):
            try:
                times.append(self._cells.moment(text))
            except ValueError:
                self._unreadable("time-unreadable", name, text)
        pick = max if name == "updated_at" else min
        return pick(times, default=None)

    def stated(self) -> Iterator[datetime]:
        """Every point in time that the rows state readably."""
        return (time for name in MOMENTS if (time := self.moment(name)))

    def promised_on(self) -> date | None:
        """The earliest promised day."""
        days = []
        for text in self._texts("promised_on"):
            try:
                days.append(self._cells.day(text))
            except ValueError:
                self._unreadable("time-unreadable", "promised_on", text)
        return min(days, default=None)

    def customer(self) -> Party:
        """Who ordered; a customer without a code goes by the name."""
        name = self.one("customer_name")
        return Party(self.one("customer") or name, name, self.one("customer_grade"))

    def receiver(self) -> Address:
        """Where the goods go; the country is China unless the file says otherwise."""
        return Address(
            name=self.one("receiver"),
            phone=self.one("phone"),
            country=self.one("country") if self._fields.country else "CN",
            province=self.one("province"),
            city=self.one("city"),
            district=self.one("district"),
            street=self.one("street"),
        )

    def _texts(self, name: str) -> list[str]:
        source: Source | None = getattr(self._fields, name)
        if source is None:
            return []
        if source.value:
            return [source.value]
        return list(dict.fromkeys(text for row in self._rows if (text := source.text(row))))

    def _unreadable(self, code: str, name: str, text: str) -> None:
        self.flaws.append(Reason(code, {"field": name, "value": text[:40]}))
