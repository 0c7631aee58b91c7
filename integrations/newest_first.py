"""How a window is walked without losing an order, where a channel gives numbered pages, newest change first.

An order that changes while pages are read leaves a closed window, and the older ones move up; walking from the last
page to the first, they are read twice at most. New ones at the top push the others down; then the walk steps back as
many pages as were added.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

from models.messages import Page, RawMessage

SECOND: Final = timedelta(seconds=1)
"""How exactly these channels count; ask them for so much more, for they do not say which ends of a window are in it."""


@dataclass(frozen=True, slots=True)
class Found:
    """One numbered page, newest change first, and how many orders its window has in all."""

    total: int
    messages: Sequence[RawMessage]


Ask = Callable[[datetime, datetime, int, int], Awaitable[Found]]
"""Asks for the orders changed between two times: which page, from 1, and how many orders to a page."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next page is: the slice from ``start`` to ``stop``, its page (0: not counted yet), and how many orders
    the slice had when this page was chosen."""

    start: datetime
    stop: datetime
    page: int = 0
    total: int = 0

    @classmethod
    def parse(cls, cursor: str) -> "Position":
        """The reverse of ``cursor``."""
        start, stop, page, total = cursor.split("|")
        return cls(datetime.fromisoformat(start), datetime.fromisoformat(stop), int(page), int(total))

    def cursor(self) -> str:
        """The position as text."""
        return f"{self.start.isoformat()}|{self.stop.isoformat()}|{self.page}|{self.total}"

    def at_the_last_page(self, total: int, size: int) -> "Position":
        """The last page of a slice of ``total`` orders; page 0 if it is empty."""
        return replace(self, page=ceil(total / size), total=total)

    def first_half(self) -> "Position":
        """The older half of the slice, in whole seconds, not counted yet."""
        return Position(self.start, self.start + timedelta(seconds=(self.stop - self.start) // SECOND // 2))


async def walk(
    ask: Ask,
    since: datetime,
    until: datetime,
    cursor: str | None,
    *,
    size: int,
    longest: timedelta,
    most_pages: int | None = None,
) -> Page:
    """One page of ``[since, until)``, oldest first, in slices of at most ``longest`` and ``most_pages``.

    What the channel gives beyond a slice is left to the neighbouring one. Fractions of a second are cut: a change
    within the running second is not reliably seen yet, so it is the next window's.
    """
    start, end = (at.astimezone(UTC).replace(microsecond=0) for at in (since, until))
    at = Position.parse(cursor) if cursor else Position(start, min(start + longest, end))
    if at.start >= end:
        return Page((), None)
    if at.page == 0:
        at = at.at_the_last_page((await ask(at.start, at.stop, 1, 1)).total, size)
        if most_pages is not None and at.page > most_pages and at.stop - at.start > SECOND:
            return Page((), at.first_half().cursor())
    if at.page == 0:
        return Page((), _next_slice(at, end, longest))
    found = await ask(at.start, at.stop, at.page, size)
    inside = tuple(each for each in reversed(found.messages) if at.start <= each.occurred_at < at.stop)
    return Page(inside, _after(at, found.total, size) or _next_slice(at, end, longest))


def _after(read: Position, total: int, size: int) -> str | None:
    """The cursor after a page was read and the slice then had ``total`` orders; ``None`` when the slice is read."""
    grown = ceil(max(0, total - read.total) / size)
    page = min(read.page + grown, ceil(total / size)) if grown else read.page - 1
    return Position(read.start, read.stop, page, total).cursor() if page >= 1 else None


def _next_slice(read: Position, end: datetime, longest: timedelta) -> str | None:
    return Position(read.stop, min(read.stop + longest, end)).cursor() if read.stop < end else None
