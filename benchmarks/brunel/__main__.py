"""A real day, routed by our policy: what ships, what cannot and why, what it costs, how far from the optimum.

``python -m benchmarks.brunel [--workbook ../shared/data/brunel/logistics_problem.xlsx]`` needs the workbook (see
``benchmarks.brunel.workbook``) and the development packages.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.brunel.optimum import optimum
from benchmarks.brunel.route import Assigned, Costs, costs_of, routed, rules
from benchmarks.brunel.workbook import Day, read_day
from messages import say_reason
from policies.decision import OrderDecision
from settings import ROOT

WORKBOOK = ROOT.parent / "shared" / "data" / "brunel" / "logistics_problem.xlsx"
WEIGHTS = ((0, 1), (1, 1), (10, 1))
"""Of room and of cost, the last of them the one that is told in full."""


def main(workbook: Path) -> None:
    """Read, route, solve, print."""
    day = read_day(workbook)
    costs = costs_of(day)
    print(f"{len(day.orders):,} orders, {len(day.plants)} plants for {_capacity(day):,} orders a day;")
    alone = sum(len(plants) == 1 for plants in costs.values())
    print(f"{alone:,} orders have one plant that may serve them, the others {_spread(costs)}\n")
    _print_history(day, costs)
    best = optimum(day, costs)
    print(f"\n{'':<32}{'orders':>8}{'of the':>9}{'dollars':>12}{'over least':>12}{'s':>6}")
    print(f"{'':<32}{'':>8}{'optimum':>9}{'':>12}{'for these':>12}")
    for room, cost in WEIGHTS:
        started = time.perf_counter()
        assigned, decided = routed(day, costs, rules(room, cost))
        seconds = time.perf_counter() - started
        least = optimum(day, costs, assigned.plants.keys())
        name = f"our policy, room {room} : cost {cost}"
        share, over = len(assigned.plants) / len(best.plants), assigned.cents / least.cents - 1
        print(f"{name:<32}{len(assigned.plants):>8,}{share:>9.2%}{_dollars(assigned):>12}{over:>+12.2%}{seconds:>6.1f}")
    print(f"{'the solver, cheapest orders':<32}{len(best.plants):>8,}{1:>9.2%}{_dollars(best):>12}")
    _print_plants(day, assigned, best)
    _print_refused(decided)


def _print_history(day: Day, costs: Costs) -> None:
    """What the day's own assignment did to the plants."""
    served = Counter(order.plant for order in day.orders)
    over = [plant for plant in day.plants if served[plant.code] > plant.orders_a_day]
    listed = ", ".join(f"{plant.code} {served[plant.code]:,}/{plant.orders_a_day:,}" for plant in over)
    beyond = sum(served[plant.code] - plant.orders_a_day for plant in over)
    cents = [costs[n].get(order.plant) for n, order in enumerate(day.orders)]
    known = [each for each in cents if each is not None]
    print(f"as assigned that day: {len(known):,} orders by a plant that may serve them,")
    print(f"  {sum(known) / 100:,.0f} dollars by the same tariff; {beyond:,} orders beyond a plant's capacity:")
    print(f"  {listed}")


def _print_plants(day: Day, ours: Assigned, best: Assigned) -> None:
    print(f"\n{'plant':<12}{'capacity':>10}{'that day':>10}{'ours':>8}{'solver':>8}")
    that_day, mine, solved = (
        Counter(plants) for plants in ([o.plant for o in day.orders], ours.plants.values(), best.plants.values())
    )
    for plant in day.plants:
        numbers = (that_day[plant.code], mine[plant.code], solved[plant.code])
        if any(numbers):
            print(f"{plant.code:<12}{plant.orders_a_day:>10,}{numbers[0]:>10,}{numbers[1]:>8,}{numbers[2]:>8,}")


def _print_refused(decided: Sequence[OrderDecision]) -> None:
    """Orders that wait for another day, by what they were told."""
    reasons = ((*(why for held in each.holds for why in held.reasons), *each.reasons) for each in decided if each.holds)
    counts = Counter(" ".join(sorted(say_reason(why, "en") for why in whys)) for whys in reasons)
    print(f"\n{sum(counts.values()):,} orders cannot ship that day:")
    for said, count in counts.most_common():
        print(f"{count:>8,}  {said}")


def _capacity(day: Day) -> int:
    return sum(plant.orders_a_day for plant in day.plants)


def _spread(costs: Costs) -> str:
    counts = Counter(len(plants) for plants in costs.values() if len(plants) != 1)
    return ", ".join(f"{plants} ({orders:,})" for plants, orders in sorted(counts.items()))


def _dollars(assigned: Assigned) -> str:
    return f"{assigned.cents / 100:,.0f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.brunel", description=__doc__)
    parser.add_argument("--workbook", type=Path, default=WORKBOOK, help="where the workbook lies")
    main(parser.parse_args().workbook)
