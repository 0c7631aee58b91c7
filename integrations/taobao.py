"""Taobao and Tmall orders through TOP, the Taobao Open Platform (v2.0, open.taobao.com, API pages of 2024).

Calls ``taobao.trades.sold.increment.get``, ``taobao.trade.fullinfo.get`` and ``taobao.logistics.offline.send``.
Verified by: the signature example of the official page, the SDK ``taobao-openapi``, and the sandbox. Not called live.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeVar

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Answer, Reply
from integrations.beijing import from_beijing, to_beijing
from integrations.errors import PartnerError, Rejected
from integrations.http import Wire
from integrations.newest_first import SECOND, Found, walk
from integrations.reading import order_message, parsed, text
from integrations.settings import PartnerSettings, WebAddress
from integrations.taobao_trade import FIELDS, HAS_LEFT, read_trade
from integrations.words import Words
from models.messages import ChannelOrder, Page, RawMessage, ShipmentNotice

NAME: Final = "taobao"
SLICE: Final = timedelta(minutes=30)
"""The longest window that TOP advises; it refuses more than a day."""

_COMPANIES: Final = {"sf_express": "SF"}
_OUR_KEYS: Final = {"11", "12", "24", "25", "26", "27", "28", "29", "30", "31", "42"}
_ITS_FAULT: Final = {"10"}

SignMethod = Literal["md5", "hmac", "hmac-sha256"]
R = TypeVar("R", bound=Reply)


class TaobaoSettings(PartnerSettings):
    """How to reach one shop on Taobao or Tmall."""

    url: WebAddress = Field(default="https://eco.taobao.com/router/rest", description="TOP's address")
    app_key: str = Field(description="AppKey of the application")
    secret: SecretStr = Field(description="AppSecret of the application")
    session: SecretStr = Field(description="Session key that the shop's owner granted")
    sign_method: SignMethod = Field(default="hmac-sha256", description="How requests are signed")
    page_size: int = Field(default=50, ge=1, le=100, description="Trades per page; TOP advises 40 to 50")


class _Trades(Reply):
    trade: tuple[dict[str, Any], ...] = ()


class _Increment(Reply):
    total_results: int
    trades: _Trades = _Trades()


class _Trade(Reply):
    status: str


class _FullInfo(Reply):
    trade: _Trade


class _Shipping(Reply):
    is_success: bool


class _Sent(Reply):
    shipping: _Shipping


class _Refusal(Reply):
    code: int | str
    msg: str = ""
    sub_code: str = ""
    sub_msg: str = ""


class Taobao:
    """One shop's trades."""

    def __init__(self, settings: TaobaoSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        """One page of ``trades.sold.increment.get``, walked from the last page to the first."""
        return await walk(self._increment, since, until, cursor, size=self._settings.page_size, longest=SLICE)

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
            "company_code": _COMPANIES.get(notice.carrier, notice.carrier),
        }
        try:
            sent = await self._call("taobao.logistics.offline.send", params, _Sent, writes=True)
        except Rejected:
            # The words for "shipped already" are not documented; the trade's own state is.
            if await self._status(notice.order_no) not in HAS_LEFT:
                raise
            return
        if not sent.shipping.is_success:
            raise self._words.rejected("the shipment was not accepted", field="tid")

    async def _status(self, tid: str) -> str:
        found = await self._call("taobao.trade.fullinfo.get", {"fields": "tid,status", "tid": tid}, _FullInfo)
        return found.trade.status

    async def _increment(self, start: datetime, stop: datetime, page: int, size: int) -> Found:
        params = {
            "fields": FIELDS,
            "start_modified": to_beijing(start - SECOND),
            "end_modified": to_beijing(stop),
            "page_no": str(page),
            "page_size": str(size),
            "use_has_next": "false",
        }
        found = await self._call("taobao.trades.sold.increment.get", params, _Increment)
        return Found(found.total_results, [_message(trade, start) for trade in found.trades.trade])

    async def _call(self, method: str, params: Mapping[str, str], shape: type[R], *, writes: bool = False) -> R:
        secret = self._settings.secret.get_secret_value()
        signed = {
            **params,
            "method": method,
            "app_key": self._settings.app_key,
            "session": self._settings.session.get_secret_value(),
            "timestamp": to_beijing(self._clock()),
            "v": "2.0",
            "format": "json",
            "sign_method": self._settings.sign_method,
        }
        form = signed | {"sign": sign(signed, secret, self._settings.sign_method)}
        answer = await self._wire.call("POST", self._settings.url, writes=writes, form=form)
        reply = answer.read(dict[str, Any])
        if "error_response" in reply:
            raise self._refusal(answer, answer.fit(reply["error_response"], _Refusal))
        node = method.removeprefix("taobao.").replace(".", "_") + "_response"
        return answer.fit(reply.get(node), shape)

    def _refusal(self, answer: Answer, refusal: _Refusal) -> PartnerError:
        code, words = str(refusal.code), refusal.sub_msg or refusal.msg
        shown = f"{code} {refusal.sub_code}".strip()
        if code == "7":
            return self._words.too_often(words, code=shown, wait=_banned_for(words + refusal.msg))
        if code in _OUR_KEYS:
            return self._words.misconfigured(words, code=shown)
        if code in _ITS_FAULT or refusal.sub_code.startswith("isp."):
            return self._words.unavailable(words, code=shown, outcome_unknown=answer.writes)
        return self._words.rejected(words, code=shown)


def _message(trade: Mapping[str, Any], start: datetime) -> RawMessage:
    """A trade whose time of change cannot be read belongs to the slice in which it came."""
    try:
        modified = from_beijing(text(trade.get("modified")))
    except ValueError:
        modified = start
    return order_message(text(trade.get("tid")), trade, modified)


def sign(params: Mapping[str, str], secret: str, method: SignMethod) -> str:
    """TOP's signature over every non-empty parameter but ``sign`` (upper-case hexadecimal)."""
    joined = "".join(name + params[name] for name in sorted(params) if name != "sign" and params[name])
    if method == "md5":
        return hashlib.md5(f"{secret}{joined}{secret}".encode()).hexdigest().upper()
    digest = "md5" if method == "hmac" else "sha256"
    return hmac.new(secret.encode(), joined.encode(), digest).hexdigest().upper()


def _banned_for(words: str) -> timedelta | None:
    seconds = re.search(r"(\d+)\s*(?:more\s*)?seconds", words)
    return timedelta(seconds=int(seconds[1])) if seconds else None
