"""Credit and stock for a batch of orders, in one decision and one transaction (B1, B2)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from models.base import chunks, table_of
from models.bulk import insert_numbered, insert_rows
from models.company import Customer, SalesChannel, Warehouse
from models.decision import Decision
from models.event import hash_inputs
from models.lifecycle import LineKind, Move, OrderKind, Status, Step
from models.order_book import ORDER, Stop
from models.outbox import Owed
from models.reasons import Reason
from models.shipment import Outbound, OutboundLine
from models.stock import Take
from models.work import Work
from policies.lifecycle import plan_move
from policies.reservation import (
    LineFacts,
    OrderDecision,
    OrderFacts,
    Shelf,
    WarehouseFacts,
    plan_reservations,
)
from policies.rules import Rules
from tasks.connections import Connections, connections
from tasks.hub import Batch, hub_task, tell, unit_of_work

CUSTOMER = table_of(Customer)
CHANNEL = table_of(SalesChannel)
WAREHOUSE = table_of(Warehouse)
DECISION = table_of(Decision)
OUTBOUND = table_of(Outbound)
OUTBOUND_LINE = table_of(OutboundLine)
UNDECIDED = (Status.RECEIVED.value, Status.CONFIRMED.value)


@dataclass(frozen=True, slots=True)
class Reserved:
    """How many orders of a batch ended how; ``held`` counts by kind of hold."""

    orders: int
    reserved: int
    nothing_to_ship: int
    held: Mapping[str, int] = field(default_factory=dict)


@hub_task
async def reserve_orders(batch: Batch, rules: Rules) -> Reserved:
    """Check credit and reserve stock for a claimed batch of orders.

    One transaction; running it again changes nothing. Raises ``StockMoved`` or ``OrderMoved`` when the world moved
    meanwhile, and is then run again.
    """
    with unit_of_work() as work:
        orders = _still_undecided(work, batch)
        lines = work.orders.lines_of([order.id for order in orders])
        to_ship = [order for order in orders if _ships(order, lines[order.id])]
        facts = _facts(work, to_ship, lines)
        shelves = _shelves(work, facts)
        warehouses = _warehouses(work)
        decided = plan_reservations(facts, shelves, warehouses, rules)
        seen = {fact.order_id: hash_inputs(fact.to_json()) for fact in facts}
        decisions = _remember(work, facts, seen, decided)
        work.stock.take([take for decision in decided for take in _takes(decision)], work.now)
        work.orders.advance(_moves(work, to_ship, decided), inputs_hash=seen, decisions=decisions)
        work.orders.hold(_stops(decided), decisions=decisions)
        nothing = [order for order in orders if not _ships(order, lines[order.id])]
        work.orders.advance([_close(work, order) for order in nothing])
        _ask_partners(work, to_ship, decided, connections())
    held = Counter(str(decision.hold) for decision in decided if decision.hold)
    done = Reserved(len(orders), sum(1 for d in decided if d.hold is None), len(nothing), dict(held))
    tell("%d orders: %d reserved, held: %s", done.orders, done.reserved, dict(held) or "none")
    return done


def _still_undecided(work: Work, batch: Batch) -> list[Any]:
    columns = (*ORDER.c, CUSTOMER.c.grade, CUSTOMER.c.risk, CUSTOMER.c.credit_limit_minor, CHANNEL.c.fulfilment)
    query = (
        select(*columns)
        .join(CUSTOMER, CUSTOMER.c.id == ORDER.c.customer_id)
        .join(CHANNEL, CHANNEL.c.id == ORDER.c.channel_id)
        .where(ORDER.c.id.in_(batch.ids), ORDER.c.status.in_(UNDECIDED))
        .order_by(ORDER.c.id)
        .with_for_update(of=ORDER)
    )
    return work.rows(query)


def _ships(order: Any, lines: Sequence[Any]) -> bool:
    return order.kind != OrderKind.CREDIT and any(line.kind == LineKind.GOODS for line in lines)


def _facts(work: Work, orders: Sequence[Any], lines: Mapping[int, Sequence[Any]]) -> list[OrderFacts]:
    exposure = _exposure(work, {order.customer_id for order in orders if not order.paid})
    return [
        OrderFacts(
            order_id=order.id,
            placed_at=order.placed_at,
            promised_on=order.promised_on,
            urgent=order.urgent,
            region=order.region,
            paid=order.paid,
            currency=order.currency,
            amount_minor=order.amount_minor,
            grade=order.grade,
            risk=order.risk,
            credit_limit_minor=order.credit_limit_minor,
            exposure_minor=exposure.get(order.customer_id, 0),
            customer_id=order.customer_id,
            lines=tuple(
                LineFacts(line.id, line.product_id, line.sku, line.quantity)
                for line in lines[order.id]
                if line.kind == LineKind.GOODS
            ),
        )
        for order in orders
    ]


def _exposure(work: Work, customers: set[int]) -> dict[int, int]:
    """What these customers owe for orders that are promised or on their way, and not paid."""
    owing = (Status.RESERVED, Status.RELEASED, Status.PICKED, Status.SHIPPED, Status.DELIVERED)
    found: dict[int, int] = {}
    for chunk in chunks(sorted(customers)):
        query = (
            select(ORDER.c.customer_id, func.sum(ORDER.c.amount_minor))
            .where(ORDER.c.customer_id.in_(chunk), ORDER.c.paid.is_(False), ORDER.c.status.in_([str(s) for s in owing]))
            .group_by(ORDER.c.customer_id)
        )
        found.update({customer: int(owed) for customer, owed in work.rows(query)})
    return found


def _shelves(work: Work, facts: Sequence[OrderFacts]) -> dict[tuple[int, int], Shelf]:
    wanted = {line.product_id for fact in facts for line in fact.lines}
    return {
        (shelf.product_id, shelf.warehouse_id): Shelf(shelf.stock_level_id, shelf.available)
        for shelf in work.stock.on_shelf(wanted)
    }


def _warehouses(work: Work) -> list[WarehouseFacts]:
    query = select(WAREHOUSE.c.id, WAREHOUSE.c.code, WAREHOUSE.c.region)
    return [WarehouseFacts(*row) for row in work.rows(query.where(WAREHOUSE.c.company_id == work.company_id))]


def _remember(
    work: Work, facts: Sequence[OrderFacts], seen: Mapping[int, str], decided: Sequence[OrderDecision]
) -> dict[int, int]:
    """Write what was seen and decided; the id of the decision per order."""
    rows = [
        {
            "company_id": work.company_id,
            "kind": "reserve",
            "order_id": fact.order_id,
            "subject": "",
            "policy_version": work.run.policy_version,
            "facts": fact.to_json(),
            "facts_hash": seen[fact.order_id],
            "result": decision.to_json(),
            "flow_run_id": work.run.flow_run_id,
            "decided_at": work.now,
        }
        for fact, decision in zip(facts, decided, strict=True)
    ]
    ids = insert_numbered(work.session, DECISION, rows)
    return {fact.order_id: decision_id for fact, decision_id in zip(facts, ids, strict=True)}


def _takes(decision: OrderDecision) -> list[Take]:
    return [Take(decision.order_id, a.line_id, a.stock_level_id, a.quantity) for a in decision.allocations]


def _moves(work: Work, orders: Sequence[Any], decided: Sequence[OrderDecision]) -> list[Move]:
    moves = []
    for order, decision in zip(orders, decided, strict=True):
        steps = []
        if decision.confirmed and order.status == Status.RECEIVED:
            steps.append(Step(Status.CONFIRMED, work.now))
        if decision.hold is None:
            steps.append(Step(Status.RESERVED, work.now, decision.reasons))
        if steps:
            moves.append(plan_move(order.id, Status(order.status), steps))
    return moves


def _stops(decided: Sequence[OrderDecision]) -> list[Stop]:
    return [Stop(decision.order_id, decision.hold, decision.reasons) for decision in decided if decision.hold]


def _close(work: Work, order: Any) -> Move:
    code = "credit-document" if order.kind == OrderKind.CREDIT else "nothing-to-ship"
    return plan_move(order.id, Status(order.status), [Step(Status.COMPLETED, work.now, (Reason(code),))])


def _ask_partners(work: Work, orders: Sequence[Any], decided: Sequence[OrderDecision], connected: Connections) -> None:
    """Plan the outbound of each order that the hub ships, and owe the carrier and the ERP their messages."""
    ours = [
        (order, decision)
        for order, decision in zip(orders, decided, strict=True)
        if decision.hold is None and order.fulfilment == "hub"
    ]
    rows = [
        {
            "order_id": order.id,
            "warehouse_id": decision.warehouse_id,
            "outbound_no": outbound_number(order.id),
            "state": "planned",
            "carrier": connected.carrier[0].code if connected.carrier else "",
            "planned_at": work.now,
        }
        for order, decision in ours
    ]
    ids = insert_numbered(work.session, OUTBOUND, rows)
    goods = [
        {"outbound_id": outbound_id, "order_line_id": a.line_id, "quantity": a.quantity, "shipped": 0}
        for outbound_id, (_, decision) in zip(ids, ours, strict=True)
        for a in decision.allocations
    ]
    insert_rows(work.session, OUTBOUND_LINE, goods)
    owed: list[dict[str, Any]] = []
    for outbound_id, (order, _) in zip(ids, ours, strict=True):
        common = {"order_id": order.id, "region": order.region, "payload": {"outbound_id": outbound_id}}
        number = outbound_number(order.id)
        if connected.carrier:
            code = connected.carrier[0].code
            owed.append({**common, "kind": Owed.WAYBILL, "connection": code, "idempotency_key": f"waybill:{number}"})
        if connected.erp:
            code = connected.erp[0].code
            key = f"erp-order:{number}"
            owed.append({**common, "kind": Owed.ERP_ORDER, "connection": code, "idempotency_key": key, "region": ""})
    work.outbox.add(owed)


def outbound_number(order_id: int) -> str:
    """Our number of an order's outbound: what the warehouse and the carrier know it by."""
    return f"OUT{order_id:010d}"
