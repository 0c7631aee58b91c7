"""Which warehouse serves an order: a weighted score per warehouse, and a reason for each that was not chosen (B5).

A score is the sum of four marks from 0 to 10, each times its weight in ``[routing.weights]``:

- region: 10 for the province's first preferred warehouse, one less for each further one, 5 for one that stands there;
- days: 10 less the days of the lane, so that a day more is a mark less;
- capacity: tenths of today's capacity that are left, 10 for a warehouse that has no limit;
- cost: 10 for the cheapest way, proportionally less for dearer ones, 0 for one without a rate; 10 for all where no
  freight is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.money import Money
from models.reasons import Fact, Reason
from policies.facts import OrderFacts, WarehouseFacts
from policies.freight import Freight
from policies.promise import Lanes
from policies.rules import Routing


@dataclass(frozen=True, slots=True)
class Ranked:
    """A warehouse in its place, with what is said of it if it serves the order, and if another before it does."""

    warehouse: WarehouseFacts
    score: int
    chosen: tuple[Reason, ...]
    not_needed: Reason


class Router:
    """Ranks the warehouses for the orders of one batch, and counts their capacity down as orders are given to them."""

    def __init__(self, warehouses: Sequence[WarehouseFacts], rules: Routing, lanes: Lanes, freight: Freight) -> None:
        self._warehouses = sorted(warehouses, key=lambda warehouse: warehouse.code)
        self._rules = rules
        self._lanes = lanes
        self._freight = freight
        self._left = {w.warehouse_id: w.capacity_left for w in warehouses if w.capacity_left is not None}
        self._known: dict[object, tuple[Ranked, ...]] = {}

    def rank(self, order: OrderFacts) -> tuple[Ranked, ...]:
        """The warehouses that may serve the order, best first; equals by code. Full ones are among them."""
        tenths = tuple(map(self._tenths, self._warehouses)) if self._left else ()
        freight = self._freight.of(order) if self._rules.weights.cost else ()
        key = (order.region, order.country, order.only_at, freight, order.currency, tenths)
        ranked = self._known.get(key)
        if ranked is None:
            ranked = self._known[key] = self._ranked(order, dict(freight), tenths)
        return ranked

    def is_full(self, warehouse: WarehouseFacts, order: OrderFacts) -> bool:
        """Whether today's capacity is used up and the order has no place in it."""
        full = bool(self._left) and self._left.get(warehouse.warehouse_id, 1) <= 0
        return full and warehouse.warehouse_id != order.served_from

    def give(self, warehouse: WarehouseFacts, order: OrderFacts) -> None:
        """One more order goes to this warehouse today, unless it is there already."""
        if warehouse.warehouse_id in self._left and warehouse.warehouse_id != order.served_from:
            self._left[warehouse.warehouse_id] -= 1

    def _tenths(self, warehouse: WarehouseFacts) -> int:
        left = self._left.get(warehouse.warehouse_id)
        return 10 if left is None or not warehouse.capacity else max(0, min(10, 10 * left // warehouse.capacity))

    def _ranked(self, order: OrderFacts, freight: Mapping[int, int], tenths: tuple[int, ...]) -> tuple[Ranked, ...]:
        weights = self._rules.weights
        preferred = self._rules.prefer.get(order.region, ())
        marks = dict(zip((w.warehouse_id for w in self._warehouses), tenths, strict=True)) if tenths else {}
        scored: list[tuple[int, WarehouseFacts]] = []
        for warehouse in self._warehouses:
            if order.only_at and warehouse.warehouse_id not in order.only_at:
                continue
            days = self._lanes.days(warehouse.region, order.region, order.country)
            score = (
                weights.region * _region_mark(warehouse, order.region, preferred)
                + weights.days * max(0, 10 - days)
                + weights.capacity * marks.get(warehouse.warehouse_id, 10)
                + weights.cost * _cost_mark(warehouse, freight)
            )
            scored.append((score, warehouse))
        scored.sort(key=lambda entry: -entry[0])  # stable: equals stay in the order of their codes
        return tuple(_ranked(warehouse, score, _way(warehouse, freight, order.currency)) for score, warehouse in scored)


def _region_mark(warehouse: WarehouseFacts, region: str, preferred: Sequence[str]) -> int:
    if warehouse.code in preferred:
        return max(6, 10 - preferred.index(warehouse.code))
    return 5 if region and warehouse.region == region else 0


def _cost_mark(warehouse: WarehouseFacts, freight: Mapping[int, int]) -> int:
    if not freight:
        return 10
    cost = freight.get(warehouse.warehouse_id)
    if cost is None:
        return 0
    return 10 * min(freight.values()) // cost if cost else 10


def _way(warehouse: WarehouseFacts, freight: Mapping[int, int], currency: str) -> tuple[Reason, ...]:
    """What the way from there costs, and how much the cheapest would."""
    cost = freight.get(warehouse.warehouse_id)
    if cost is None:
        return ()
    least = min(freight.values())
    facts: dict[str, Fact] = {"warehouse": warehouse.code, "freight": str(Money(cost, currency))}
    if cost == least:
        return (Reason("freight-cheapest", facts),)
    return (Reason("freight-dearer", {**facts, "cheapest": str(Money(least, currency))}),)


def _ranked(warehouse: WarehouseFacts, score: int, way: tuple[Reason, ...]) -> Ranked:
    facts: dict[str, Fact] = {"warehouse": warehouse.code, "score": score}
    return Ranked(warehouse, score, (Reason("served-by", facts), *way), Reason("warehouse-ranked-lower", facts))
