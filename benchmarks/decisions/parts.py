"""Where the time of a reservation step goes: seconds in each of the functions that it consists of."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from tasks import reserve_orders as step

PARTS = {
    "read the facts": "load",
    "decide": "plan_reservations",
    "keep facts and decisions": "remember",
    "reserve": "_promise",
    "plan outbounds, owe messages": "ask_partners",
}


@contextmanager
def timed_parts() -> Iterator[dict[str, float]]:
    """Fills in the seconds of each part while the block runs; they are whole when it ends."""
    spent = dict.fromkeys(PARTS, 0.0)
    with ExitStack() as changed:
        for part, name in PARTS.items():
            changed.enter_context(patch.object(step, name, _timed(getattr(step, name), part, spent)))
        yield spent


def _timed(function: Callable[..., Any], part: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*given: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*given)
        finally:
            spent[part] += time.perf_counter() - started

    return timed
