"""How soon a run starts: from the times that the server has of its states."""

import statistics
from dataclasses import dataclass
from datetime import datetime

from benchmarks.worker_start.server import Server


@dataclass(frozen=True)
class Timing:
    """Seconds of one run: from its scheduled time to Running and to Completed, and from its pick-up to Running."""

    start: float
    picked: float
    total: float


async def measure(server: Server, deployment: str, runs: int) -> list[Timing]:
    """So many runs, one after another; one before them is not counted."""
    timings = []
    for _ in range(runs + 1):
        run = await server.schedule(deployment)
        await server.completed([run])
        due = datetime.fromisoformat((await server.call("GET", f"/flow_runs/{run}"))["expected_start_time"])
        states = await server.call("GET", f"/flow_run_states/?flow_run_id={run}")
        at = {state["type"]: datetime.fromisoformat(state["timestamp"]) for state in reversed(states)}
        timings.append(
            Timing(
                start=(at["RUNNING"] - due).total_seconds(),
                picked=(at["RUNNING"] - at["PENDING"]).total_seconds(),
                total=(at["COMPLETED"] - due).total_seconds(),
            )
        )
    return timings[1:]


def table(timings: dict[str, list[Timing]]) -> list[str]:
    """The lines of the table of both workers, and their ratio."""
    columns = {kind: summary(measured) for kind, measured in timings.items()}
    ratios = [columns["process"][title] / columns["warm"][title] for title in columns["warm"]]
    return [
        f"{'seconds':<9}" + "".join(f"{title:>11}" for title in columns["warm"]),
        *(f"{kind:<9}" + "".join(f"{value:>11.2f}" for value in row.values()) for kind, row in columns.items()),
        f"{'ratio':<9}" + "".join(f"{ratio:>10.1f}x" for ratio in ratios),
    ]


def summary(timings: list[Timing]) -> dict[str, float]:
    """Median and 95th percentile (the largest, for fewer than twenty) of each time."""
    columns = {}
    for name in ("start", "picked", "total"):
        values = sorted(getattr(timing, name) for timing in timings)
        columns[f"{name} p50"] = statistics.median(values)
        columns[f"{name} p95"] = values[min(len(values) - 1, int(0.95 * len(values)))]
    return columns
