"""Who gets which stock from which warehouse: credit and stock decided together for a batch (B1, B2, B5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models.lifecycle import HoldKind
from models.money import Money
from models.reasons import Fact, Reason, to_json
from policies.rules import Credit, Rules


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line that needs stock."""

    line_id: int
    product_id: int
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What is known of an order when it is decided. ``exposure_minor`` is what its customer owes for orders of
    earlier batches."""

    order_id: int
    placed_at: datetime
    promised_on: date | None
    urgent: bool
    region: str
    paid: bool
    currency: str
    amount_minor: int
    grade: str
    risk: str
    credit_limit_minor: int | None
    exposure_minor: int
    lines: tuple[LineFacts, ...]
    customer_id: int = 0

    def to_json(self) -> dict[str, Any]:
        """The stored form: what a replay needs, compact."""
        return {
            "region": self.region, "paid": self.paid, "amount": self.amount_minor, "grade": self.grade,
            "risk": self.risk, "limit": self.credit_limit_minor, "exposure": self.exposure_minor,
            "lines": [[line.line_id, line.sku, line.quantity] for line in self.lines],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class WarehouseFacts:
    """A warehouse that can be chosen."""

    warehouse_id: int
    code: str
    region: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """What can be promised of one product in one warehouse."""

    stock_level_id: int
    available: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """Stock given to a line."""

    line_id: int
    stock_level_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class OrderDecision:
    """What was decided for one order, and why; ``reasons`` include the warehouses that were not chosen.

    ``hold`` is set when the order may not move; ``confirmed`` says that credit was good although stock was short.
    """

    order_id: int
    confirmed: bool
    hold: HoldKind | None
    warehouse_id: int | None = None
    allocations: tuple[Allocation, ...] = ()
    reasons: tuple[Reason, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "confirmed": self.confirmed, "hold": self.hold, "warehouse": self.warehouse_id,
            "lines": [[a.line_id, a.stock_level_id, a.quantity] for a in self.allocations],
            "reasons": to_json(self.reasons),
        }  # fmt: skip


@dataclass(slots=True)
class _World:
    """What is left while the batch is decided, order by order."""

    shelves: dict[tuple[int, int], Shelf]
    left: dict[int, int] = field(default_factory=dict)
    owed: dict[int, int] = field(default_factory=dict)
    """What this batch adds to what each customer owes, in minor units."""

    def available(self, product_id: int, warehouse_id: int) -> int:
        shelf = self.shelves.get((product_id, warehouse_id))
        return self.left.setdefault(shelf.stock_level_id, shelf.available) if shelf else 0


def plan_reservations(
    orders: Sequence[OrderFacts],
    shelves: Mapping[tuple[int, int], Shelf],
    warehouses: Sequence[WarehouseFacts],
    rules: Rules,
) -> list[OrderDecision]:
    """Decide a batch. ``shelves`` is keyed by (product, warehouse); decisions come in the order of ``orders``.

    Scarce stock goes by the stated fairness, not by row order. An order is served whole from one warehouse; what no
    warehouse has whole is short, and takes nothing.
    """
    world = _World(dict(shelves))
    decided = {order.order_id: _decide(order, world, warehouses, rules) for order in sorted(orders, key=_turn(rules))}
    return [decided[order.order_id] for order in orders]


def _turn(rules: Rules) -> Any:
    if rules.reservation.fairness == "promised-date":
        return lambda order: (not order.urgent, order.promised_on or date.max, order.placed_at, order.order_id)
    return lambda order: (not order.urgent, order.placed_at, order.order_id)


def _decide(order: OrderFacts, world: _World, warehouses: Sequence[WarehouseFacts], rules: Rules) -> OrderDecision:
    refusal = _judge_credit(order, world.owed.get(order.customer_id, 0), rules.credit)
    if refusal:
        kind, reason = refusal
        return OrderDecision(order.order_id, confirmed=False, hold=kind, reasons=(reason,))
    passed_over: list[Reason] = []
    for warehouse in _in_turn(order, warehouses, rules):
        short = _what_is_short(order, world, warehouse)
        if short is None:
            return _serve(order, world, warehouse, passed_over)
        passed_over.append(short)
    return OrderDecision(order.order_id, confirmed=True, hold=HoldKind.STOCK, reasons=tuple(passed_over))


def _judge_credit(order: OrderFacts, owed: int, rules: Credit) -> tuple[HoldKind, Reason] | None:
    """Who has a credit limit may order up to it; who has none pays first."""
    if rules.hold_high_risk and order.risk == "high":
        return HoldKind.RISK, Reason("customer-high-risk")
    limit = order.credit_limit_minor
    if limit is None:
        limit = rules.default_limit.get(order.grade)
    if order.paid:
        return None
    if limit is None:
        return HoldKind.PAYMENT, Reason("not-paid")
    total = order.exposure_minor + owed + order.amount_minor
    if total <= limit:
        return None
    exposure = Money(total, order.currency)
    facts = {"limit": str(Money(limit, order.currency)), "exposure": str(exposure)}
    return HoldKind.CREDIT, Reason("credit-over-limit", facts)


def _in_turn(order: OrderFacts, warehouses: Sequence[WarehouseFacts], rules: Rules) -> list[WarehouseFacts]:
    """Preferred warehouses of the region first, then those in the region, then the others by code."""
    preferred = rules.reservation.prefer.get(order.region, [])
    rank = {code: place for place, code in enumerate(preferred)}
    last = len(preferred)
    return sorted(warehouses, key=lambda w: (rank.get(w.code, last), w.region != order.region, w.code))


def _what_is_short(order: OrderFacts, world: _World, warehouse: WarehouseFacts) -> Reason | None:
    wanted: dict[int, int] = {}  # two lines may want the same product
    for line in order.lines:
        wanted[line.product_id] = wanted.get(line.product_id, 0) + line.quantity
        available = world.available(line.product_id, warehouse.warehouse_id)
        if available < wanted[line.product_id]:
            facts: dict[str, Fact] = {
                "sku": line.sku, "wanted": wanted[line.product_id], "available": max(available, 0),
                "warehouse": warehouse.code,
            }  # fmt: skip
            return Reason("stock-short", facts)
    return None


def _serve(order: OrderFacts, world: _World, warehouse: WarehouseFacts, passed_over: Sequence[Reason]) -> OrderDecision:
    if not order.paid:
        world.owed[order.customer_id] = world.owed.get(order.customer_id, 0) + order.amount_minor
    given = []
    for line in order.lines:
        shelf = world.shelves[line.product_id, warehouse.warehouse_id]
        world.left[shelf.stock_level_id] -= line.quantity
        given.append(Allocation(line.line_id, shelf.stock_level_id, line.quantity))
    reasons = (Reason("served-by", {"warehouse": warehouse.code}), *passed_over)
    return OrderDecision(
        order.order_id, confirmed=True, hold=None, warehouse_id=warehouse.warehouse_id, allocations=tuple(given),
        reasons=reasons,
    )  # fmt: skip
