"""What the way of an order costs from each warehouse: the rates of ``[routing] freight`` (B5)."""

from collections.abc import Mapping, Sequence

from policies.facts import OrderFacts, ProductFacts, WarehouseFacts
from policies.rules import FreightRate

_KILOGRAM = 1_000


class Freight:
    """The rates, ready to be asked often."""

    def __init__(
        self,
        rates: Sequence[FreightRate],
        warehouses: Sequence[WarehouseFacts],
        products: Mapping[int, ProductFacts],
    ) -> None:
        self._rates = {(rate.origin, rate.to): rate for rate in rates}
        self._warehouses = warehouses
        self._products = products

    def of(self, order: OrderFacts) -> tuple[tuple[int, int], ...]:
        """``(warehouse id, minor units)`` where it is known: by the rate to the receiver's region, else to their
        country. A kilogram that is begun counts whole, a product without a weight nothing. What the order says itself
        goes before the rates."""
        if order.freight or not self._rates:
            return order.freight
        grams = sum(self._products[product].grams * units for line in order.lines for product, units in line.needs)
        kilograms = -(-grams // _KILOGRAM)
        found = ((w.warehouse_id, self._rate(w.region, order)) for w in self._warehouses)
        return tuple((w, rate.parcel_minor + kilograms * rate.kilogram_minor) for w, rate in found if rate)

    def _rate(self, origin: str, order: OrderFacts) -> FreightRate | None:
        return self._rates.get((origin, order.region)) or self._rates.get((origin, order.country))
