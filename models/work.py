"""The unit of work: one transaction in which a step reads its facts, writes guarded, and leaves its events."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.arrival_book import ArrivalBook
from models.base import table_of
from models.claims import Claims
from models.company import Company
from models.database import DatabaseNotReady, transaction
from models.event import Events, Run
from models.inbox import InboxPost
from models.order_book import OrderBook
from models.outbox import OutboxPost
from models.stock_book import StockBook

COMPANY = table_of(Company)


@dataclass(frozen=True, slots=True)
class Work:
    """Everything a step may do to the database, for one company and in the name of one run."""

    session: Session
    company_id: int
    zone: str
    run: Run
    now: datetime
    events: Events
    orders: OrderBook
    stock: StockBook
    arrivals: ArrivalBook
    inbox: InboxPost
    outbox: OutboxPost

    def claims(self, lease: timedelta) -> Claims:
        """Take work, for as long as ``lease``."""
        return Claims(self.session, self.company_id, self.run.flow_run_id or self.run.actor, lease)

    def rows(self, query: Any) -> list[Any]:
        """The rows of a query."""
        return list(self.session.execute(query).all())


@contextmanager
def begin_work(url: str, company: str, run: Run, now: datetime, *, reads_only: bool = False) -> Iterator[Work]:
    """Open a unit of work; it commits at the end, or leaves nothing on any error.

    Raises ``DatabaseNotReady`` if there is no database, no schema or no such company.
    """
    with transaction(url, reads_only=reads_only) as session:
        found = session.execute(select(COMPANY.c.id, COMPANY.c.zone).where(COMPANY.c.code == company)).first()
        if found is None:
            raise DatabaseNotReady(f"The company {company!r} is not set up. Run: orderspine db upgrade")
        company_id, zone = found
        events = Events(session, run, now)
        stock = StockBook(session, company_id)
        yield Work(
            session=session,
            company_id=company_id,
            zone=zone,
            run=run,
            now=now,
            events=events,
            orders=OrderBook(session, company_id, events, now),
            stock=stock,
            arrivals=ArrivalBook(session, company_id, stock),
            inbox=InboxPost(session, company_id, now),
            outbox=OutboxPost(session, company_id, now),
        )
