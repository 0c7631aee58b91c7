"""A stock count: the books say what lies there, and promises that it does not cover are given back first (B3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.lifecycle import Bucket, HoldKind
from models.many import among
from models.order_book import ORDER, Stop
from models.order_number import order_number
from models.reasons import Fact, Reason
from models.stock import RESERVATION, Cause
from models.work import Work
from policies.facts import CustomerFacts, OrderFacts
from policies.shortfall import Promised, Shortfall, plan_shortfall
from tasks.hub import current_rules, unit_of_work
from tasks.reservation_facts import CUSTOMER
from tasks.shelf.again import again_if_moved
from tasks.shelf.find import CannotMoveStock, level_named
from tasks.shelf.give_back import give_back, orders_at_work
from tasks.waiting import decide_again


@dataclass(frozen=True, slots=True)
class Counted:
    """What the count changed: pieces ``before`` and ``now`` in the books, and the orders that it touched.

    ``losing`` hold nothing any more. For ``in_doubt``, which a warehouse is working on, ``missing`` pieces are not
    there: the books keep them until those orders have left or are stopped; then it is counted again.
    """

    before: int
    now: int
    losing: tuple[str, ...] = ()
    in_doubt: tuple[str, ...] = ()
    missing: int = 0
    orders_freed: int = 0


@again_if_moved
def count(sku: str, warehouse: str, counted: int, reference: str, by: str, bucket: Bucket = Bucket.SELLABLE) -> Counted:
    """Book what somebody counted, once per reference. Raises ``CannotMoveStock``."""
    if counted < 0:
        raise CannotMoveStock(f"Nobody counts {counted} pieces.")
    if bucket is Bucket.IN_TRANSIT:
        raise CannotMoveStock("What is on its way is not counted: book it in, or call it off.")
    with unit_of_work(by) as work:
        level = level_named(work, sku, warehouse, bucket)
        holders = lock_holders(work, level)
        before = int(work.stock.read(level).on_hand)
        if work.stock.moved(level, Cause.COUNTED, reference):
            return Counted(before, before)
        facts: dict[str, Fact] = {"sku": sku, "warehouse": warehouse, "counted": counted}
        plan, lost = give_up(work, level, holders, counted, facts)
        now = counted + plan.missing
        if now != before:
            work.stock.move([(level, now - before, reference)], Cause.COUNTED, work.now)
        touched = lost | ({level} if now > before else set())
        freed = decide_again(work, touched, (Reason("stock-counted", facts),)) if touched else []
        names = [tuple(map(order_number, ids)) for ids in (plan.losing, plan.in_doubt)]
        return Counted(before, now, names[0], names[1], plan.missing, len(freed))


def give_up(
    work: Work, level: int, holders: Mapping[int, Any], left: int, facts: Mapping[str, Fact]
) -> tuple[Shortfall, set[int]]:
    """Only so many pieces are ``left`` of a level: those last in turn lose what is not covered, and orders in doubt get
    their hold. Which orders those are, and the other levels that are free again."""
    plan = _shortfall(work, level, holders, left)
    lost = give_back(work, plan.losing, (Reason("lost-by-count", facts),)) if plan.losing else []
    doubt = Reason("missing-at-warehouse", {**facts, "missing": plan.missing})
    work.orders.hold([Stop(order_id, HoldKind.STOCK, (doubt,)) for order_id in plan.in_doubt])
    return plan, {take.stock_level_id for take in lost} - {level}


def lock_holders(work: Work, level: int) -> Mapping[int, Any]:
    """The orders that hold something of this level, locked before it, as every step locks them."""
    query = select(RESERVATION.c.order_id).where(RESERVATION.c.stock_level_id == level, RESERVATION.c.state == "open")
    ids = set(work.session.execute(query).scalars())
    rows = select(ORDER, CUSTOMER.c.grade).join(CUSTOMER, CUSTOMER.c.id == ORDER.c.customer_id)
    locked = rows.where(among(ORDER.c.id, ids)).order_by(ORDER.c.id).with_for_update(of=ORDER)
    return {row.id: row for row in work.rows(locked)}


def _shortfall(work: Work, level: int, holders: Mapping[int, Any], counted: int) -> Shortfall:
    units: dict[int, int] = {}
    for take in work.stock.held_by(sorted(holders)):
        if take.stock_level_id == level:
            units[take.order_id] = units.get(take.order_id, 0) + take.quantity
    at_work = orders_at_work(work, units) if sum(units.values()) > counted else set()
    promised = [Promised(_facts(holders[order_id]), n, order_id in at_work) for order_id, n in units.items()]
    return plan_shortfall(promised, counted, _customers(holders.values()), current_rules().reservation)


def _facts(row: Any) -> OrderFacts:
    return OrderFacts(
        row.id, row.customer_id, row.placed_at, row.currency, row.amount_minor, (), urgent=row.urgent,
        promised_on=row.promised_on,
    )  # fmt: skip


def _customers(rows: Collection[Any]) -> dict[int, CustomerFacts]:
    return {row.customer_id: CustomerFacts(row.customer_id, row.grade) for row in rows}
