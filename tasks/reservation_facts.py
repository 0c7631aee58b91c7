"""Everything that a reservation decision may look at, read in one transaction with the rows that it will change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from models.base import table_of
from models.company import Customer, Product, SalesChannel, Warehouse
from models.lifecycle import OrderKind, Status
from models.many import among
from models.order import Answer
from models.order_book import ASIDE, ORDER
from models.reasons import Reason
from models.shipment import Outbound
from models.stock import LEVEL
from models.work import Work
from policies.allocation import total
from policies.facts import Facts, LineFacts, LookedUp, OrderFacts, ProductFacts, Shelf, WarehouseFacts
from policies.looked_up import looked_up_for
from policies.rules import Rules
from tasks.customer_facts import customers_of
from tasks.needs import Needs
from tasks.presale import waits_for_balance
from tasks.shared_limits import lock_limits

CUSTOMER = table_of(Customer)
CHANNEL = table_of(SalesChannel)
WAREHOUSE = table_of(Warehouse)
PRODUCT = table_of(Product)
OUTBOUND = table_of(Outbound)
ANSWER = table_of(Answer)
UNDECIDED = (Status.RECEIVED.value, Status.CONFIRMED.value)
OPEN = (*UNDECIDED, Status.RESERVED.value)


@dataclass(frozen=True, slots=True)
class ToDecide:
    """Orders of a batch: those that need goods with the facts for it, those whose goods cannot be counted with the
    reasons, and those that have nothing to ship."""

    rows: Mapping[int, Any]
    facts: Facts
    uncounted: Mapping[int, tuple[Reason, ...]]
    nothing_to_ship: tuple[Any, ...]


def load(work: Work, order_ids: Collection[int], rules: Rules) -> ToDecide:
    """Read and lock the orders among ``order_ids`` that are still undecided, and all that their decision needs.

    A deposit whose balance can be decided is left to that: it stays leased until then.
    """
    undecided = _orders().where(among(ORDER.c.id, order_ids), ORDER.c.status.in_(UNDECIDED))
    rows = work.rows(undecided.with_for_update(of=ORDER))
    later = waits_for_balance(work, [row.id for row in rows if row.kind == OrderKind.DEPOSIT])
    rows = [row for row in rows if row.id not in later]
    lock_limits(work, rows, rules)
    return _to_decide(work, rows, rules, lock=True)


def look(work: Work, rules: Rules, only: Collection[int] | None = None) -> ToDecide:
    """The same for a preview under ``rules``, and nothing is locked: every order whose goods no warehouse has been
    asked for yet, or those of ``only``, also those that have their stock."""
    query = _orders().where(ORDER.c.company_id == work.company_id, ORDER.c.status.in_(OPEN))
    if only is not None:
        query = query.where(among(ORDER.c.id, only))
    return _to_decide(work, work.rows(query), rules, lock=False)


def _to_decide(work: Work, rows: Sequence[Any], rules: Rules, *, lock: bool) -> ToDecide:
    goods = _goods(work, rows)
    needs = _needs(work, goods)
    uncounted = needs.uncounted(goods)
    counted = [row for row in rows if row.id in goods and row.id not in uncounted]
    return ToDecide(
        {row.id: row for row in rows},
        _facts(work, counted, goods, needs, rules, lock=lock),
        uncounted,
        tuple(row for row in rows if row.id not in goods),
    )


def _orders() -> Any:
    stated = (column for column in ORDER.c if column.name not in ASIDE)
    columns = (
        *stated,
        CUSTOMER.c.grade,
        CUSTOMER.c.risk,
        CUSTOMER.c.credit_limit_minor,
        CHANNEL.c.fulfilment,
        CHANNEL.c.code.label("channel"),
    )
    return (
        select(*columns)
        .join(CUSTOMER, CUSTOMER.c.id == ORDER.c.customer_id)
        .join(CHANNEL, CHANNEL.c.id == ORDER.c.channel_id)
        .order_by(ORDER.c.id)
    )


def _facts(
    work: Work, rows: Sequence[Any], goods: Mapping[int, Sequence[Any]], needs: Needs, rules: Rules, *, lock: bool
) -> Facts:
    looked_up = looked_up_for(rules)
    offered = _offered(work, looked_up)
    held = _held(work, rows)
    answered = _answered(work, rows)
    served_from = _served_from(work, rows, held)
    orders = tuple(_order(row, goods[row.id], needs, held, answered, served_from) for row in rows)
    wanted = {product for order in orders for line in order.lines for product, _ in line.needs} | offered
    return Facts(
        at=work.now,
        zone=work.zone,
        orders=orders,
        customers=customers_of(work, rows, looked_up),
        products=_products(work, wanted),
        warehouses=_warehouses(work),
        shelves=_shelves(work, orders, wanted, lock=lock),
        looked_up=looked_up,
    )


def _shelves(work: Work, orders: Sequence[OrderFacts], wanted: set[int], *, lock: bool) -> tuple[Shelf, ...]:
    """What lies there of these products, and who was served last where an order may find too little."""
    on_shelf = work.stock.on_shelf(wanted, lock=lock)
    most: dict[int, int] = {}
    for order in orders:
        for product, units in total(order.lines):
            most[product] = max(units, most.get(product, 0))
    scarce = [s.stock_level_id for s in on_shelf if s.promised and s.available < most.get(s.product_id, 0)]
    served = work.stock.last_served(scarce) if scarce else {}
    return tuple(
        Shelf(s.product_id, s.warehouse_id, s.stock_level_id, s.available, s.promised, served.get(s.stock_level_id))
        for s in on_shelf
    )


def _goods(work: Work, rows: Sequence[Any]) -> dict[int, list[Any]]:
    """The lines that need goods, per order that has something to ship."""
    ids = [row.id for row in rows if row.kind != OrderKind.CREDIT]
    return {order_id: lines for order_id, lines in work.orders.lines_of(ids, goods_only=True).items() if lines}


def _needs(work: Work, goods: Mapping[int, Sequence[Any]]) -> Needs:
    return Needs(work, {line.product_id for lines in goods.values() for line in lines})


def _order(
    row: Any,
    lines: Sequence[Any],
    needs: Needs,
    held: Mapping[int, tuple[tuple[int, int], ...]],
    answered: Mapping[int, tuple[str, ...]],
    served_from: Mapping[int, int],
) -> OrderFacts:
    return OrderFacts(
        order_id=row.id,
        customer_id=row.customer_id,
        placed_at=row.placed_at,
        currency=row.currency,
        amount_minor=row.amount_minor,
        lines=tuple(LineFacts(line.id, line.sku, line.quantity, needs.of(line), line.amount_minor) for line in lines),
        kind=OrderKind(row.kind),
        paid=row.paid,
        urgent=row.urgent,
        promised_on=row.promised_on,
        region=row.region,
        country=row.receiver.get("country", "CN"),
        answered=answered.get(row.id, ()),
        only_at=tuple(only for only in (row.pickup_id, row.source_id) if only),
        appointment_at=row.appointment_at,
        gives_back=(*held.get(row.id, ()), *held.get(row.deposit_id, ())),
        completes_deposit=row.deposit_id is not None,
        remark=row.remark,
        served_from=served_from.get(row.id),
    )


def _offered(work: Work, looked_up: LookedUp) -> set[int]:
    """Products that the rules offer instead of others."""
    if not looked_up.offered:
        return set()
    named = among(PRODUCT.c.sku, looked_up.offered)
    query = select(PRODUCT.c.id).where(PRODUCT.c.company_id == work.company_id, named)
    return set(work.session.execute(query).scalars())


def _products(work: Work, wanted: Iterable[int]) -> tuple[ProductFacts, ...]:
    grams = func.coalesce(PRODUCT.c.weight_grams, 0)
    query = select(PRODUCT.c.id, PRODUCT.c.sku, PRODUCT.c.category, grams).where(among(PRODUCT.c.id, wanted))
    return tuple(ProductFacts(*row) for row in work.rows(query.order_by(PRODUCT.c.id)))


def _held(work: Work, rows: Sequence[Any]) -> dict[int, tuple[tuple[int, int], ...]]:
    """What orders of the batch, or deposits that they complete, hold already."""
    deposits = {row.deposit_id for row in rows if row.deposit_id}
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for take in work.stock.held_by([*(row.id for row in rows), *sorted(deposits)]):
        found[take.order_id] = (*found.get(take.order_id, ()), (take.stock_level_id, take.quantity))
    return found


def _served_from(work: Work, rows: Sequence[Any], held: Mapping[int, Sequence[tuple[int, int]]]) -> dict[int, int]:
    """The warehouse where those orders that have their stock for good have it."""
    first = {row.id: held[row.id][0][0] for row in rows if row.status == Status.RESERVED and row.id in held}
    if not first:
        return {}
    levels = dict(work.rows(select(LEVEL.c.id, LEVEL.c.warehouse_id).where(among(LEVEL.c.id, set(first.values())))))
    return {order_id: levels[level] for order_id, level in first.items()}


def _answered(work: Work, rows: Sequence[Any]) -> dict[int, tuple[str, ...]]:
    """The questions that people answered with yes for the version that stands."""
    query = (
        select(ANSWER.c.order_id, ANSWER.c.question)
        .join(ORDER, ORDER.c.id == ANSWER.c.order_id)
        .where(among(ANSWER.c.order_id, [row.id for row in rows]))
        .where(ANSWER.c.verdict == "yes", ANSWER.c.version == ORDER.c.version)
        .order_by(ANSWER.c.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for order_id, question in work.rows(query):
        found[order_id] = (*found.get(order_id, ()), question)
    return found


def _warehouses(work: Work) -> tuple[WarehouseFacts, ...]:
    """The company's warehouses, and how many more orders each can ship on this day of the company's calendar."""
    query = select(WAREHOUSE.c.id, WAREHOUSE.c.code, WAREHOUSE.c.region, WAREHOUSE.c.orders_a_day)
    rows = work.rows(query.where(WAREHOUSE.c.company_id == work.company_id).order_by(WAREHOUSE.c.id))
    given: dict[int, int] = {}
    if any(row.orders_a_day is not None for row in rows):
        midnight = work.now.astimezone(ZoneInfo(work.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        planned = select(OUTBOUND.c.warehouse_id, func.count()).where(
            among(OUTBOUND.c.warehouse_id, [row.id for row in rows]), OUTBOUND.c.planned_at >= midnight,
            OUTBOUND.c.state != "cancelled",
        )  # fmt: skip
        given = dict(work.rows(planned.group_by(OUTBOUND.c.warehouse_id)))
    return tuple(
        WarehouseFacts(
            row.id,
            row.code,
            row.region,
            row.orders_a_day,
            None if row.orders_a_day is None else row.orders_a_day - given.get(row.id, 0),
        )
        for row in rows
    )
