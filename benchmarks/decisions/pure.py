"""Decisions alone, in memory: how many lines a second, and what it costs to say why."""

import gc
import random
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from unittest.mock import patch

from benchmarks.company import NOON
from benchmarks.decisions.silent import SilentShelves
from policies import reservation
from policies.facts import CustomerFacts, Facts, LineFacts, OrderFacts, ProductFacts, Shelf, WarehouseFacts
from policies.reservation import plan_reservations
from policies.rules import Rules

WAREHOUSES = ((1, "SZ-01", "广东省"), (2, "SH-01", "上海市"), (3, "CD-01", "四川省"), (4, "BJ-01", "北京市"))
CUSTOMERS = 500
SCARCE = 20
RULES = Rules()


def facts(lines: int, skus: int) -> Facts:
    """Orders of one to four lines for receivers in three provinces. Of one SKU in twenty there is half of what is
    wanted, of the others plenty."""
    chance = random.Random(1)
    orders: list[OrderFacts] = []
    line_id = 0
    while line_id < lines:
        wanted = []
        for _ in range(chance.choice((1, 2, 3, 4))):
            product, pieces = chance.randrange(skus), chance.choice((1, 1, 2))
            wanted.append(LineFacts(line_id, f"SKU-{product}", pieces, ((product, pieces),), 1_000 * pieces))
            line_id += 1
        n = len(orders)
        orders.append(
            OrderFacts(
                n, n % CUSTOMERS, NOON + timedelta(seconds=n), "CNY", 1_000, tuple(wanted), paid=True,
                region=chance.choice(("广东省", "上海市", "云南省")),
            )
        )  # fmt: skip
    wanted_of_each = 4 * lines // (3 * skus)
    return Facts(
        NOON,
        "Asia/Shanghai",
        tuple(orders),
        tuple(CustomerFacts(n) for n in range(CUSTOMERS)),
        tuple(ProductFacts(n, f"SKU-{n}") for n in range(skus)),
        tuple(WarehouseFacts(*warehouse) for warehouse in WAREHOUSES),
        tuple(
            Shelf(n, place, 10 * n + place, wanted_of_each // 8 if n % SCARCE == 0 else wanted_of_each)
            for n in range(skus)
            for place, _, _ in WAREHOUSES
        ),
    )


def measure(lines: int, skus: int, repetitions: int) -> tuple[int, float, float]:
    """Lines; median CPU seconds to decide them with reasons and without. The two ways take turns."""
    given = facts(lines, skus)
    told, silent = list[float](), list[float]()
    for _ in range(repetitions):
        told.append(_seconds(lambda: plan_reservations(given, RULES)))
        with patch.object(reservation, "Shelves", SilentShelves):
            silent.append(_seconds(lambda: plan_reservations(given, RULES)))
    return sum(len(order.lines) for order in given.orders), median(told), median(silent)


def _seconds(decide: Callable[[], object]) -> float:
    gc.collect()
    started = time.process_time()
    decide()
    return time.process_time() - started
