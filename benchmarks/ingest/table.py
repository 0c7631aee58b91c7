"""What was measured, as one table of at most 80 columns."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from benchmarks.ingest.floor import STATEMENT
from benchmarks.ingest.measure import ON_TOP, Measured
from benchmarks.ingest.process import Ran

Cell = Callable[[Measured], str]


def table(measured: Mapping[str, Measured], orders: int) -> str:
    """One column for each dialect and one for what is aimed at."""
    rows: list[tuple[str, Cell, str]] = [
        (f"{orders:,} orders to reserved, under Prefect, s", lambda m: f"{_seconds(m.ways['flows']):.1f}", "60 / 30"),
        ("  orders/s", lambda m: f"{orders / _seconds(m.ways['flows']):,.0f}", ""),
        ("  of it CPU of the hub's process, s", lambda m: f"{_cpu(m.ways['flows']):.1f}", ""),
        ("the same functions called plainly, s", lambda m: f"{_seconds(m.ways['plain']):.1f}", ""),
        ("  of it CPU of the hub's process, s", lambda m: f"{_cpu(m.ways['plain']):.1f}", ""),
        ("  under Prefect / plainly", lambda m: _ratio(m.ways["flows"], m.ways["plain"], _clock), "1.25x"),
        ("  the same of CPU", lambda m: _ratio(m.ways["flows"], m.ways["plain"], _work), ""),
        ("the same rows by bulk statements, s", lambda m: f"{median(m.floor):.2f}", ""),
        ("  rows", lambda m: f"{m.rows:,}", ""),
        ("  under Prefect / bulk statements", lambda m: f"{_seconds(m.ways['flows']) / median(m.floor):.0f}x", ""),
        ("audit trail's share of the plain time", lambda m: _audit(m, _clock), "10%"),
        ("  the same of CPU", lambda m: _audit(m, _work), ""),
        ("peak memory of the hub, MiB", lambda m: f"{m.alone.peak_mib:.0f}", ""),
        ("  of it before the first order", lambda m: f"{m.alone.imported_mib:.0f}", ""),
    ]
    rows += [
        (f"{ON_TOP:,} orders on top of {size:,}, s", lambda m, s=size: f"{_seconds(m.on_top[s]):.1f}", "")  # type: ignore[misc]  # a default binds the size
        for size in _sizes(measured)
    ]
    if len(_sizes(measured)) > 1:
        first, last = _sizes(measured)[0], _sizes(measured)[-1]
        rows.append((f"  {last:,} / {first:,}", lambda m: _ratio(m.on_top[last], m.on_top[first], _clock), "1.3x"))
        rows.append(("  the same of CPU", lambda m: _ratio(m.on_top[last], m.on_top[first], _work), ""))
    head = f"{'':<45}" + "".join(f"{dialect:>13}" for dialect in measured) + f"{'aim':>9}"
    written = (f"{name:<45}{''.join(f'{cell(m):>13}' for m in measured.values())}{aim:>9}" for name, cell, aim in rows)
    return "\n".join(line.rstrip() for line in [head, *written])


def notes(measured: Mapping[str, Measured]) -> str:
    """How the orders ended, and which statements are the floor."""
    lines = []
    for dialect, m in measured.items():
        ended = ", ".join(f"{count:,} {state}" for state, count in sorted(m.alone.ended.items()) if count)
        lines.append(f"{dialect}: {ended}; bulk statements: {STATEMENT[dialect]}")
        spread = {way: f"{min(map(_clock, ran)):.1f}-{max(map(_clock, ran)):.1f}" for way, ran in m.ways.items()}
        lines.append(f"  fastest-slowest, s: {', '.join(f'{way} {seconds}' for way, seconds in spread.items())}")
    return "\n".join(lines)


def _sizes(measured: Mapping[str, Measured]) -> list[int]:
    return sorted(next(iter(measured.values())).on_top)


def _clock(ran: Ran) -> float:
    return ran.seconds


def _work(ran: Ran) -> float:
    return ran.cpu_seconds


def _seconds(ran: Sequence[Ran]) -> float:
    return median(map(_clock, ran))


def _cpu(ran: Sequence[Ran]) -> float:
    return median(map(_work, ran))


def _ratio(over: Sequence[Ran], under: Sequence[Ran], of: Callable[[Ran], float]) -> str:
    return f"{median(map(of, over)) / median(map(of, under)):.2f}x"


def _audit(m: Measured, of: Callable[[Ran], float]) -> str:
    return f"{1 - median(map(of, m.ways['unaudited'])) / median(map(of, m.ways['plain'])):.0%}"
