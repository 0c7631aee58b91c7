"""What each book last said of the stock: our partners' and our own, side by side (D2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint, delete, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import UTC_TIME, insert_or_replace, table_of
from models.many import among

OUR_BOOKS: Final = "orderspine"
"""The ``system`` of our own figures, as they stood when they were compared."""


class StockSnapshot(SQLModel, table=True):
    """How many pieces of a SKU a system says that a warehouse has. The newest statement replaces the one before."""

    __tablename__ = "stock_snapshot"
    __table_args__ = (
        UniqueConstraint("company_id", "system", "warehouse_id", "product_id"),
        CheckConstraint("available >= 0 AND locked >= 0", name="not_negative"),
    )

    id: int | None = Field(default=None, primary_key=True)
    company_id: int = Field(foreign_key="company.id")
    system: str = Field(description="Code of the connection that says so, or OUR_BOOKS")
    warehouse_id: int = Field(foreign_key="warehouse.id")
    product_id: int = Field(foreign_key="product.id")
    available: int = Field(sa_type=BigInteger, description="Free to be promised")
    locked: int = Field(sa_type=BigInteger, description="There, but promised")
    read_at: datetime = Field(sa_type=UTC_TIME)


SNAPSHOT = table_of(StockSnapshot)


@dataclass(frozen=True, slots=True)
class Pieces:
    """What is there of one SKU."""

    available: int
    locked: int


def keep_snapshot(
    session: Session, company_id: int, system: str, warehouse_id: int, stated: Mapping[int, Pieces], read_at: datetime
) -> None:
    """Make ``stated`` (by product id) all that ``system`` says of a warehouse; what it names no more is forgotten."""
    mine = (
        SNAPSHOT.c.company_id == company_id,
        SNAPSHOT.c.system == system,
        SNAPSHOT.c.warehouse_id == warehouse_id,
    )
    before = session.execute(select(SNAPSHOT.c.product_id).where(*mine)).scalars()
    gone = set(before) - stated.keys()
    session.execute(delete(SNAPSHOT).where(*mine, among(SNAPSHOT.c.product_id, gone)))
    rows = [
        {
            "company_id": company_id, "system": system, "warehouse_id": warehouse_id, "product_id": product_id,
            "available": pieces.available, "locked": pieces.locked, "read_at": read_at,
        }
        for product_id, pieces in sorted(stated.items())
    ]  # fmt: skip
    if rows:
        unique = ("company_id", "system", "warehouse_id", "product_id")
        session.execute(insert_or_replace(session, SNAPSHOT, unique, tuple(rows[0])), rows)
