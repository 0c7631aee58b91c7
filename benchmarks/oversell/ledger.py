"""What the books say after the crowd has gone: movements, reservations and orders, no counter."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select

from models.base import table_of
from models.company import KitComponent, ProductUnit
from models.inbox import INBOX
from models.lifecycle import HoldKind, Status
from models.order_book import HOLD, LINE, ORDER
from models.stock import LEVEL, MOVEMENT, RESERVATION
from models.work import Work

KIT = table_of(KitComponent)
UNIT = table_of(ProductUnit)
Needs = dict[int, int]
"""Base units by product."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Pieces by the movements, pieces promised by the reservations, and everything that should not be so."""

    orders: int
    served: int
    there: int
    promised: int
    oversold: int
    faults: tuple[str, ...]


def judge(work: Work) -> Verdict:
    """Read the books. Every order must have been decided, and must have all it wants, once, or nothing at all."""
    there = dict(work.rows(select(MOVEMENT.c.stock_level_id, func.sum(MOVEMENT.c.quantity)).group_by(_level)))
    query = select(RESERVATION.c.stock_level_id, func.sum(RESERVATION.c.quantity))
    promised = dict(work.rows(query.where(RESERVATION.c.state == "open").group_by(RESERVATION.c.stock_level_id)))
    oversold = {level: pieces - there.get(level, 0) for level, pieces in promised.items()}
    oversold = {level: pieces for level, pieces in oversold.items() if pieces > 0}
    status = {row.id: Status(row.status) for row in work.rows(select(ORDER.c.id, ORDER.c.status))}
    wanted, held = _wanted(work), _held(work)
    short = set(work.session.execute(select(HOLD.c.order_id).where(_waits_for_stock)).scalars())
    served = {order for order, at in status.items() if at is Status.RESERVED}
    faults = {
        "levels promised beyond what lies there": len(oversold),
        "levels whose counters differ from their rows": len(work.stock.balances_broken()),
        "served orders that hold other goods than they want": sum(held.get(n) != wanted[n] for n in served),
        "orders that hold goods without being served": len(held.keys() - served),
        "orders that nobody decided": len(status.keys() - served - short),
        "orders sent away although their goods lie there": _sent_away(work, wanted, short, there, promised),
        "messages that nobody read": len(work.rows(select(INBOX.c.id).where(INBOX.c.state == "waiting"))),
    }
    return Verdict(
        len(status),
        len(served),
        sum(there.values()),
        sum(promised.values()),
        sum(oversold.values()),
        tuple(f"{count} {what}" for what, count in faults.items() if count),
    )


_level = MOVEMENT.c.stock_level_id
_waits_for_stock = (HOLD.c.kind == HoldKind.STOCK) & HOLD.c.closed_at.is_(None)


def _wanted(work: Work) -> dict[int, Needs]:
    """What every order needs, computed here and not by the hub: kits taken apart, units of measure resolved."""
    parts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in work.rows(select(KIT.c.kit_id, KIT.c.component_id, KIT.c.units)):
        parts[row.kit_id].append((row.component_id, row.units))
    units = {(row.product_id, row.unit): row.units for row in work.rows(select(UNIT))}
    wanted: dict[int, Needs] = defaultdict(lambda: defaultdict(int))
    columns = (LINE.c.order_id, LINE.c.product_id, LINE.c.quantity, LINE.c.unit)
    for order, product, quantity, unit in work.rows(select(*columns).where(LINE.c.state == "good")):
        pieces = quantity * units.get((product, unit), 1)
        for component, each in parts.get(product, [(product, 1)]):
            wanted[order][component] += each * pieces
    return wanted


def _held(work: Work) -> dict[int, Needs]:
    """What every order holds."""
    query = (
        select(RESERVATION.c.order_id, LEVEL.c.product_id, func.sum(RESERVATION.c.quantity))
        .join(LEVEL, LEVEL.c.id == RESERVATION.c.stock_level_id)
        .where(RESERVATION.c.state == "open")
        .group_by(RESERVATION.c.order_id, LEVEL.c.product_id)
    )
    held: dict[int, Needs] = defaultdict(dict)
    for order, product, pieces in work.rows(query):
        held[order][product] = pieces
    return held


def _sent_away(
    work: Work, wanted: dict[int, Needs], short: set[int], there: dict[int, int], promised: dict[int, int]
) -> int:
    """Orders that wait for stock although one warehouse has all of it: a guard that promises nothing is none."""
    free: dict[int, Needs] = defaultdict(dict)
    for level, product, warehouse in work.rows(select(LEVEL.c.id, LEVEL.c.product_id, LEVEL.c.warehouse_id)):
        free[warehouse][product] = there.get(level, 0) - promised.get(level, 0)
    return sum(
        any(all(shelf.get(product, 0) >= units for product, units in wanted[order].items()) for shelf in free.values())
        for order in short
    )
