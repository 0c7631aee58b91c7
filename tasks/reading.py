"""Looking without touching: the units of work of the console and of the commands that only show."""

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


@contextmanager
def trying_out() -> Iterator[Work]:
    """A transaction that is taken back in the end: what is written in it only it can read. Numbers that it has drawn on
    PostgreSQL are not drawn again.

    Raises ``DatabaseNotReady``.
    """
    settings = get_settings()
    with begin_work(settings.resolved_database_url(), settings.company, Run("preview"), settings.now()) as work:
        yield work
        work.session.rollback()
