"""The day as our own policy decides it: the facts, the decisions, and what became of each order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.brunel.workbook import Day
from policies.decision import OrderDecision
from policies.facts import CustomerFacts, Facts, LineFacts, OrderFacts, ProductFacts, Shelf, WarehouseFacts
from policies.reservation import plan_reservations
from policies.rules import Routing, Rules, Weights

NOON = datetime(2013, 5, 26, 12, tzinfo=UTC)
NOBODY = 0
PLENTY = 10**9
Costs = Mapping[int, Mapping[str, int]]
"""Cents by plant that may serve it, for each order by its place in the day."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Which plant serves which order, and what that costs in cents."""

    plants: Mapping[int, str]
    cents: int


def rules(room: int, cost: int) -> Rules:
    """First come, first served; how much it counts that a plant has room, and that it is cheap."""
    return Rules(routing=Routing(weights=Weights(region=0, days=0, capacity=room, cost=cost)))


def costs_of(day: Day) -> Costs:
    """For every order."""
    return {n: day.costs(order) for n, order in enumerate(day.orders)}


def facts_of(day: Day, costs: Costs) -> Facts:
    """Each order is one line of one product. What binds a plant besides its capacity, the product, the customer, the
    way, is said as the warehouses that may serve the order; its cost there is its freight."""
    place = {plant.code: n for n, plant in enumerate(day.plants, start=1)}
    products = sorted({order.product for order in day.orders})
    customers = {code: n for n, code in enumerate(sorted({order.customer for order in day.orders}))}
    orders = [
        OrderFacts(
            n, customers[order.customer], NOON, "USD", 0,
            (LineFacts(n, str(order.product), order.units, ((order.product, order.units),)),),
            paid=True,
            only_at=tuple(place[code] for code in costs[n]) or (NOBODY,),
            freight=tuple((place[code], cents) for code, cents in costs[n].items()),
        )
        for n, order in enumerate(day.orders)
    ]  # fmt: skip
    shelves = [
        Shelf(product, place[plant.code], product * 100 + place[plant.code], PLENTY)
        for plant in day.plants
        for product in sorted(plant.products)
    ]
    return Facts(
        NOON,
        "UTC",
        tuple(orders),
        tuple(CustomerFacts(n) for n in customers.values()),
        tuple(ProductFacts(product, str(product)) for product in products),
        tuple(WarehouseFacts(place[p.code], p.code, "", p.orders_a_day, p.orders_a_day) for p in day.plants),
        tuple(shelves),
    )


def routed(day: Day, costs: Costs, policy: Rules) -> tuple[Assigned, list[OrderDecision]]:
    """Decide the day in one batch."""
    decided = plan_reservations(facts_of(day, costs), policy)
    codes = {n: plant.code for n, plant in enumerate(day.plants, start=1)}
    plants = {decision.order_id: codes[decision.warehouse_id] for decision in decided if decision.warehouse_id}
    return Assigned(plants, sum(costs[n][code] for n, code in plants.items())), decided
