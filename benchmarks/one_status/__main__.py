"""How long a change takes to reach all systems, whichever of them it begins at.

``python -m benchmarks.one_status [--events 60] [--pause 1]`` has so many orders leave the warehouse, so many parcels
arrive and so many orders cancelled by their customers, one after the other.
"""

import argparse
import os
import platform
import statistics
from collections.abc import Sequence
from importlib.metadata import version

from benchmarks.one_status.changes import Orders
from benchmarks.one_status.whole_hub import hub


def main(events: int, pause: float) -> None:
    """Measure and print."""
    with hub() as world:
        from benchmarks.agreement import disagreements, systems_of  # noqa: PLC0415 - imports Prefect, see above

        Orders(world, 3).leave(0.5)  # the first runs of a fresh server are not what is asked for
        orders, others = Orders(world, events), Orders(world, events)
        measured = {
            "the warehouse ships → ERP, channel": orders.leave(pause),
            "the carrier delivers → ERP": orders.arrive(pause),
            "the customer cancels → warehouse, ERP, carrier": others.are_cancelled(pause),
        }
        apart = disagreements(systems_of(world.state))
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()},")
    print(f"Prefect {version('prefect')}, load {os.getloadavg()[0]:.1f}; SQLite; all on one machine\n")
    print(f"{f'{events} of each, one every {pause:g} s; seconds':<48}{'p50':>7}{'p95':>7}{'max':>7}")
    for change, seconds in measured.items():
        print(f"{change:<48}{statistics.median(seconds):>7.2f}{_p95(seconds):>7.2f}{seconds[-1]:>7.2f}   aim p95 5 s")
    print(f"on how many things partners and hub disagree in the end: {len(apart)}")
    for sentence in apart:
        print(f"  {sentence}")


def _p95(seconds: Sequence[float]) -> float:
    return seconds[min(len(seconds) - 1, round(0.95 * len(seconds)))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_status", description=__doc__)
    parser.add_argument("--events", type=int, default=60, help="changes of each kind (60)")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two (1)")
    options = parser.parse_args()
    main(options.events, options.pause)
