"""Looking without touching: the unit of work of the console and of the commands that only show."""

from collections.abc import Iterator
from contextlib import contextmanager

from models.event import Run
from models.work import Work, begin_work
from settings import get_settings


@contextmanager
def reading() -> Iterator[Work]:
    """One consistent view of the database. No rules are needed, because nothing is decided.

    Raises ``DatabaseNotReady``.
    """
    settings = get_settings()
    url, now = settings.resolved_database_url(), settings.now()
    with begin_work(url, settings.company, Run("reader"), now, reads_only=True) as work:
        yield work
