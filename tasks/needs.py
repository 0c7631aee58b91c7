"""What goods take from the shelves: units of measure and kits resolved to base units of products (B3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from models.base import table_of
from models.company import KitComponent, ProductUnit
from models.many import among
from models.reasons import Reason
from models.work import Work

KIT = table_of(KitComponent)
UNIT = table_of(ProductUnit)
UNIT_UNKNOWN = "unit-unknown"


def needs_of(work: Work, goods: Sequence[tuple[int, str, int]]) -> list[tuple[int, int]]:
    """What goods, ``(product id, unit, quantity)``, take from the shelves: ``(product id, base units)``; what is in a
    unit that is not known is left out."""
    needs = Needs(work, {product_id for product_id, _, _ in goods})
    return [need for some in goods if needs.knows(*some[:2]) for need in needs.of_product(*some)]


class Needs:
    """The units and kits of some products, and what lines of these take."""

    def __init__(self, work: Work, products: set[int]) -> None:
        self._components: dict[int, list[tuple[int, int]]] = {}
        kits = select(KIT.c.kit_id, KIT.c.component_id, KIT.c.units).where(among(KIT.c.kit_id, products))
        for kit, component, units in work.rows(kits.order_by(KIT.c.id)):
            self._components.setdefault(kit, []).append((component, units))
        query = select(UNIT.c.product_id, UNIT.c.unit, UNIT.c.units).where(among(UNIT.c.product_id, products))
        self._units = {(product, unit): units for product, unit, units in work.rows(query)}

    def knows(self, product_id: int, unit: str) -> bool:
        """Whether the product can be counted in that unit; ``""`` is the base unit."""
        return not unit or (product_id, unit) in self._units

    def uncounted(self, goods: Mapping[int, Sequence[Any]]) -> dict[int, tuple[Reason, ...]]:
        """Those of the orders, lines by order, with a line in a unit that its product no longer has, and why."""
        found: dict[int, tuple[Reason, ...]] = {}
        for order_id, lines in goods.items():
            for line in lines:
                if not self.knows(line.product_id, line.unit):
                    unknown = Reason(UNIT_UNKNOWN, {"sku": line.sku, "unit": line.unit})
                    found[order_id] = (*found.get(order_id, ()), unknown)
        return found

    def of(self, line: Any) -> tuple[tuple[int, int], ...]:
        """What a line takes. Its unit is known: see ``uncounted``."""
        return self.of_product(line.product_id, line.unit, line.quantity)

    def of_product(self, product_id: int, unit: str, quantity: int) -> tuple[tuple[int, int], ...]:
        """What so many of a product take, in a unit that is known."""
        pieces = quantity * (self._units[product_id, unit] if unit else 1)
        kit = self._components.get(product_id)
        if kit is None:
            return ((product_id, pieces),)
        return tuple((component, units * pieces) for component, units in kit)
