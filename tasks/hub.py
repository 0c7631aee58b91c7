"""What every step shares: how flows and tasks are declared, the unit of work, and the rules in force."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

from prefect import State, Task, flow, get_run_logger, task
from prefect.cache_policies import DEFAULT, NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.flows import Flow
from prefect.runtime import flow_run, task_run
from sqlalchemy.exc import IntegrityError, OperationalError

from integrations.errors import Conflict, Unavailable
from models.event import Run
from models.order_book import OrderMoved
from models.reasons import Reason
from models.stock_book import StockMoved
from models.work import Work, begin_work
from policies.rules import Rules
from policies.rules_file import BadRules, parse_rules
from settings import get_settings

P = ParamSpec("P")
R = TypeVar("R")

ORDERS_A_BATCH = 3_000
"""Orders that one task handles: large enough that Prefect's 25 ms a task, and Great Expectations' quarter of a second a
batch, do not count."""

# Two workers that create the same row at once meet in the database: the second finds it there on its next try.
_AGAIN = (Conflict, Unavailable, StockMoved, OrderMoved, OperationalError, IntegrityError)


async def _worth_retrying(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """A task is run again only for errors that time can heal; the rest crash loudly and Prefect shows them."""
    outcome = state.result(raise_on_failure=False)
    return isinstance(await outcome if isinstance(outcome, Awaitable) else outcome, _AGAIN)


def hub_task(function: Callable[P, R]) -> Task[P, R]:
    """A step of a flow: named like its function, retried with jitter when the error is one that passes."""
    return task(
        name=function.__name__.replace("_", "-"),
        retries=3,
        retry_delay_seconds=[1, 4, 15],
        retry_jitter_factor=0.5,
        retry_condition_fn=_worth_retrying,
        cache_policy=NO_CACHE,
    )(function)


def once_a_run(step: Task[P, R]) -> Task[P, R]:
    """A step whose result Prefect keeps for the run: a run that is retried goes on behind it instead of doing it again.

    For steps that read much from outside and whose answer stays true while the run lasts. Never across runs: what
    Prefect keeps knows nothing of our database (docs/decisions/0014).
    """
    return step.with_options(cache_policy=DEFAULT, persist_result=True)


def hub_flow(function: Callable[P, R]) -> Flow[P, R]:
    """A lifecycle step: named like its function, described by its docstring."""
    return flow(name=function.__name__.replace("_", "-"))(function)


def current_rules() -> Rules:
    """The rules in force. Raises ``BadRules`` that says what to mend, or that there is no file."""
    path = get_settings().rules
    try:
        return _read_rules(str(path), path.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise BadRules(f"There are no rules at {path}. Set ORDERSPINE_RULES, or restore the file.") from error


@lru_cache(maxsize=4)
def _read_rules(path: str, _changed_at: int) -> Rules:
    with open(path, encoding="utf-8") as file:
        return parse_rules(file.read())


@contextmanager
def unit_of_work(actor: str | None = None) -> Iterator[Work]:
    """One transaction in the name of the running flow, or of ``actor`` when a person acts.

    Raises ``DatabaseNotReady``.
    """
    settings = get_settings()
    run = Run(
        actor=actor or flow_run.flow_name or "console",
        flow_run_id=flow_run.id,
        task_run_id=task_run.id,
        policy_version=current_rules().version,
    )
    with begin_work(settings.resolved_database_url(), settings.company, run, settings.now()) as work:
        yield work


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that this run has claimed, and when. ``abandoned``: their last owner never finished."""

    ids: tuple[int, ...]
    claimed_at: datetime
    abandoned: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class LookAt:
    """An order that a step wants people to look at, and why. Results carry them as ``look_at``."""

    order_id: int
    why: Reason


def tell(message: str, *values: object) -> None:
    """Write a line into the run's log."""
    get_run_logger().info(message, *values)
