"""What others do to our orders in the ERP (C3): most of what changes there is our own writing coming back.

An ERP that can is asked what changed. Of any other, or else of its books, it is asked how the orders are that have not
left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from integrations.ports import ShowsOrders, TellsOfOrders
from models.base import insert_or_replace, table_of
from models.check_code import check_code
from models.external_ref import ExternalRef
from models.feed import Feed
from models.lifecycle import HoldKind, Status
from models.many import among
from models.messages import ErpNews
from models.order_book import HOLD, ORDER, Stop
from models.outbox import OUTBOX, Owed
from models.reasons import Reason
from models.shipment import Outbound
from models.work import Work
from policies.telling import judge_erp_news
from settings import get_settings
from tasks.connections import connections, partner
from tasks.hub import hub_task, tell, unit_of_work
from tasks.outbounds import erp_number, outbound_of_erp_number

FEED = table_of(Feed)
OUTBOUND = table_of(Outbound)
REF = table_of(ExternalRef)
_FIRST_LOOK = timedelta(days=1)
_NOT_GONE = ("planned", "accepted")
_ASKED_ABOUT = "closed-in-the-erp"
_CLOCKS_DIFFER = timedelta(minutes=5)
"""How much of what was read is read again: the ERP's clock stamps its changes, and it may be behind ours."""


@dataclass(frozen=True, slots=True)
class ErpFollowed:
    """Orders that changed in an ERP: how many were our echo or changed nothing, and how many people must look at."""

    erp: str
    nothing_new: int
    to_person: int


def erps() -> list[str]:
    """The connected ERPs."""
    return [erp.code for erp in connections().erp]


@hub_task
async def follow_erp(erp: str) -> ErpFollowed:
    """Read what changed in an ERP since the last look, and hold the orders that a person must look at.

    Reading the same again changes nothing. Raises ``Unavailable`` to be retried.
    """
    until = get_settings().now()
    news = await _news_of(erp, until)
    with unit_of_work() as work:
        stops = _judged(work, erp, news)
        held = work.orders.hold(stops)
        mark = {"company_id": work.company_id, "connection": erp, "read_until": until}
        work.session.execute(
            insert_or_replace(work.session, FEED, ("company_id", "connection"), ("read_until",)), [mark]
        )
    done = ErpFollowed(erp, len(news) - len(stops), len(held))
    tell("%s: %d orders changed, %d of them for a person", erp, len(news), len(held))
    return done


async def _news_of(erp: str, until: datetime) -> list[ErpNews]:
    async with partner(erp) as client:
        if isinstance(client, TellsOfOrders):
            return await client.pull_news(_read_until(erp) - _CLOCKS_DIFFER, until)
        if isinstance(client, ShowsOrders):
            return await client.pull_orders_as_they_are(_still_here(erp))
    for books in connections().books:
        async with partner(books.code) as client:
            if isinstance(client, ShowsOrders):
                return await client.pull_orders_as_they_are(_still_here(erp))
    return []


def _still_here(erp: str) -> list[str]:
    """Our numbers of the orders in an ERP that have not left, but for those that a person was asked about because they
    are closed there: how they are then does not change, and once decided they are not held anew at each look."""
    with unit_of_work() as work:
        query = (
            select(OUTBOUND.c.outbound_no, OUTBOUND.c.order_id)
            .join(ORDER, ORDER.c.id == OUTBOUND.c.order_id)
            .where(ORDER.c.company_id == work.company_id, OUTBOUND.c.state.in_(_NOT_GONE))
        )
        here = {erp_number(row.outbound_no): row.order_id for row in work.rows(query)}
        asked = {
            row.order_id
            for row in work.rows(select(HOLD.c.order_id, HOLD.c.reasons).where(among(HOLD.c.order_id, here.values())))
            if any(reason["code"] == _ASKED_ABOUT for reason in row.reasons)
        }
        return [number for number in _bound(work, erp, here) if here[number] not in asked]


def _read_until(erp: str) -> datetime:
    with unit_of_work() as work:
        mine = (FEED.c.company_id == work.company_id, FEED.c.connection == erp)
        mark = work.session.execute(select(FEED.c.read_until).where(*mine)).scalar()
        return mark or work.now - _FIRST_LOOK


def _judged(work: Work, erp: str, news: Sequence[ErpNews]) -> list[Stop]:
    """The orders among these that a person must look at. One that we do not know to be there is still on its way."""
    numbers = {outbound_of_erp_number(each.order_no): each for each in news}
    query = (
        select(OUTBOUND.c.id, OUTBOUND.c.outbound_no, OUTBOUND.c.order_id, OUTBOUND.c.state, ORDER.c.status)
        .join(ORDER, ORDER.c.id == OUTBOUND.c.order_id)
        .where(ORDER.c.company_id == work.company_id, among(OUTBOUND.c.outbound_no, numbers))
        .order_by(ORDER.c.id)
        .with_for_update(of=(ORDER,))
    )
    outbounds = work.rows(query)
    bound = _bound(work, erp, [each.order_no for each in news])
    stops = []
    for row in outbounds:
        told = numbers[row.outbound_no]
        if told.order_no not in bound:
            continue
        why = _another(told, bound[told.order_no]) or judge_erp_news(
            told, Status(row.status), check_code(row.outbound_no), we_took_it_back=_we_took_it_back(work, row)
        )
        if why:
            stops.append(Stop(row.order_id, HoldKind.DATA, (why,)))
    return stops


def _bound(work: Work, erp: str, numbers: Iterable[str]) -> dict[str, str]:
    """The ERP's own ids of these orders, as we know them."""
    mine = (REF.c.company_id == work.company_id, REF.c.connection == erp, REF.c.kind == "erp-order")
    return dict(map(tuple, work.rows(select(REF.c.our_no, REF.c.their_no).where(*mine, among(REF.c.our_no, numbers)))))


def _another(news: ErpNews, known: str) -> Reason | None:
    if news.partner_id == known:
        return None
    return Reason("answer-of-another", {"expected": known, "got": news.partner_id})


def _we_took_it_back(work: Work, outbound: Any) -> bool:
    if outbound.state == "cancelled":
        return True
    asked = (OUTBOX.c.order_id == outbound.order_id, OUTBOX.c.kind == Owed.CANCEL_ERP_ORDER)
    payloads = work.session.execute(select(OUTBOX.c.payload).where(*asked)).scalars()
    return any(payload["outbound_id"] == outbound.id for payload in payloads)
