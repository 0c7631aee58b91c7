"""How fast orders are decided and get their stock, and what that time consists of.

``python -m benchmarks.decisions [--database sqlite|postgresql|both] [--lines 10000] [--skus 2000]`` needs nothing but
a checkout with the development packages, prints one table, and leaves nothing behind.
"""

import argparse
import os
import platform
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.decisions import pure
from benchmarks.decisions.measure import CROWD, HOT_SKUS, Measured, Ran, measure
from benchmarks.decisions.parts import PARTS
from benchmarks.ingest.databases import CHOICES, databases

Cell = Callable[[Measured], str]


def main(dialects: list[str], lines: int, skus: int, repetitions: int) -> None:
    """Measure and print."""
    system = f"{platform.system()} {platform.machine()}"
    print(f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}, medians of {repetitions} runs")
    alone, told, silent = pure.measure(5 * lines, skus, 3 * repetitions)
    measured: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as name:
        for dialect in dialects:
            with databases(dialect, Path(name)) as made:
                measured[dialect] = measure(made, Path(name), lines, skus, repetitions)
    print(f"{', '.join(m.version for m in measured.values())}, on this machine too\n")
    print(f"decisions alone, {alone:,} lines in one batch: {alone / told:,.0f} lines/s of CPU (aim 100,000)")
    print(f"  without reasons {alone / silent:,.0f}; the reasons add {told / silent - 1:.1%} (aim 5%)\n")
    print(table(measured, lines, skus))


def table(measured: Mapping[str, Measured], lines: int, skus: int) -> str:
    """One column for each dialect and one for what is aimed at."""
    rows: list[tuple[str, Cell, str]] = [
        (f"decide and reserve {lines:,} lines, {skus:,} SKUs, s", lambda m: f"{_clock(m):.2f}", ""),
        ("  lines/s", lambda m: f"{m.lines / _clock(m):,.0f}", "10,000"),
        ("  of it CPU of the worker's process, s", lambda m: f"{_cpu(m.whole):.2f}", ""),
        ("  lines/s of CPU", lambda m: f"{m.lines / _cpu(m.whole):,.0f}", ""),
        ("  lines that got stock", lambda m: f"{m.whole[0].served:,}", ""),
    ]
    rows += [(f"  {part}, s", lambda m, p=part: f"{_middle(m, lambda r: r.parts[p]):.2f}", "") for part in PARTS]  # type: ignore[misc]  # a default binds the part
    rows += [
        ("  reasons add, of CPU", lambda m: f"{_cpu(m.whole) / _cpu(m.silent) - 1:.1%}", "5%"),
        ("the same stock by one statement, s", lambda m: f"{median(m.statement):.2f}", ""),
        ("  decide and reserve / statement", lambda m: f"{_clock(m) / median(m.statement):.1f}x", "3x"),
        ("  facts, decision and stock alone / statement", lambda m: f"{_core(m) / median(m.statement):.1f}x", ""),
        ("the same rows by bulk statements, s", lambda m: f"{median(m.floor):.2f}", ""),
        ("  rows", lambda m: f"{m.rows:,}", ""),
        ("  decide and reserve / bulk statements", lambda m: f"{_clock(m) / median(m.floor):.1f}x", ""),
        (f"{HOT_SKUS} hot SKUs, one process, s", lambda m: f"{median(m.alone):.2f}", ""),
        (f"  {CROWD} processes, s", lambda m: f"{median(m.crowd):.2f}", ""),
        (f"  {CROWD} processes / one", lambda m: f"{median(m.crowd) / median(m.alone):.2f}x", ""),
        ("peak memory, MiB", lambda m: f"{_middle(m, lambda r: r.peak_mib):.0f}", ""),
        (f"  with {5 * lines:,} lines", lambda m: f"{m.long.peak_mib:.0f}", "flat"),
        (f"  lines/s with {5 * lines:,} lines", lambda m: f"{5 * m.lines / m.long.seconds:,.0f}", ""),
    ]
    head = f"{'':<46}" + "".join(f"{dialect:>12}" for dialect in measured) + f"{'aim':>8}"
    written = (f"{name:<46}{''.join(f'{cell(m):>12}' for m in measured.values())}{aim:>8}" for name, cell, aim in rows)
    return "\n".join(line.rstrip() for line in [head, *written])


def _middle(m: Measured, of: Callable[[Ran], float]) -> float:
    return median(map(of, m.whole))


def _cpu(ran: Sequence[Ran]) -> float:
    return median(each.cpu_seconds for each in ran)


def _clock(m: Measured) -> float:
    return _middle(m, lambda ran: ran.seconds)


def _core(m: Measured) -> float:
    """Without what is kept for people and owed to partners."""
    return _middle(m, lambda r: sum(r.parts[part] for part in ("read the facts", "decide", "reserve")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decisions", description=__doc__)
    parser.add_argument("--database", choices=CHOICES, default="both", help="which kind of database (both)")
    parser.add_argument("--lines", type=int, default=10_000, help="order lines (10000)")
    parser.add_argument("--skus", type=int, default=2_000, help="products (2000)")
    parser.add_argument("--repetitions", type=int, default=5, help="runs of which the median counts (5)")
    options = parser.parse_args()
    main(CHOICES[options.database], options.lines, options.skus, options.repetitions)
