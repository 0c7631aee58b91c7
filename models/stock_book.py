"""Guarded writes on stock: a promise or a movement is made only if the shelf still allows it (invariant 1)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import FromClause, Integer, func, or_, select, update
from sqlalchemy.orm import Session

from models.bulk import insert_missing, insert_rows
from models.lifecycle import Bucket
from models.many import among, given
from models.stock import LEVEL, MOVEMENT, RESERVATION, Cause


class StockMoved(Exception):
    """Somebody else took the stock between the reading and the write; read again."""


class Take(NamedTuple):
    """A reservation to be made, or one that ended. ``claim`` is ``order`` or ``presale``."""

    order_id: int
    order_line_id: int
    stock_level_id: int
    quantity: int
    claim: str = "order"
    expires_at: datetime | None = None


class OnShelf(NamedTuple):
    """What may be promised of one SKU in one warehouse: on hand − reserved − pre-occupied − safety; and how much is."""

    stock_level_id: int
    product_id: int
    warehouse_id: int
    available: int
    promised: int = 0


_COUNTER = {"order": "reserved", "presale": "preoccupied"}


class StockBook:
    """Reads and guarded writes on stock, inside one unit of work."""

    def __init__(self, session: Session, company_id: int) -> None:
        self._session = session
        self._company_id = company_id

    def on_shelf(self, product_ids: Iterable[int], *, lock: bool = True) -> list[OnShelf]:
        """What can be promised of these products, rows locked in id order so that two workers never deadlock; a
        preview, which promises nothing, needs no ``lock``."""
        query = (
            select(
                LEVEL.c.id,
                LEVEL.c.product_id,
                LEVEL.c.warehouse_id,
                LEVEL.c.on_hand - LEVEL.c.reserved - LEVEL.c.preoccupied - LEVEL.c.safety,
                LEVEL.c.reserved + LEVEL.c.preoccupied,
            )
            .where(LEVEL.c.company_id == self._company_id, LEVEL.c.bucket == Bucket.SELLABLE)
            .where(among(LEVEL.c.product_id, set(product_ids)))
            .order_by(LEVEL.c.id)
        )
        return [OnShelf(*row) for row in self._session.execute(query.with_for_update() if lock else query)]

    def take(self, takes: Sequence[Take], at: datetime) -> None:
        """Reserve. All or nothing; raises ``StockMoved`` if any level no longer has enough."""
        self._promise(takes, +1)
        rows = [
            {
                "order_id": take.order_id,
                "order_line_id": take.order_line_id,
                "stock_level_id": take.stock_level_id,
                "quantity": take.quantity,
                "claim": take.claim,
                "state": "open",
                "made_at": at,
                "expires_at": take.expires_at,
            }
            for take in takes
        ]
        insert_rows(self._session, RESERVATION, rows)

    def held_by(self, order_ids: Sequence[int]) -> list[Take]:
        """The open reservations of these orders."""
        query = select(*_OF_TAKE).where(among(RESERVATION.c.order_id, order_ids), RESERVATION.c.state == "open")
        return [Take(*row) for row in self._session.execute(query)]

    def last_served(self, stock_level_ids: Iterable[int]) -> dict[int, int]:
        """The order that got the latest promise that is open, of each of these levels that has one."""
        of_level = (RESERVATION.c.stock_level_id == LEVEL.c.id, RESERVATION.c.state == "open")
        latest = select(RESERVATION.c.order_id).where(*of_level).order_by(RESERVATION.c.id.desc()).limit(1)
        query = select(LEVEL.c.id, latest.scalar_subquery()).where(among(LEVEL.c.id, set(stock_level_ids)))
        return {level: order for level, order in self._session.execute(query) if order is not None}

    def release(self, order_ids: Sequence[int], at: datetime) -> list[Take]:
        """Give back what these orders hold; what that was."""
        return self._give_back("released", at, order_ids)

    def expire(self, at: datetime, limit: int) -> list[Take]:
        """Give back what was promised until now at the latest, oldest first; at most ``limit`` reservations."""
        due = (
            select(RESERVATION.c.id)
            .join(LEVEL, LEVEL.c.id == RESERVATION.c.stock_level_id)
            .where(RESERVATION.c.state == "open", RESERVATION.c.expires_at <= at)
            .where(LEVEL.c.company_id == self._company_id)
            .order_by(RESERVATION.c.expires_at, RESERVATION.c.id)
            .limit(limit)
        )
        ids = list(self._session.execute(due).scalars())
        ended = self._end(among(RESERVATION.c.id, ids), "expired", at) if ids else []
        self._promise(ended, -1)
        return ended

    def consume(self, order_ids: Sequence[int], at: datetime) -> list[Take]:
        """The goods of these orders have left: end their reservations and move the stock out. Returns what left."""
        gone = self._give_back("consumed", at, order_ids)
        moves = [(take.stock_level_id, -take.quantity, f"line:{take.order_line_id}") for take in gone]
        self.move(moves, Cause.SHIPPED, at)
        return gone

    def move(self, moves: Sequence[tuple[int, int, str]], cause: Cause, at: datetime) -> None:
        """Write movements ``(stock_level_id, quantity, reference)`` and the balances with them.

        Raises ``StockMoved`` if a level would hold less than is promised of it.
        """
        rows = [
            {"stock_level_id": level, "quantity": quantity, "cause": cause, "reference": reference, "moved_at": at}
            for level, quantity, reference in moves
        ]
        insert_rows(self._session, MOVEMENT, rows)
        self._add("on_hand", _sums((level, quantity) for level, quantity, _ in moves))

    def moved(self, stock_level_id: int, cause: Cause, reference: str) -> bool:
        """Whether this cause and reference has moved that level already."""
        key = (
            MOVEMENT.c.stock_level_id == stock_level_id,
            MOVEMENT.c.cause == cause,
            MOVEMENT.c.reference == reference,
        )
        return self._session.execute(select(MOVEMENT.c.id).where(*key)).first() is not None

    def moved_by(self, stock_level_id: int, document: str) -> dict[tuple[Cause, str], int]:
        """What a document has moved of a level, under its own number or with ``:`` and more behind it: quantity by
        cause and reference."""
        reference = MOVEMENT.c.reference
        named = or_(reference == document, reference.startswith(f"{document}:", autoescape=True))
        query = select(MOVEMENT.c.cause, reference, MOVEMENT.c.quantity).where(named)
        rows = self._session.execute(query.where(MOVEMENT.c.stock_level_id == stock_level_id))
        return {(Cause(cause), told): quantity for cause, told, quantity in rows}

    def open_level(self, product_id: int, warehouse_id: int, bucket: Bucket = Bucket.SELLABLE) -> int:
        """The id of a product's level in a warehouse, made if there is none."""
        query = select(LEVEL.c.id).where(
            LEVEL.c.product_id == product_id, LEVEL.c.warehouse_id == warehouse_id, LEVEL.c.bucket == bucket
        )
        found = self._session.execute(query).scalar()
        if found is None:
            row = {
                "company_id": self._company_id, "product_id": product_id, "warehouse_id": warehouse_id,
                "bucket": bucket,
            }  # fmt: skip
            insert_missing(self._session, LEVEL, [row], ("product_id", "warehouse_id", "bucket"))
            found = self._session.execute(query).scalar_one()
        return int(found)

    def read(self, stock_level_id: int) -> Any:
        """A level with its counters, locked."""
        return self._session.execute(select(LEVEL).where(LEVEL.c.id == stock_level_id).with_for_update()).one()

    def set_safety(self, stock_level_id: int, units: int) -> None:
        """Keep so many pieces back from every promise. Never negative: the database refuses it."""
        self._session.execute(update(LEVEL).where(LEVEL.c.id == stock_level_id).values(safety=units))

    def balances_broken(self) -> list[int]:
        """Levels of the whole database whose counters differ from their movements and open reservations; empty when the
        books add up."""
        moved = (
            select(func.coalesce(func.sum(MOVEMENT.c.quantity), 0))
            .where(MOVEMENT.c.stock_level_id == LEVEL.c.id)
            .scalar_subquery()
        )
        query = select(LEVEL.c.id).where(
            (LEVEL.c.on_hand != moved)
            | (LEVEL.c.reserved != _promised("order"))
            | (LEVEL.c.preoccupied != _promised("presale"))
        )
        return list(self._session.execute(query.order_by(LEVEL.c.id)).scalars())

    def _give_back(self, state: str, at: datetime, order_ids: Sequence[int]) -> list[Take]:
        ended = self._end(among(RESERVATION.c.order_id, order_ids), state, at) if order_ids else []
        self._promise(ended, -1)
        return ended

    def _end(self, which: Any, state: str, at: datetime) -> list[Take]:
        statement = (
            update(RESERVATION)
            .where(which, RESERVATION.c.state == "open")
            .values(state=state, ended_at=at)
            .returning(*_OF_TAKE)
        )
        return [Take(*row) for row in self._session.execute(statement)]

    def _promise(self, takes: Sequence[Take], sign: int) -> None:
        for claim, counter in _COUNTER.items():
            self._add(counter, _sums((t.stock_level_id, sign * t.quantity) for t in takes if t.claim == claim))

    def _add(self, counter: str, change: Mapping[int, int]) -> None:
        """Add to a counter of several levels where the balance stays sound; the row count is the guard."""
        items = [{"level": level, "by": by} for level, by in sorted(change.items()) if by]
        if not items:
            return
        changes = self._locked(given(self._session, items, level=LEVEL.c.id.type, by=Integer()))
        after = {name: LEVEL.c[name] for name in ("on_hand", "reserved", "preoccupied")}
        after[counter] = LEVEL.c[counter] + changes.c.by
        sound = after["on_hand"] >= after["reserved"] + after["preoccupied"]
        statement = (
            update(LEVEL)
            .where(LEVEL.c.id == changes.c.level, sound, after[counter] >= 0)
            .values({counter: after[counter]})
        )
        changed = self._session.execute(statement)
        if changed.rowcount != len(items):  # type: ignore[attr-defined]  # a CursorResult
            raise StockMoved(f"{counter} of {len(items) - changed.rowcount} stock levels changed meanwhile")  # type: ignore[attr-defined]  # a CursorResult

    def _locked(self, changes: FromClause) -> FromClause:
        """The changes with their rows locked in id order, as ``on_shelf`` locks them: two workers never deadlock."""
        return (
            select(changes)
            .join(LEVEL, LEVEL.c.id == changes.c.level)
            .order_by(LEVEL.c.id)
            .with_for_update(of=LEVEL)
            .subquery("locked")
        )


_OF_TAKE = (
    RESERVATION.c.order_id, RESERVATION.c.order_line_id, RESERVATION.c.stock_level_id, RESERVATION.c.quantity,
    RESERVATION.c.claim, RESERVATION.c.expires_at,
)  # fmt: skip


def _promised(claim: str) -> Any:
    return (
        select(func.coalesce(func.sum(RESERVATION.c.quantity), 0))
        .where(RESERVATION.c.stock_level_id == LEVEL.c.id, RESERVATION.c.state == "open", RESERVATION.c.claim == claim)
        .scalar_subquery()
    )


def _sums(changes: Iterable[tuple[int, int]]) -> dict[int, int]:
    totals: dict[int, int] = {}
    for key, quantity in changes:
        totals[key] = totals.get(key, 0) + quantity
    return totals
