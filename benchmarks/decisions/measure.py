"""The measurements on one kind of database; each run starts from a copy of the same waiting orders."""

import asyncio
import json
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from prefect.logging import disable_run_logger
from sqlalchemy import func, select

from benchmarks.company import enter_company, order, stock
from benchmarks.decisions.floor import Written, what_was_written, write_again
from benchmarks.decisions.parts import timed_parts
from benchmarks.decisions.silent import SilentShelves
from benchmarks.decisions.statement import reserve_by_statement
from benchmarks.ingest.databases import Databases
from benchmarks.oversell.crowd import Crowd
from benchmarks.oversell.ledger import judge
from benchmarks.oversell.scenes import baskets
from benchmarks.oversell.workers import work_until_nothing_is_left
from models.database import open_engine
from models.stock import RESERVATION
from policies import reservation
from tasks.hub import current_rules, unit_of_work
from tasks.ready import undecided_orders
from tasks.reserve_orders import reserve_orders
from warm.configuration import DEFAULT_PRELOAD
from warm.fitness import import_modules
from warm.nursery import spare_the_collector

LINES_AN_ORDER = 2.5
SCARCE = 20
"""Of one SKU in so many there is about half of what is wanted, of the others plenty."""
HOT_SKUS = 50
HOT_BATCH = 50
CROWD = 8


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: seconds by the clock and of CPU, seconds by part, the most memory held, and lines that got stock."""

    seconds: float
    cpu_seconds: float
    parts: dict[str, float]
    peak_mib: float
    served: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that was measured on one kind of database. ``silent`` is without reasons, ``floor`` the ``rows`` that
    the step writes, by bulk statements, ``long`` with five times as many orders."""

    version: str
    lines: int
    whole: list[Ran]
    silent: list[Ran]
    statement: list[float]
    floor: list[float]
    rows: int
    alone: list[float]
    crowd: list[float]
    long: Ran


def measure(made: Databases, home: Path, lines: int, skus: int, repetitions: int) -> Measured:
    """All measurements, one after another; what is compared is alternated."""
    waiting = _waiting(made, home, lines, skus)
    import_modules(DEFAULT_PRELOAD.split(","))  # as the warm worker does before it forks a run
    spare_the_collector()
    whole, silent, statement, floor = list[Ran](), list[Ran](), list[float](), list[float]()
    written = _written(made, home, waiting)  # the first run pays for what a machine does only once
    for _ in range(repetitions):
        whole.append(_in_a_process(made, home, waiting))
        with patch.object(reservation, "Shelves", SilentShelves):
            silent.append(_in_a_process(made, home, waiting))
        copy = made.new(like=waiting)
        statement.append(reserve_by_statement(copy)[0])
        made.drop(copy)
        copy = made.new(like=waiting)
        floor.append(write_again(copy, written))
        made.drop(copy)
    made.drop(waiting)
    hot = _waiting(made, home, lines, HOT_SKUS)
    alone, crowd = list[float](), list[float]()
    for _ in range(repetitions):
        alone.append(_together(made, home, hot, 1))
        crowd.append(_together(made, home, hot, CROWD))
    made.drop(hot)
    many = _waiting(made, home, 5 * lines, skus)
    long = _in_a_process(made, home, many)
    made.drop(many)
    return Measured(made.version, lines, whole, silent, statement, floor, written.rows, alone, crowd, long)


def _waiting(made: Databases, home: Path, lines: int, skus: int) -> str:
    """A database whose orders wait to be decided."""
    url = made.new()
    enter_company(home / "company", url)
    chance = random.Random(1)
    names = [f"SKU-{n:04d}" for n in range(skus)]
    wanted = 4 * lines // (3 * skus)
    units = {name: wanted // 4 if n % SCARCE == 0 else 2 * wanted for n, name in enumerate(names)}
    with unit_of_work("benchmark") as work:
        products = stock(work, "SZ-01", units)
        stock(work, "SH-01", units)
        order(work, baskets(round(lines / LINES_AN_ORDER), names, chance), products)
    open_engine(url).dispose()
    return url


def _in_a_process(made: Databases, home: Path, waiting: str) -> Ran:
    """Decide and reserve everything that waits, on a copy."""
    url = made.new(like=waiting)
    ran = _ran(home, url)
    made.drop(url)
    return ran


def _written(made: Databases, home: Path, waiting: str) -> Written:
    """What that writes."""
    url = made.new(like=waiting)
    _ran(home, url)
    written = what_was_written(waiting, url)
    made.drop(url)
    return written


def _ran(home: Path, url: str) -> Ran:
    """Decide and reserve in a process of its own, as a worker does."""
    enter_company(home / "company", url)
    open_engine(url).dispose()
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writable, json.dumps(_decide_all()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writable)
    with os.fdopen(readable) as said:
        words = said.read()
    _, ended, used = os.wait4(child, 0)
    assert ended == 0, "the worker failed"
    seconds, cpu_seconds, parts = json.loads(words)
    with unit_of_work("benchmark") as work:
        served = work.session.execute(select(func.count()).select_from(RESERVATION)).scalar_one()
    return Ran(seconds, cpu_seconds, parts, used.ru_maxrss / 1024, served)


def _decide_all() -> tuple[float, float, dict[str, float]]:
    async def decide() -> None:
        for batch in undecided_orders(rules):
            await reserve_orders.fn(batch, rules)

    with disable_run_logger(), timed_parts() as parts:
        rules = current_rules()
        started, cpu = time.perf_counter(), time.process_time()
        asyncio.run(decide())
        return time.perf_counter() - started, time.process_time() - cpu, parts


def _together(made: Databases, home: Path, waiting: str, workers: int) -> float:
    """Seconds until so many processes have decided everything; the books must be sound."""
    url = made.new(like=waiting)
    enter_company(home / "company", url)
    open_engine(url).dispose()
    crowd = Crowd(workers, lambda ready: work_until_nothing_is_left(ready, HOT_BATCH, guarded=True), random.Random(1))
    seconds = crowd.run().seconds
    with unit_of_work("benchmark") as work:
        verdict = judge(work)
    assert not verdict.faults, verdict.faults
    made.drop(url)
    return seconds
