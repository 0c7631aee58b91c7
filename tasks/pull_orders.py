"""Reading the channels: whole windows, page by page, into the inbox (A1, A4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from integrations.ports import Channel, QueuesNews
from models.base import table_of
from models.company import SalesChannel
from models.lifecycle import Route
from models.messages import Page, RawMessage
from models.work import Work
from tasks.connections import connections, partner
from tasks.hub import hub_task, tell, unit_of_work
from tasks.progress import Progress
from tasks.readers import PRESET

CHANNEL = table_of(SalesChannel)
FIRST_LOOK_BACK = timedelta(days=3)
"""How far back a channel is read that was never read before."""

OVERLAP = timedelta(minutes=5)
"""How much of the last window is read again: a shop may show an order only after the time that it states."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What one pull brought: messages seen, and those among them that are new."""

    channel: str
    seen: int
    new: int


def polled_channels() -> list[str]:
    """Codes of the connected channels; file channels bring their messages themselves."""
    return [c.code for c in connections().channel if not c.partner.startswith(PRESET)]


@hub_task
async def pull_orders(code: str) -> Pulled:
    """Pull everything that changed in a channel since the last pull.

    The window is half-open and its end is written only when the last page is stored, so a pull that is killed is
    made again from the same place; messages that came twice are one (invariant 2).
    """
    with unit_of_work() as work:
        row = work.rows(select(CHANNEL).where(CHANNEL.c.company_id == work.company_id, CHANNEL.c.code == code))[0]
        since, until = (row.read_until - OVERLAP if row.read_until else work.now - FIRST_LOOK_BACK), work.now
    seen = new = 0
    async with partner(code) as channel:
        if isinstance(channel, QueuesNews):
            seen, new = await _take_news(channel, code)
        cursor: str | None = None
        progress: Progress | None = None
        while True:
            page = await _page(channel, since, until, cursor)
            with unit_of_work() as work:
                new += _store(work, code, page.messages)
                seen += len(page.messages)
                cursor = page.next_cursor
                if cursor is None:
                    work.session.execute(update(CHANNEL).where(CHANNEL.c.id == row.id).values(read_until=until))
                    break
            progress = progress or await _progress(code, until - since)
            if page.messages:
                await progress.reach((page.messages[-1].occurred_at - since).total_seconds())
        if progress:
            await progress.reach((until - since).total_seconds())
    tell("%s: %d messages, %d of them new", code, seen, new)
    return Pulled(code, seen, new)


async def _take_news(channel: QueuesNews, code: str) -> tuple[int, int]:
    """Empty the channel's queue into the inbox: messages seen, and those that are new. A batch is confirmed once it
    is stored, so one that a killed run took comes again."""
    seen = new = 0
    while (news := await channel.take_news()).receipts:
        with unit_of_work() as work:
            new += _store(work, code, news.messages)
        seen += len(news.messages)
        await channel.confirm_news(news.receipts)
    return seen, new


def _store(work: Work, code: str, messages: Sequence[RawMessage]) -> int:
    rows = [
        {
            "kind": "order",
            "source": code,
            "message_key": message.key,
            "route": Route.POLL,
            "body": message.body,
            "occurred_at": message.occurred_at,
        }
        for message in messages
    ]
    return work.inbox.put(rows)


async def _progress(code: str, window: timedelta) -> Progress:
    """Nobody says how many pages there are, but the oldest come first: done is the part of the window that is read."""
    return await Progress.of("ingest-channels-progress", f"{code}: orders read", window.total_seconds(), 0)


async def _page(channel: Channel, since: datetime, until: datetime, cursor: str | None) -> Page:
    return await channel.pull_orders(since, until, cursor)
