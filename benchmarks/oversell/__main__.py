"""The oversell proof: a crowd of processes after the same stock, judged by the ledger, and its twin without the guard.

``python -m benchmarks.oversell [--database sqlite|postgresql|both] [--workers 100] [--lines 10000]`` needs nothing
but a checkout with the development packages. It fails if the hub promises a piece twice, sends anybody away although
goods are left, or if the twin does not oversell, for then the proof would see nothing.
"""

import argparse
import os
import platform
import random
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from benchmarks.company import enter_company
from benchmarks.ingest.databases import CHOICES, Databases, databases
from benchmarks.oversell.crowd import Crowd
from benchmarks.oversell.ledger import Verdict, judge
from benchmarks.oversell.scenes import Scene, scenes
from benchmarks.oversell.workers import warm_up, work_until_nothing_is_left
from models.database import open_engine
from models.lifecycle import Status
from models.order_book import HOLD, ORDER
from tasks.hub import unit_of_work

LEASE = timedelta(seconds=2)
"""How soon another worker takes what a killed one had claimed."""
TWIN_TRIES = 5
"""With few workers on a busy machine one may be through before the others are awake."""
CONNECTIONS_A_WORKER = 3
"""PostgreSQL keeps that of a killed worker until it has the lock for which it waits."""


def main(dialects: list[str], workers: int, lines: int, seed: int) -> None:
    """Run every scene on every database, with the guard and without, and print what the ledger says."""
    started = time.perf_counter()
    print(f"{workers} processes, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, ", end="")
    print(f"Python {platform.python_version()}, seed {seed}")
    bad: list[str] = []
    os.environ["ORDERSPINE_LEASE_SECONDS"] = str(LEASE.total_seconds())
    warm_up()
    with tempfile.TemporaryDirectory() as name:
        tempfile.tempdir = name  # who is killed leaves files behind
        for dialect in dialects:
            with databases(dialect, Path(name), CONNECTIONS_A_WORKER * workers + 20) as made:
                print(f"\n{made.version:<36}{'orders':>8}{'served':>8}{'pieces':>8}{'promised':>9}{'too many':>9}")
                for scene in scenes(workers, lines):
                    bad += _play(scene, made, Path(name), workers, seed)
    print(f"\n{time.perf_counter() - started:,.0f} s")
    if bad:
        raise SystemExit("NOT PROVEN\n" + "\n".join(bad))
    print("PROVEN: with the guard no piece was promised twice, and none was kept back from an order that it")
    print("would have served; without it every scene oversold.")


def _play(scene: Scene, made: Databases, home: Path, workers: int, seed: int) -> list[str]:
    """One scene with the guard and without; what is wrong with it."""
    bad = []
    guarded, killed = _run(scene, made, home, workers, seed, guarded=True)
    _tell(scene.name, guarded)
    if scene.kills:
        print(f"  {killed} workers died by SIGKILL")
        if not killed:
            bad.append(f"{made.version}, {scene.name}: nobody was killed in time")
    bad += [f"{made.version}, {scene.name}: {fault}" for fault in guarded.faults]
    for _ in range(TWIN_TRIES):
        twin, _ = _run(scene, made, home, workers, seed, guarded=False)
        if twin.oversold:
            break
    _tell("  without the guard", twin)
    if not twin.oversold:
        bad.append(f"{made.version}, {scene.name}: the twin did not oversell, so the proof sees nothing")
    return bad


def _tell(name: str, verdict: Verdict) -> None:
    numbers = (verdict.orders, verdict.served, verdict.there, verdict.promised)
    print(
        f"{name:<36}{''.join(f'{n:>8,}' for n in numbers[:3])}{verdict.promised:>9,}{verdict.oversold:>9,}", flush=True
    )


def _run(scene: Scene, made: Databases, home: Path, workers: int, seed: int, *, guarded: bool) -> tuple[Verdict, int]:
    """The ledger's verdict on a fresh database, and how many workers were killed."""
    url = made.new()
    enter_company(home / "company", url)
    with unit_of_work("proof") as work:
        scene.prepare(work, random.Random(seed))
    open_engine(url).dispose()  # a connection must not be forked
    crowd = Crowd(workers, lambda ready: work_until_nothing_is_left(ready, scene.a_batch, guarded), random.Random(seed))
    killed = crowd.run(scene.kills).killed
    while _left_behind():
        open_engine(url).dispose()
        time.sleep(LEASE.total_seconds())
        replace(crowd, workers=2).run()
    with unit_of_work("proof") as work:
        verdict = judge(work)
    made.drop(url)
    return verdict, killed


def _left_behind() -> bool:
    """Whether orders wait that a killed worker had claimed."""
    with unit_of_work("proof") as work:
        held = select(HOLD.c.order_id).where(HOLD.c.closed_at.is_(None))
        return bool(work.rows(select(ORDER.c.id).where(ORDER.c.status == Status.RECEIVED, ORDER.c.id.not_in(held))))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oversell", description=__doc__)
    parser.add_argument("--database", choices=CHOICES, default="both", help="which kind of database (both)")
    parser.add_argument("--workers", type=int, default=100, help="processes that work at once (100)")
    parser.add_argument("--lines", type=int, default=10_000, help="order lines of the last scene (10000)")
    parser.add_argument("--seed", type=int, default=1, help="for everything that is drawn by lot (1)")
    options = parser.parse_args()
    main(CHOICES[options.database], options.workers, options.lines, options.seed)
