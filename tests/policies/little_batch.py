"""Facts of small batches, told in few words: two warehouses, plain products, one customer unless said otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from models.reasons import Reason
from policies.decision import OrderDecision
from policies.facts import CustomerFacts, Facts, LineFacts, OrderFacts, ProductFacts, Shelf, WarehouseFacts
from policies.reservation import plan_reservations
from policies.rules import Rules

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOUTH, EAST = WarehouseFacts(1, "SZ-01", "广东省"), WarehouseFacts(2, "SH-01", "上海市")
BUYER = CustomerFacts(1)


def order(order_id: int = 1, *wanted: tuple[int, int], **facts: object) -> OrderFacts:
    """A paid order of one piece of product 1, unless said otherwise; ``wanted`` are (product, quantity)."""
    lines = tuple(line(order_id * 100 + n, q, {p: 1}) for n, (p, q) in enumerate(wanted or ((1, 1),)))
    usual = OrderFacts(order_id, 1, NOON, "CNY", 10_000, lines, paid=True)
    return replace(usual, **facts)  # type: ignore[arg-type]  # fields of the facts


def line(line_id: int, quantity: int, piece: Mapping[int, int], amount_minor: int = 0) -> LineFacts:
    """A line whose every piece takes these units of products: several for a kit."""
    needs = tuple((product, units * quantity) for product, units in piece.items())
    return LineFacts(line_id, f"SKU-{next(iter(piece))}", quantity, needs, amount_minor)


def shelves(**units: int) -> tuple[Shelf, ...]:
    """What is free: ``p1w2=5`` is five pieces of product 1 in warehouse 2, on stock level 12."""
    places = {name: tuple(map(int, name[1:].split("w"))) for name in units}
    return tuple(Shelf(p, w, p * 10 + w, units[name]) for name, (p, w) in places.items())


def batch(
    orders: Sequence[OrderFacts],
    customers: Sequence[CustomerFacts] = (BUYER,),
    warehouses: Sequence[WarehouseFacts] = (SOUTH, EAST),
    categories: Mapping[int, str] | None = None,
    **units: int,
) -> Facts:
    """The facts of a batch."""
    products = {p for o in orders for n in o.lines for p, _ in n.needs} | {s.product_id for s in shelves(**units)}
    named = tuple(ProductFacts(p, f"SKU-{p}", (categories or {}).get(p, "")) for p in sorted(products))
    return Facts(NOON, "Asia/Shanghai", tuple(orders), tuple(customers), named, tuple(warehouses), shelves(**units))


def decide(*orders: OrderFacts, rules: Rules | None = None, **facts: object) -> list[OrderDecision]:
    """Decide a batch with the usual customer and warehouses."""
    return plan_reservations(batch(orders, **facts), rules or Rules())  # type: ignore[arg-type]  # as ``batch``


def holds(decision: OrderDecision) -> list[str]:
    """The kinds of its holds."""
    return [held.kind.value for held in decision.holds]


def codes(reasons: Sequence[Reason]) -> list[str]:
    """What the reasons are called."""
    return [reason.code for reason in reasons]
