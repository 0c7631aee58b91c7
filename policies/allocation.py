"""Which goods of which warehouse an order gets, from what is left when its turn comes (B2, B4, B5)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.lifecycle import HoldKind, OrderKind
from models.order_number import order_number
from models.reasons import Fact, Reason
from policies.decision import Allocation, Held, Remainder
from policies.facts import Facts, LineFacts, OrderFacts, ProductFacts, WarehouseFacts
from policies.routing import Ranked, Router
from policies.rules import Rules

Needs = Sequence[tuple[int, int]]


class Served(NamedTuple):
    """A warehouse can serve an order, or the part of it that goes first."""

    warehouse: WarehouseFacts
    allocations: tuple[Allocation, ...]
    reasons: tuple[Reason, ...]
    remainder: tuple[Remainder, ...] = ()


class Shelves:
    """What is left on every shelf while a batch is decided."""

    def __init__(self, facts: Facts, products: Mapping[int, ProductFacts], router: Router, rules: Rules) -> None:
        self._levels = {(shelf.product_id, shelf.warehouse_id): shelf.stock_level_id for shelf in facts.shelves}
        self._left = {shelf.stock_level_id: shelf.available for shelf in facts.shelves}
        self._whole = {shelf.stock_level_id: shelf.available + shelf.promised for shelf in facts.shelves}
        self._last_served = {shelf.stock_level_id: shelf.last_served for shelf in facts.shelves}
        self._shorts: dict[tuple[int, int, int, int, int | None], Reason] = {}
        self._products = products
        self._warehouses = facts.warehouses
        self._router = router
        self._rules = rules

    def put_back(self, levels: Needs) -> None:
        """``(stock level, units)`` are free for the order whose turn it is, which has them already."""
        for level, units in levels:
            self._left[level] = self._left.get(level, 0) + units

    def keep(self, levels: Needs) -> None:
        """The reverse: the order gets nothing new and keeps what it has."""
        for level, units in levels:
            self._left[level] -= units

    def allocate(self, order: OrderFacts) -> Served | Held:
        """The best warehouse that has all of it; else a part of it if the rules split; else why nobody can."""
        wanted = total(order.lines)
        passed_over: list[Reason] = []
        ranked = self._router.rank(order)
        for place, candidate in enumerate(ranked):
            refusal = self._refusal(order, candidate.warehouse, wanted)
            if refusal is None:
                return self._serve(order, ranked[place:], passed_over, order.lines)
            passed_over.append(refusal)
        if not ranked:
            return Held(HoldKind.STOCK, (Reason("no-warehouse"),))
        # A deposit is held whole, for its balance to take over from one order; what is fetched is fetched once.
        whole = order.kind is OrderKind.DEPOSIT or bool(order.only_at)
        may_split = self._rules.splitting.mode == "main-first" and not whole
        split = self._split(order, ranked, passed_over) if may_split else None
        return split or Held(HoldKind.STOCK, tuple(passed_over))

    def substitutes(self, order: OrderFacts) -> tuple[Reason, ...]:
        """What could be offered instead of what is short: for a salesperson to suggest, never taken by itself."""
        listed = self._rules.substitutes
        if not listed:
            return ()
        by_sku = {product.sku: product.product_id for product in self._products.values()}
        found: list[Reason] = []
        for line in order.lines:
            for sku in listed.get(line.sku, ()):
                for warehouse in self._warehouses:
                    available = self._available(by_sku.get(sku, 0), warehouse.warehouse_id)
                    if available >= line.quantity:
                        facts: dict[str, Fact] = {
                            "sku": line.sku, "substitute": sku, "available": available, "warehouse": warehouse.code,
                        }  # fmt: skip
                        found.append(Reason("substitute-offered", facts))
        return tuple(found)

    def sku(self, product: int) -> str:
        """The name of a product in reasons."""
        found = self._products.get(product)
        return found.sku if found else f"#{product}"

    def _refusal(self, order: OrderFacts, warehouse: WarehouseFacts, wanted: Needs) -> Reason | None:
        """Why a warehouse cannot serve this part of an order, if it cannot."""
        if self._router.is_full(warehouse, order):
            return Reason("warehouse-full", {"warehouse": warehouse.code})
        for product, units in wanted:
            available = self._available(product, warehouse.warehouse_id)
            if available < units:
                return self._short(order, product, warehouse, units, max(available, 0))
        return None

    def _short(self, order: OrderFacts, product: int, warehouse: WarehouseFacts, wanted: int, available: int) -> Reason:
        """A shelf says the same to everybody who wants as much of it: that there is too little, or that there was
        enough until another order had its turn."""
        level = self._levels.get((product, warehouse.warehouse_id))
        before = self._last_served[level] if level is not None and self._whole[level] >= wanted else None
        before = None if before == order.order_id else before
        key = (product, warehouse.warehouse_id, wanted, available, before)
        known = self._shorts.get(key)
        if known is None:
            facts: dict[str, Fact] = {
                "sku": self.sku(product), "wanted": wanted, "available": available, "warehouse": warehouse.code,
            }  # fmt: skip
            if before is None:
                known = Reason("stock-short", facts)
            else:
                known = Reason("served-before", {**facts, "order": order_number(before)})
            self._shorts[key] = known
        return known

    def _serve(
        self,
        order: OrderFacts,
        ranked: Sequence[Ranked],
        passed_over: Sequence[Reason],
        lines: Sequence[LineFacts],
        remainder: tuple[Remainder, ...] = (),
    ) -> Served:
        """The first of ``ranked`` serves these lines; the others were not needed."""
        chosen = ranked[0].warehouse
        self._router.give(chosen, order)
        given: list[Allocation] = []
        for line in lines:
            for product, units in line.needs:
                level = self._levels[product, chosen.warehouse_id]
                self._left[level] -= units
                self._last_served[level] = order.order_id
                given.append(Allocation(line.line_id, product, level, units))
        return Served(chosen, tuple(given), self._why(ranked, passed_over), remainder)

    def _why(self, ranked: Sequence[Ranked], passed_over: Sequence[Reason]) -> tuple[Reason, ...]:
        """Why this warehouse, why not those before it, and that those after it were not needed."""
        return (*ranked[0].chosen, *passed_over, *[other.not_needed for other in ranked[1:]])

    def _split(self, order: OrderFacts, ranked: Sequence[Ranked], passed_over: Sequence[Reason]) -> Served | None:
        """The main model goes first, with whatever else of the order lies beside it; the rest waits (B4).

        The main line is the one worth most; of equals the first. It goes whole, the others as far as stock reaches.
        """
        main = max(order.lines, key=lambda line: (line.amount_minor, -line.line_id))
        for candidate in ranked:
            if self._refusal(order, candidate.warehouse, main.needs):
                continue
            first, later = self._what_goes(order, main, candidate.warehouse)
            facts: dict[str, Fact] = {
                "warehouse": candidate.warehouse.code, "sku": main.sku, "left": sum(r.quantity for r in later),
            }  # fmt: skip
            because = (Reason("split-main-first", facts), *passed_over)
            return self._serve(order, [candidate], because, first, later)
        return None

    def _what_goes(
        self, order: OrderFacts, main: LineFacts, warehouse: WarehouseFacts
    ) -> tuple[list[LineFacts], tuple[Remainder, ...]]:
        """Whole pieces only: of a kit as many as all its components reach for."""
        left = {product: self._available(product, warehouse.warehouse_id) for product, _ in total(order.lines)}
        going: list[LineFacts] = []
        later: list[Remainder] = []
        for line in [main, *(line for line in order.lines if line is not main)]:
            reach = min(left[product] * line.quantity // units for product, units in line.needs)
            pieces = max(0, min(reach, line.quantity))
            needs = tuple((product, units * pieces // line.quantity) for product, units in line.needs)
            for product, units in needs:
                left[product] -= units
            if pieces:
                going.append(LineFacts(line.line_id, line.sku, pieces, needs, line.amount_minor))
            if pieces < line.quantity:
                later.append(Remainder(line.line_id, line.quantity - pieces))
        return going, tuple(later)

    def _available(self, product: int, warehouse_id: int) -> int:
        level = self._levels.get((product, warehouse_id))
        return 0 if level is None else self._left[level]


def total(lines: Sequence[LineFacts]) -> Needs:
    """What lines need in all, per product: two of them may want the same."""
    if len(lines) == 1:
        return lines[0].needs
    wanted: dict[int, int] = {}
    for line in lines:
        for product, units in line.needs:
            wanted[product] = wanted.get(product, 0) + units
    return tuple(wanted.items())
