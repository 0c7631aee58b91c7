"""What a person does is done again, like a task, when somebody else took the row in the same moment."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError

from models.order_book import OrderMoved
from models.stock_book import StockMoved

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 5


def again_if_moved(function: Callable[P, R]) -> Callable[P, R]:
    """Run a whole unit of work again if the world moved meanwhile; the last failure is raised as it is."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(TRIES - 1):
            try:
                return function(*args, **kwargs)
            except (StockMoved, OrderMoved, OperationalError, IntegrityError):
                continue
        return function(*args, **kwargs)

    return run
