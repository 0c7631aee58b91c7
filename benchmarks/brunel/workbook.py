"""One day of a chip maker as its workbook tells it: 9,215 orders, 19 plants and what binds them.

"Supply Chain Logistics Problem Dataset", Brunel University London, CC BY 4.0, doi 10.17633/rd.brunel.7558679. Money is
in dollars there and in cents here.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

CUSTOMER_COLLECTS = "CRF"
"""The service under which the customer arranges the way, and pays for it."""
_GOES_FAR_ENOUGH = {"DTD": {"DTD"}, "DTP": {"DTD", "DTP"}}
"""Door to door also reaches the port."""


@dataclass(frozen=True, slots=True)
class DayOrder:
    """One order. ``plant`` is the one that served it, or was meant to, on the day itself."""

    number: float
    customer: str
    product: int
    units: int
    weight: float
    service: str
    plant: str


@dataclass(frozen=True, slots=True)
class Rate:
    """What a carrier asks by air from a port: a price for each kilogram, but not less than a minimum, in cents."""

    service: str
    lightest: float
    heaviest: float
    minimum: float
    per_kilogram: float


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant. ``customers`` are the only ones that it serves; empty means all."""

    code: str
    orders_a_day: int
    cents_a_unit: float
    ports: tuple[str, ...]
    products: frozenset[int]
    customers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Day:
    """Everything about the day, orders by their number."""

    orders: tuple[DayOrder, ...]
    plants: tuple[Plant, ...]
    rates: Mapping[str, Sequence[Rate]]
    """By the port that they start from; all end in the one port where all orders go."""

    def costs(self, order: DayOrder) -> dict[str, int]:
        """Cents by plant, freight and warehouse, for each plant that may serve the order: it makes the product, serves
        the customer, and a carrier takes the weight from its port."""
        found = {}
        for plant in self.plants:
            if order.product in plant.products and (not plant.customers or order.customer in plant.customers):
                freight = self.freight(order, plant)
                if freight is not None:
                    found[plant.code] = round(freight + plant.cents_a_unit * order.units)
        return found

    def freight(self, order: DayOrder, plant: Plant) -> float | None:
        """The cheapest way from any of the plant's ports, if there is one."""
        if order.service == CUSTOMER_COLLECTS:
            return 0
        weight = round(order.weight, 2)  # the bands of the tariff leave gaps of a hundredth
        asked = [
            max(rate.minimum, rate.per_kilogram * order.weight)
            for port in plant.ports
            for rate in self.rates.get(port, ())
            if rate.service in _GOES_FAR_ENOUGH[order.service] and rate.lightest <= weight <= rate.heaviest
        ]
        return min(asked, default=None)


def read_day(workbook: Path) -> Day:
    """Read it. Lorries are left out: their rate is for a whole one, and only one plant has goods near any."""
    sheets = load_workbook(workbook, read_only=True, data_only=True)
    ports, products, customers = (_grouped(sheets, name) for name in ("PlantPorts", "ProductsPerPlant", "VmiCustomers"))
    cents = {row[0]: row[1] * 100 for row in _rows(sheets, "WhCosts")}
    rates: dict[str, list[Rate]] = defaultdict(list)
    for _, port, _, lightest, heaviest, service, minimum, rate, mode, *_ in _rows(sheets, "FreightRates"):
        if mode.strip() == "AIR":
            rates[port].append(Rate(service, lightest, heaviest, minimum * 100, rate * 100))
    return Day(
        tuple(sorted((_order(row) for row in _rows(sheets, "OrderList")), key=lambda order: order.number)),
        tuple(
            Plant(
                code, capacity, cents[code], tuple(ports[code]), frozenset(products[code]), frozenset(customers[code])
            )
            for code, capacity, *_ in sorted(map(tuple, _rows(sheets, "WhCapacities")))
        ),
        rates,
    )


def _order(row: Sequence[Any]) -> DayOrder:
    number, _, _, _, _, service, _, _, customer, product, plant, _, units, weight = row
    return DayOrder(number, customer, product, units, weight, service, plant)


def _rows(sheets: Any, name: str) -> Iterator[Sequence[Any]]:
    """Without the heading; sheets end in empty rows."""
    rows = iter(sheets[name].iter_rows(values_only=True))
    next(rows)
    return (row for row in rows if row[0] is not None)


def _grouped(sheets: Any, name: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for plant, other, *_ in _rows(sheets, name):
        found[plant].append(other)
    return found
