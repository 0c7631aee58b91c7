"""Goods on their way: announced, arrived in full or in parts, called off; and what can be promised by a date (B3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.bulk import insert_rows
from models.lifecycle import Bucket
from models.stock import ARRIVAL, LEVEL, Cause
from models.stock_book import StockBook


class NothingExpected(Exception):
    """Nothing, or less than that, is expected under this reference; the message says what is."""


@dataclass(frozen=True, slots=True)
class Goods:
    """So many pieces of a product."""

    product_id: int
    quantity: int


class ArrivalBook:
    """Announcements and what came of them, inside one unit of work. What is expected lies in ``in_transit``."""

    def __init__(self, session: Session, company_id: int, stock: StockBook) -> None:
        self._session = session
        self._company_id = company_id
        self._stock = stock

    def announce(
        self,
        reference: str,
        warehouse_id: int,
        goods: Sequence[Goods],
        expected_on: date,
        at: datetime,
        cause: Cause = Cause.ANNOUNCED,
    ) -> None:
        """Expect goods under a purchase order's or a transfer's number. The database refuses the same product twice
        under one reference (``IntegrityError``)."""
        insert_rows(
            self._session,
            ARRIVAL,
            [
                {
                    "company_id": self._company_id, "product_id": some.product_id, "warehouse_id": warehouse_id,
                    "quantity": some.quantity, "arrived": 0, "expected_on": expected_on, "reference": reference,
                    "state": "expected", "announced_at": at,
                }
                for some in goods
            ],
        )  # fmt: skip
        moves = [(self._on_the_way(some.product_id, warehouse_id), some.quantity, reference) for some in goods]
        self._stock.move(moves, cause, at)

    def expected(self, reference: str, product_id: int | None = None) -> list[Any]:
        """What is still expected under a reference, locked."""
        query = select(ARRIVAL).where(
            ARRIVAL.c.company_id == self._company_id, ARRIVAL.c.reference == reference, ARRIVAL.c.state == "expected"
        )
        if product_id is not None:
            query = query.where(ARRIVAL.c.product_id == product_id)
        return list(self._session.execute(query.order_by(ARRIVAL.c.id).with_for_update()).all())

    def announced(self, reference: str, product_id: int) -> Any:
        """What was announced of a product under a reference, however much of it has come, locked; or ``None``."""
        same = (ARRIVAL.c.company_id == self._company_id, ARRIVAL.c.reference == reference)
        query = select(ARRIVAL).where(*same, ARRIVAL.c.product_id == product_id)
        return self._session.execute(query.with_for_update()).first()

    def arrive(self, arrival: Any, quantity: int, note: str, at: datetime) -> int:
        """Book ``quantity`` pieces in under a delivery note, once per note; how many are booked now.

        The same reference takes them out of ``in_transit`` and into ``sellable``. Raises ``NothingExpected``.
        """
        shelf = self._stock.open_level(arrival.product_id, arrival.warehouse_id)
        if self._stock.moved(shelf, Cause.ARRIVED, note):
            return 0
        left = arrival.quantity - arrival.arrived
        if quantity > left:
            raise NothingExpected(f"Only {left} pieces are still expected under {arrival.reference}, not {quantity}.")
        way = self._on_the_way(arrival.product_id, arrival.warehouse_id)
        self._stock.move([(way, -quantity, note), (shelf, quantity, note)], Cause.ARRIVED, at)
        state = "arrived" if quantity == left else "expected"
        self._session.execute(
            update(ARRIVAL).where(ARRIVAL.c.id == arrival.id).values(arrived=arrival.arrived + quantity, state=state)
        )
        return quantity

    def cancel(self, arrival: Any, at: datetime, cause: Cause = Cause.ANNOUNCED) -> int:
        """What has not come will not come, or is ``LOST``; how many pieces that is."""
        left = int(arrival.quantity - arrival.arrived)
        way = self._on_the_way(arrival.product_id, arrival.warehouse_id)
        self._stock.move([(way, -left, f"{arrival.reference}:cancelled")], cause, at)
        self._session.execute(update(ARRIVAL).where(ARRIVAL.c.id == arrival.id).values(state="cancelled"))
        return left

    def postpone(self, arrival_id: int, expected_on: date) -> None:
        """Expect it on another day."""
        self._session.execute(update(ARRIVAL).where(ARRIVAL.c.id == arrival_id).values(expected_on=expected_on))

    def available_by(self, product_id: int, warehouse_id: int, day: date, today: date) -> int:
        """What can be promised for that day: what can be promised now, and all that is expected until then.

        What should have come before ``today`` counts for no day until it has come or has another date.
        """
        now = (
            select(func.sum(LEVEL.c.on_hand - LEVEL.c.reserved - LEVEL.c.preoccupied - LEVEL.c.safety))
            .where(LEVEL.c.company_id == self._company_id, LEVEL.c.bucket == Bucket.SELLABLE)
            .where(LEVEL.c.product_id == product_id, LEVEL.c.warehouse_id == warehouse_id)
        )
        coming = (
            select(func.sum(ARRIVAL.c.quantity - ARRIVAL.c.arrived))
            .where(ARRIVAL.c.company_id == self._company_id, ARRIVAL.c.state == "expected")
            .where(ARRIVAL.c.product_id == product_id, ARRIVAL.c.warehouse_id == warehouse_id)
            .where(ARRIVAL.c.expected_on.between(today, day))
        )
        return sum(int(self._session.execute(query).scalar() or 0) for query in (now, coming))

    def _on_the_way(self, product_id: int, warehouse_id: int) -> int:
        return self._stock.open_level(product_id, warehouse_id, Bucket.IN_TRANSIT)
