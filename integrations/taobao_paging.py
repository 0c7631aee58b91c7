"""How a window of Taobao trades is walked without losing one.

TOP sorts by time of change, newest first. A trade that changes while pages are read leaves a closed window, and the
older ones move up; walking from the last page to the first, they are read twice at most. New ones at the top push the
others down; then the walk steps back as many pages as were added.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

SLICE: Final = timedelta(minutes=30)
"""The longest window that TOP advises; it refuses more than a day."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next page is: the slice that starts at ``start``, its page (0: not counted yet), and how many trades
    the slice had when this page was chosen."""

    start: datetime
    page: int = 0
    total: int = 0

    @classmethod
    def parse(cls, cursor: str) -> "Position":
        """The reverse of ``cursor``."""
        start, page, total = cursor.split("|")
        return cls(datetime.fromisoformat(start), int(page), int(total))

    def cursor(self) -> str:
        """The position as text."""
        return f"{self.start.isoformat()}|{self.page}|{self.total}"

    def at_the_last_page(self, total: int, size: int) -> "Position":
        """The last page of a slice of ``total`` trades; page 0 if it is empty."""
        return replace(self, page=ceil(total / size), total=total)


def slice_end(start: datetime, until: datetime) -> datetime:
    """Where the slice that starts at ``start`` ends."""
    return min(start + SLICE, until)


def after(read: Position, total: int, stop: datetime, until: datetime, size: int) -> str | None:
    """The cursor after a page was read and the slice then had ``total`` trades; ``None`` when all is read."""
    grown = ceil(max(0, total - read.total) / size)
    page = min(read.page + grown, ceil(total / size)) if grown else read.page - 1
    if page >= 1:
        return Position(read.start, page, total).cursor()
    return Position(stop).cursor() if stop < until else None
