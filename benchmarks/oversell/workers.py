"""What a worker of the proof does: the hub's own steps, on the hub's own queue."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from prefect.logging import disable_run_logger
from sqlalchemy.exc import IntegrityError, OperationalError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random

from benchmarks.company import NOON
from benchmarks.oversell.crowd import Ready
from benchmarks.oversell.scenes import statement
from benchmarks.oversell.unguarded import Unguarded
from integrations.shop import read_order
from models import work as units_of_work
from models.order_book import OrderMoved
from models.stock_book import StockMoved
from policies.rules import Rules
from tasks import ready as queues
from tasks.accept_orders import accept_orders
from tasks.check import check_statements
from tasks.hub import current_rules, unit_of_work
from tasks.ready import arrived_orders, undecided_orders
from tasks.reserve_orders import reserve_orders

# As Prefect does for every step of the hub (tasks/hub.py), only sooner and more often.
again = retry(
    retry=retry_if_exception_type((StockMoved, OrderMoved, OperationalError, IntegrityError)),
    wait=wait_random(0, 0.2),
    stop=stop_after_attempt(50),
    reraise=True,
)


def work_until_nothing_is_left(ready: Ready, a_batch: int, guarded: bool) -> None:
    """Accept messages and decide orders, ``a_batch`` at a time, together with everybody else."""
    with ExitStack() as changed:
        changed.enter_context(disable_run_logger())
        changed.enter_context(patch.object(queues, "ORDERS_A_BATCH", a_batch))
        if not guarded:
            changed.enter_context(patch.object(units_of_work, "StockBook", Unguarded))
        with unit_of_work("proof") as work:
            Unguarded.look(work)
        ready()
        asyncio.run(_work())


@again
async def _work() -> None:
    """From the top when the queue itself is busy, as a run that failed is started again."""
    rules = current_rules()
    for batch in arrived_orders():
        await _run(accept_orders.fn, batch, rules)
    for batch in undecided_orders(rules):
        await _run(reserve_orders.fn, batch, rules)


@again
async def _run(step: Callable[..., Awaitable[Any]], *given: Any) -> None:
    await step(*given)


def warm_up() -> None:
    """Pay for everything that a process does only once, so that the workers, who are forked from it, need not."""
    check_statements([read_order("W1", statement("W1", NOON, pieces=1), NOON)], [True], {}, Rules(), NOON)
    gc.freeze()  # a collection in a fork would copy every page that it looks at
