"""The events that start the next step at once; the schedules pick up what a lost one leaves (design §3).

An event makes Prefect create a run, and a run costs a core half a second. So while an event is on its way that no run
has looked at yet, no other is sent: that run will find everything. And a run looks again before it ends, so what was
signalled while it worked waits for no new one.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from prefect.events import emit_event
from sqlalchemy import delete, select

from models.base import insert_or_ignore, table_of
from models.signal import Signal
from models.work import Work
from tasks.hub import unit_of_work

ORDERS_ARRIVED: Final = "orderspine.orders.arrived"
MESSAGES_DUE: Final = "orderspine.messages.due"
CONFIRMATIONS_ARRIVED: Final = "orderspine.confirmations.arrived"
STOCK_MOVED: Final = "orderspine.stock.moved"
NEWS_WAITING: Final = "orderspine.news.waiting"
MONEY_EXPLAINED: Final = "orderspine.money.explained"
MESSAGES_HELD: Final = "orderspine.messages.held"

LOST_AFTER: Final = timedelta(seconds=30)
"""An event that no run has looked at for so long is sent again."""
MOST_ROUNDS: Final = 20

SIGNAL = table_of(Signal)


def signal(event: str) -> None:
    """Tell Prefect's automations that there is work, unless they were told and no run has looked since. Best effort:
    nothing depends on it."""
    with unit_of_work() as work:
        work.session.execute(delete(SIGNAL).where(*_about(work, event), SIGNAL.c.sent_at <= work.now - LOST_AFTER))
        row = {"company_id": work.company_id, "event": event, "sent_at": work.now}
        noted = insert_or_ignore(work.session, SIGNAL, ["company_id", "event"]).values(**row).returning(SIGNAL.c.id)
        news = work.session.execute(noted).first() is not None
    if news:
        _emit(event)


def look(event: str) -> None:
    """From now on a run of this step looks at what there is; what comes later is signalled anew."""
    with unit_of_work() as work:
        work.session.execute(delete(SIGNAL).where(*_about(work, event)))


def rounds(event: str) -> Iterator[None]:
    """Look once, and once more whenever ``event`` was signalled meanwhile. A step that would never end hands over to
    another run."""
    for _ in range(MOST_ROUNDS):
        look(event)
        yield
        with unit_of_work() as work:
            if work.session.execute(select(SIGNAL.c.id).where(*_about(work, event))).first() is None:
                return
    _emit(event)


def _emit(event: str) -> None:
    emit_event(event=event, resource={"prefect.resource.id": event})


def _about(work: Work, event: str) -> tuple[Any, ...]:
    return SIGNAL.c.company_id == work.company_id, SIGNAL.c.event == event
