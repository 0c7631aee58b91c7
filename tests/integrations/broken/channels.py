"""Channels that lose, repeat, guess or believe too much."""

import html
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from broken.way import RECORDED, fails
from integrations.errors import Rejected, Unavailable
from integrations.shop import Shop
from integrations.taobao import Taobao
from integrations.wechat_shop import WechatShop
from models.messages import (
    ChannelOrder,
    Page,
    RawMessage,
)


@fails(
    "a_window_is_half_open",
    "an_order_that_changes_while_pages_are_read_costs_no_other",
    "pages_lose_and_repeat_nothing",
    "the_same_statement_has_the_same_key",
)
class StopsAfterTheFirstPage(Shop):
    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        return replace(await super().pull_orders(since, until, cursor), next_cursor=None)


@fails("a_window_is_half_open")
class TakesTheEndOfTheWindowToo(Shop):
    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        return await super().pull_orders(since, until + timedelta(milliseconds=1), cursor)


@fails(
    "a_window_is_half_open",
    "an_order_that_changes_while_pages_are_read_costs_no_other",
    "pages_lose_and_repeat_nothing",
    RECORDED,
)
class WalksFromTheFirstPage(Taobao):
    """Asks for page 1 first, as one would: an order that moves up takes another out of sight."""

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        page = int(cursor or 1)
        found = await self._increment(since, until, page, 3)
        messages = [replace(each, occurred_at=since) for each in found.messages]
        return Page(tuple(messages), str(page + 1) if page * 3 < found.total else None)


@fails(
    "a_lost_reply_to_a_question_is_asked_again",
    "a_webhook_repeated_or_polled_is_one_message",
    "the_same_statement_has_the_same_key",
)
class KeysByChance(Shop):
    count = 0

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        page = await super().pull_orders(since, until, cursor)
        type(self).count += 1
        return replace(page, messages=tuple(replace(each, key=f"{each.key}{self.count}") for each in page.messages))


@fails("an_unknown_status_is_named_and_not_guessed", RECORDED)
class GuessesTheStatus(Shop):
    def read_order(self, message: RawMessage) -> ChannelOrder:
        order = super().read_order(message)
        known = tuple(flaw for flaw in order.flaws if flaw.code != "channel-status-unknown")
        return replace(order, flaws=known, paid=order.paid or known != order.flaws)


@fails("a_forged_webhook_is_refused", "a_stale_webhook_is_refused_or_harmless")
class TrustsEveryWebhook(Shop):
    def receive(self, _headers: Mapping[str, str], body: bytes, _now: datetime) -> RawMessage:
        return self._event(body)


@fails("a_stale_webhook_is_refused_or_harmless")
class ForgetsTheTimeOfAWebhook(Shop):
    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RawMessage:
        stamp = headers.get("webhook-timestamp", "")
        at = datetime.fromtimestamp(int(stamp), tz=now.tzinfo) if stamp.isdecimal() else now
        return super().receive(headers, body, at)


@fails("a_forged_call_is_refused")
class TrustsEveryCall(WechatShop):
    def _insist(self, *_: object) -> None:
        return


class TakesNoAmountForNothing(Shop):
    def read_order(self, message: RawMessage) -> ChannelOrder:
        order = super().read_order(message)
        return replace(order, amount_minor=order.amount_minor or 0)


class NumbersTheNameless(Shop):
    def read_order(self, message: RawMessage) -> ChannelOrder:
        try:
            return super().read_order(message)
        except Rejected:
            return super().read_order(replace(message, body='{"order_no": "UNKNOWN"}'))


class TidiesWhatBuyersWrite(Shop):
    def read_order(self, message: RawMessage) -> ChannelOrder:
        order = super().read_order(message)
        return replace(order, lines=tuple(replace(line, title=html.escape(line.title)) for line in order.lines))


class KeepsHalfACharacter(Shop):
    def read_order(self, message: RawMessage) -> ChannelOrder:
        return replace(super().read_order(message), remark=json.loads(message.body).get("remark", ""))


@fails("a_call_brings_the_order_as_a_poll_would", "an_outage_while_an_order_is_asked_for_makes_the_call_come_again")
class HearsNothing(WechatShop):
    async def hear(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> RawMessage | None:
        with suppress(Unavailable):
            await super().hear(query, headers, body)
        return None


@fails(
    "an_amount_that_cannot_be_read_is_a_flaw",
    "an_order_without_a_number_is_rejected",
    "half_a_character_stops_nothing",
    "whatever_a_buyer_writes_arrives_as_written",
    RECORDED,
)
class MendsWhatItReads(TakesNoAmountForNothing, NumbersTheNameless, TidiesWhatBuyersWrite, KeepsHalfACharacter):
    """All of it in one run."""
