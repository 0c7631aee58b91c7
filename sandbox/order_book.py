"""The orders of one channel, kept sorted by creation and by last change, so that a page costs no scan."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.clock import iso_text

Order = dict[str, Any]
Position = tuple[datetime, str]
"""A moment and an order number: where an order stands in a sorted list."""


class OrderBook:
    """Orders by number; `updated_at` of an order changes only through here."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._created: list[Position] = []
        self._updated: list[Position] = []
        self.defects: dict[str, str] = {}
        self._earlier: dict[str, list[Order]] = {}

    def __len__(self) -> int:
        return len(self._orders)

    def __contains__(self, number: str) -> bool:
        return number in self._orders

    def __iter__(self) -> Iterator[Order]:
        return iter(self._orders.values())

    def __getitem__(self, number: str) -> Order:
        return self._orders[number]

    def get(self, number: str) -> Order | None:
        return self._orders.get(number)

    def add(self, orders: Iterable[Order]) -> None:
        """Take in new orders. Raises ``ValueError`` if one of them is known already."""
        for order in orders:
            number = order["order_no"]
            if number in self._orders:
                raise ValueError(f"order {number} exists")
            self._orders[number] = order
            self._created.append((_moment(order["created_at"]), number))
            self._updated.append((_moment(order["updated_at"]), number))
        self._created.sort()
        self._updated.sort()

    def change(self, number: str, changes: Mapping[str, Any], at: datetime) -> Order:
        """Merge `changes` into an order and stamp it as updated at `at`. Raises ``KeyError`` if unknown."""
        order = self._orders[number]
        self._earlier.setdefault(number, []).append(deepcopy(order))
        del self._updated[bisect_left(self._updated, (_moment(order["updated_at"]), number))]
        order.update(changes)
        order["updated_at"] = iso_text(at)
        insort(self._updated, (_moment(order["updated_at"]), number))
        return order

    def versions(self, number: str) -> list[Order]:
        """Every state that an order was ever in, oldest first, the present one last."""
        return [*self._earlier.get(number, []), self._orders[number]]

    def updated_after(self, position: Position, before: datetime, limit: int) -> list[Position]:
        """Up to `limit` positions by last change that lie past `position` and before the moment `before`."""
        start = bisect_right(self._updated, position)
        end = bisect_left(self._updated, (before, ""))
        return self._updated[start : min(end, start + limit)]

    def updated_between(self, first: datetime, last: datetime) -> Sequence[Position]:
        """Positions by last change, whole seconds, both ends included, oldest first."""
        return _seconds_between(self._updated, first, last)

    def created_between(self, first: datetime, last: datetime) -> Sequence[Position]:
        """Positions by creation, whole seconds, both ends included, oldest first."""
        return _seconds_between(self._created, first, last)


def _seconds_between(positions: Sequence[Position], first: datetime, last: datetime) -> Sequence[Position]:
    after_last = last + timedelta(seconds=1)
    return positions[bisect_left(positions, (first, "")) : bisect_left(positions, (after_last, ""))]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
