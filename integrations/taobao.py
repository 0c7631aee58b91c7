"""Taobao and Tmall orders through TOP, the Taobao Open Platform (v2.0, open.taobao.com, API pages of 2024).

Calls ``taobao.trades.sold.increment.get``, ``taobao.refunds.receive.get``, ``taobao.trade.fullinfo.get`` and
``taobao.logistics.offline.send``; of the message queue ``taobao.tmc.messages.consume`` and ``confirm``.
Verified by: the signature example of the official page, the SDK ``taobao-openapi``, and the sandbox. Not called live.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import httpx
from pydantic import BeforeValidator, Field

from integrations.answers import Reply
from integrations.beijing import from_beijing, to_beijing
from integrations.errors import Rejected
from integrations.newest_first import SECOND, Found, walk
from integrations.reading import order_message, parsed, text
from integrations.taobao_queue import MOST_TAKEN, Confirmed, Taken
from integrations.taobao_trade import FIELDS, HAS_LEFT, read_trade
from integrations.top import Top, TopSettings
from integrations.words import Words
from models.messages import ChannelOrder, News, Page, RawMessage, ShipmentNotice

NAME: Final = "taobao"
SLICE: Final = timedelta(minutes=30)
"""The longest window that TOP advises; it refuses more than a day."""

REFUNDS_SLICE: Final = timedelta(days=1)
_REFUNDS: Final = "refunds|"
"""What the cursor starts with once the trades of a window are read."""

_COMPANIES: Final = {"sf_express": "SF"}

_logger = logging.getLogger(__name__)


class TaobaoSettings(TopSettings):
    """How to reach one shop on Taobao or Tmall."""

    message_group: str = Field(default="", description="Group of the message queue (TMC); empty: it is not read")
    page_size: int = Field(default=50, ge=1, le=100, description="Trades per page; TOP advises 40 to 50")


class _Trades(Reply):
    trade: tuple[dict[str, Any], ...] = ()


class _Increment(Reply):
    total_results: int
    trades: _Trades = _Trades()


class _FullInfo(Reply):
    trade: dict[str, Any]


class _Refund(Reply):
    tid: Annotated[str, BeforeValidator(str)]
    modified: str = ""


class _Refunds(Reply):
    refund: tuple[_Refund, ...] = ()


class _RefundList(Reply):
    total_results: int
    refunds: _Refunds = _Refunds()


class _Shipping(Reply):
    is_success: bool


class _Sent(Reply):
    shipping: _Shipping


class Taobao:
    """One shop's trades."""

    def __init__(self, settings: TaobaoSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._top = Top(settings, self._words, http, clock=clock)

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        """One page of ``trades.sold.increment.get``, and then of the trades whose refunds changed
        (``refunds.receive.get``); either is walked from the last page to the first."""
        size = self._settings.page_size
        if cursor is None or not cursor.startswith(_REFUNDS):
            page = await walk(self._increment, since, until, cursor, size=size, longest=SLICE)
            return page if page.next_cursor else replace(page, next_cursor=_REFUNDS)
        cursor = cursor.removeprefix(_REFUNDS) or None
        page = await walk(self._refunded, since, until, cursor, size=size, longest=REFUNDS_SLICE)
        return replace(page, next_cursor=_REFUNDS + page.next_cursor) if page.next_cursor else page

    async def take_news(self) -> News:
        """``tmc.messages.consume``: the trades that the batch is about, as they are now."""
        if not self._settings.message_group:
            return News((), ())
        asked = {"group_name": self._settings.message_group, "quantity": str(MOST_TAKEN)}
        taken = await self._top.call("taobao.tmc.messages.consume", asked, Taken)
        now = self._clock()
        found = [await self._told(tid, now) for tid in taken.trades]
        return News(tuple(message for message in found if message), taken.receipts)

    async def confirm_news(self, receipts: Sequence[str]) -> None:
        """``tmc.messages.confirm``."""
        asked = {"group_name": self._settings.message_group, "s_message_ids": ",".join(receipts)}
        confirmed = await self._top.call("taobao.tmc.messages.confirm", asked, Confirmed)
        if not confirmed.is_success:
            raise self._words.unavailable("the messages were not confirmed")

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one trade."""
        trade = parsed(message)
        number = text(trade.get("tid"))
        if not number:
            raise self._words.rejected("the trade has no tid", field="tid")
        return read_trade(number, trade, message.occurred_at)

    async def push_shipment(self, notice: ShipmentNotice) -> None:
        """``logistics.offline.send``. "Shipped already" is success: the natural key is trade and waybill."""
        params = {
            "tid": notice.order_no,
            "out_sid": notice.waybill_no,
            "company_code": _COMPANIES.get(notice.carrier, notice.carrier.upper()),
        }
        try:
            sent = await self._top.call("taobao.logistics.offline.send", params, _Sent, writes=True)
        except Rejected:
            # The words for "shipped already" are not documented; the trade's own state is.
            if await self._status(notice.order_no) not in HAS_LEFT:
                raise
            return
        if not sent.shipping.is_success:
            raise self._words.rejected("the shipment was not accepted", field="tid")

    async def _status(self, tid: str) -> str:
        return text((await self._trade(tid, "tid,status")).trade.get("status"))

    async def _increment(self, start: datetime, stop: datetime, page: int, size: int) -> Found:
        params = {
            "fields": FIELDS,
            "start_modified": to_beijing(start - SECOND),
            "end_modified": to_beijing(stop),
            "page_no": str(page),
            "page_size": str(size),
            "use_has_next": "false",
        }
        found = await self._top.call("taobao.trades.sold.increment.get", params, _Increment)
        return Found(found.total_results, [_message(trade, start) for trade in found.trades.trade])

    async def _refunded(self, start: datetime, stop: datetime, page: int, size: int) -> Found:
        """The trades of refunds, as they are now, dated as their refunds: the trade itself may be older."""
        params = {
            "fields": "refund_id,tid,modified",
            "start_modified": to_beijing(start - SECOND),
            "end_modified": to_beijing(stop),
            "page_no": str(page),
            "page_size": str(size),
            "use_has_next": "false",
        }
        found = await self._top.call("taobao.refunds.receive.get", params, _RefundList)
        told = [(refund, await self._told(refund.tid, start)) for refund in found.refunds.refund]
        messages = [
            replace(message, occurred_at=_moment(refund.modified, start)) for refund, message in told if message
        ]
        return Found(found.total_results, messages)

    async def _told(self, tid: str, start: datetime) -> RawMessage | None:
        """A trade as it is now; ``None`` for one that is not told any more, which stops no other."""
        try:
            return _message((await self._trade(tid, FIELDS)).trade, start)
        except Rejected as error:
            _logger.warning("a trade that something is said about is not told: %s", error)
            return None

    async def _trade(self, tid: str, fields: str) -> _FullInfo:
        return await self._top.call("taobao.trade.fullinfo.get", {"fields": fields, "tid": tid}, _FullInfo)


def _message(trade: Mapping[str, Any], start: datetime) -> RawMessage:
    return order_message(text(trade.get("tid")), trade, _moment(text(trade.get("modified")), start))


def _moment(modified: str, start: datetime) -> datetime:
    """What changed at a time that cannot be read belongs to the slice in which it came."""
    try:
        return from_beijing(modified)
    except ValueError:
        return start
