"""A real day of a chip maker, and a small day like it: what our policy does when plants are full (B2, B5).

The workbook is not part of the repository; without it the small day alone is tested (``benchmarks.brunel``).
"""

import random
from collections import Counter

import pytest

from benchmarks.brunel.__main__ import WORKBOOK
from benchmarks.brunel.optimum import optimum
from benchmarks.brunel.route import costs_of, routed, rules
from benchmarks.brunel.workbook import CUSTOMER_COLLECTS, Day, DayOrder, Plant, Rate, read_day


def small_day() -> Day:
    """60 orders for 6 plants with room for 40: products that only some make, a plant for one customer only."""
    chance = random.Random(7)
    rates = {
        "P1": [Rate("DTD", 0, 50, 400, 70), Rate("DTP", 0, 999, 300, 50)],
        "P2": [Rate("DTD", 0, 999, 200, 90), Rate("DTD", 50, 999, 900, 20)],
    }
    plants = tuple(
        Plant(
            f"PLANT{n}", 4 + n, 10.0 * (7 - n), (("P1",), ("P2",), ("P1", "P2"))[n % 3],
            frozenset(chance.sample(range(1, 9), 4)), frozenset({"C1"} if n == 5 else ()),
        )
        for n in range(6)
    )  # fmt: skip
    orders = tuple(
        DayOrder(
            float(n), f"C{chance.randrange(4)}", chance.randrange(1, 9), chance.randrange(1, 90),
            chance.choice((0.4, 12.0, 49.99, 300.0)), chance.choice(("DTD", "DTP", CUSTOMER_COLLECTS)), "PLANT0",
        )
        for n in range(60)
    )  # fmt: skip
    return Day(orders, plants, rates)


@pytest.fixture(scope="module", params=["small", "real"])
def day(request: pytest.FixtureRequest) -> Day:
    if request.param == "small":
        return small_day()
    if not WORKBOOK.exists():
        pytest.skip(f"the workbook of the real day is not there: {WORKBOOK.name}")
    return read_day(WORKBOOK)


@pytest.mark.parametrize(("room", "cost"), [(0, 1), (1, 0), (10, 1)])
def test_a_day_beyond_all_capacity(day: Day, room: int, cost: int) -> None:
    costs = costs_of(day)
    assigned, decided = routed(day, costs, rules(room, cost))
    limits = {plant.code: plant.orders_a_day for plant in day.plants}

    served = Counter(assigned.plants.values())
    assert all(count <= limits[code] for code, count in served.items()), "capacity is respected"
    assert all(code in costs[n] for n, code in assigned.plants.items()), "only plants that may serve the order do"

    last = {code: max(n for n, at in assigned.plants.items() if at == code) for code in served}
    for decision in decided:
        n = decision.order_id
        if decision.moves:
            assert decision.reasons[0].code == "served-by"
            continue
        reasons = (*(reason for held in decision.holds for reason in held.reasons), *decision.reasons)
        told = {reason.facts.get("warehouse"): reason.code for reason in reasons}
        assert told == (dict.fromkeys(costs[n], "warehouse-full") or {None: "no-warehouse"}), "each plant says why"
        assert all(last[code] < n for code in costs[n]), "who came first was served first"


def test_how_far_from_the_optimum(day: Day) -> None:
    costs = costs_of(day)
    assigned, _ = routed(day, costs, rules(10, 1))
    best, same_orders = optimum(day, costs), optimum(day, costs, assigned.plants.keys())
    assert len(same_orders.plants) == len(assigned.plants)
    assert 0.95 * len(best.plants) <= len(assigned.plants) <= len(best.plants)
    assert same_orders.cents <= assigned.cents


def test_what_broke_on_the_day_itself(day: Day) -> None:
    if len(day.orders) < 1_000:
        pytest.skip("the small day has no history")
    limits = {plant.code: plant.orders_a_day for plant in day.plants}
    served = Counter(order.plant for order in day.orders)
    beyond = {code: (count, limits[code]) for code, count in served.items() if count > limits[code]}
    assert beyond == {"PLANT03": (8541, 1013), "PLANT08": (102, 14), "PLANT09": (12, 11), "PLANT12": (300, 209)}
