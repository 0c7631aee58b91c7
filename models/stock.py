"""Stock per SKU, warehouse and bucket; what is promised of it; and the guarded writes on both (B2, B3).

``on_hand`` is the sum of the movements, ``reserved`` the sum of the open reservations, and the database itself
refuses ``reserved > on_hand`` (invariant 1).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Index,
    Integer,
    UniqueConstraint,
    bindparam,
    column,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, chunks, one_of, table_of
from models.bulk import insert_rows
from models.lifecycle import Bucket


class StockLevel(SQLModel, table=True):
    """How much of a SKU lies in a warehouse's bucket, and how much of that is promised."""

    __tablename__ = "stock_level"
    __table_args__ = (
        UniqueConstraint("product_id", "warehouse_id", "bucket"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="never_oversold"),
        CheckConstraint("safety >= 0", name="safety_not_negative"),
        one_of("bucket", Bucket),
        Index("ix_stock_level_company_id", "company_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    product_id: int = Field(foreign_key="product.id")
    warehouse_id: int = Field(foreign_key="warehouse.id")
    bucket: str = Bucket.SELLABLE
    on_hand: int = 0
    reserved: int = 0
    safety: int = 0


class Cause(StrEnum):
    """Why stock moved."""

    OPENING = "opening"
    RECEIVED = "received"
    SHIPPED = "shipped"
    FOUND = "found"
    COUNTED = "counted"


class StockMovement(SQLModel, table=True):
    """One change of ``on_hand``. The same cause and reference moves a level once."""

    __tablename__ = "stock_movement"
    __table_args__ = (UniqueConstraint("stock_level_id", "cause", "reference"), one_of("cause", Cause))

    id: int | None = Field(default=None, primary_key=True)
    stock_level_id: int = Field(foreign_key="stock_level.id")
    quantity: int
    cause: str
    reference: str
    moved_at: datetime = Field(sa_type=UTC_TIME)


class Reservation(SQLModel, table=True):
    """A promise of stock to one order line. It ends in exactly one way."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_when_closed"),
        one_of("state", ("open", "consumed", "released", "expired")),
        Index("ix_reservation_order_id", "order_id"),
        Index(
            "ix_reservation_open",
            "stock_level_id",
            sqlite_where=column("state") == "open",
            postgresql_where=column("state") == "open",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id")
    order_line_id: int = Field(foreign_key="order_line.id")
    stock_level_id: int = Field(foreign_key="stock_level.id")
    quantity: int
    state: str = "open"
    made_at: datetime = Field(sa_type=UTC_TIME)
    expires_at: datetime | None = Field(default=None, sa_type=UTC_TIME)
    ended_at: datetime | None = Field(default=None, sa_type=UTC_TIME)


class StockMoved(Exception):
    """Somebody else took the stock between the reading and the write; read again."""


@dataclass(frozen=True, slots=True)
class Take:
    """A reservation to be made."""

    order_id: int
    order_line_id: int
    stock_level_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class OnShelf:
    """What may be promised of one SKU in one warehouse: on hand − reserved − safety."""

    stock_level_id: int
    product_id: int
    warehouse_id: int
    available: int


LEVEL = table_of(StockLevel)
MOVEMENT = table_of(StockMovement)
RESERVATION = table_of(Reservation)


class Stock:
    """Reads and guarded writes on stock, inside one unit of work."""

    def __init__(self, session: Session, company_id: int) -> None:
        self._session = session
        self._company_id = company_id

    def on_shelf(self, product_ids: Iterable[int]) -> list[OnShelf]:
        """What can be promised of these products, rows locked in id order so that two workers never deadlock."""
        found: list[OnShelf] = []
        for wanted in chunks(sorted(set(product_ids))):
            query = (
                select(
                    LEVEL.c.id,
                    LEVEL.c.product_id,
                    LEVEL.c.warehouse_id,
                    LEVEL.c.on_hand - LEVEL.c.reserved - LEVEL.c.safety,
                )
                .where(LEVEL.c.company_id == self._company_id, LEVEL.c.bucket == Bucket.SELLABLE)
                .where(LEVEL.c.product_id.in_(wanted))
                .order_by(LEVEL.c.id)
                .with_for_update()
            )
            found += [OnShelf(*row) for row in self._session.execute(query)]
        return found

    def take(self, takes: Sequence[Take], at: datetime, expires_at: datetime | None = None) -> None:
        """Reserve. All or nothing; raises ``StockMoved`` if any level no longer has enough."""
        self._change_reserved(takes, +1)
        rows = [
            {
                "order_id": take.order_id,
                "order_line_id": take.order_line_id,
                "stock_level_id": take.stock_level_id,
                "quantity": take.quantity,
                "state": "open",
                "made_at": at,
                "expires_at": expires_at,
            }
            for take in takes
        ]
        insert_rows(self._session, RESERVATION, rows)

    def release(self, order_ids: Sequence[int], at: datetime) -> None:
        """Give back what these orders hold."""
        self._change_reserved(self._end(order_ids, "released", at), -1)

    def consume(self, order_ids: Sequence[int], at: datetime) -> list[Take]:
        """The goods of these orders have left: end their reservations and move the stock out. Returns what left."""
        gone = self._end(order_ids, "consumed", at)
        self._change_reserved(gone, -1)
        self.move(
            [(take.stock_level_id, -take.quantity, f"line:{take.order_line_id}") for take in gone],
            Cause.SHIPPED,
            at,
        )
        return gone

    def move(self, moves: Sequence[tuple[int, int, str]], cause: Cause, at: datetime) -> None:
        """Write movements ``(stock_level_id, quantity, reference)`` and the balances with them."""
        rows = [
            {
                "stock_level_id": level,
                "quantity": quantity,
                "cause": cause,
                "reference": reference,
                "moved_at": at,
            }
            for level, quantity, reference in moves
        ]
        insert_rows(self._session, MOVEMENT, rows)
        self._add(LEVEL.c.on_hand, _sums((level, quantity) for level, quantity, _ in moves))

    def moved(self, stock_level_id: int, cause: Cause, reference: str) -> bool:
        """Whether this cause and reference has moved that level already."""
        key = (
            MOVEMENT.c.stock_level_id == stock_level_id,
            MOVEMENT.c.cause == cause,
            MOVEMENT.c.reference == reference,
        )
        return self._session.execute(select(MOVEMENT.c.id).where(*key)).first() is not None

    def open_level(self, product_id: int, warehouse_id: int) -> int:
        """The id of the sellable level of a product in a warehouse, made if there is none."""
        key = (
            LEVEL.c.product_id == product_id,
            LEVEL.c.warehouse_id == warehouse_id,
            LEVEL.c.bucket == Bucket.SELLABLE,
        )
        found = self._session.execute(select(LEVEL.c.id).where(*key)).scalar()
        if found is None:
            level = StockLevel(company_id=self._company_id, product_id=product_id, warehouse_id=warehouse_id)
            self._session.add(level)
            self._session.flush()
            found = level.id
        return int(found or 0)

    def _end(self, order_ids: Sequence[int], state: str, at: datetime) -> list[Take]:
        ended: list[Take] = []
        for some in chunks(order_ids):
            statement = (
                update(RESERVATION)
                .where(
                    RESERVATION.c.order_id.in_(some),
                    RESERVATION.c.state == "open",
                )
                .values(state=state, ended_at=at)
                .returning(
                    RESERVATION.c.order_id,
                    RESERVATION.c.order_line_id,
                    RESERVATION.c.stock_level_id,
                    RESERVATION.c.quantity,
                )
            )
            ended += [Take(*row) for row in self._session.execute(statement)]
        return ended

    def _change_reserved(self, takes: Sequence[Take], sign: int) -> None:
        self._add(LEVEL.c.reserved, _sums((take.stock_level_id, sign * take.quantity) for take in takes))

    def _add(self, counter: object, change: Mapping[int, int]) -> None:
        """Add to a counter of several levels where the balance stays sound; the row count is the guard."""
        name = counter.name  # type: ignore[attr-defined]  # a Column
        items = [{"level": level, "by": by} for level, by in sorted(change.items()) if by]
        if not items:
            return
        after = LEVEL.c[name] + bindparam("by", type_=Integer)
        sound = LEVEL.c.on_hand >= after if name == "reserved" else after >= LEVEL.c.reserved
        statement = update(LEVEL).where(LEVEL.c.id == bindparam("level"), sound, after >= 0).values({name: after})
        changed = self._session.connection().execute(statement, items)
        if changed.rowcount != len(items):
            raise StockMoved(f"{name} of {len(items) - changed.rowcount} stock levels changed meanwhile")

    def balances_broken(self) -> list[int]:
        """Levels whose counters differ from their movements and open reservations; empty when the books add up."""
        moved = (
            select(func.coalesce(func.sum(MOVEMENT.c.quantity), 0))
            .where(MOVEMENT.c.stock_level_id == LEVEL.c.id)
            .scalar_subquery()
        )
        promised = (
            select(func.coalesce(func.sum(RESERVATION.c.quantity), 0))
            .where(RESERVATION.c.stock_level_id == LEVEL.c.id, RESERVATION.c.state == "open")
            .scalar_subquery()
        )
        query = select(LEVEL.c.id).where((LEVEL.c.on_hand != moved) | (LEVEL.c.reserved != promised))
        return list(self._session.execute(query).scalars())


def _sums(changes: Iterable[tuple[int, int]]) -> dict[int, int]:
    totals: dict[int, int] = {}
    for key, quantity in changes:
        totals[key] = totals.get(key, 0) + quantity
    return totals
