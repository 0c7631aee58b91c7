"""Orders of a JD shop (POP) through JOS, the JD Open Service (v2.0, jos.jd.com, pages of 2026).

Calls ``jingdong.pop.order.enSearch``, ``enGet`` and ``shipment``. A reply names itself ``…_responce``, as JD spells it.
Verified by: vectors, the SDKs ``jd-sdk`` and ``mcp-cn-commerce``, and the sandbox. Not called live.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Answer, Reply
from integrations.beijing import from_beijing, to_beijing
from integrations.errors import PartnerError, Rejected
from integrations.http import Wire
from integrations.jd_order import FIELDS, HAS_LEFT, read_order
from integrations.newest_first import SECOND, Found, walk
from integrations.reading import canonical, order_message, parsed, text
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.messages import ChannelOrder, Page, RawMessage, ShipmentNotice

NAME: Final = "jd"
SLICE: Final = timedelta(days=1)
"""The longest window that is asked for; JD refuses more than a month."""

MOST_PAGES: Final = 100
"""JD leaves later pages empty; then the window is made narrower."""

CARRIERS: Final = {
    "sf_express": "467", "sf": "467", "yto": "463", "ems": "465", "sto": "470", "jd": "2087", "yunda": "1327",
    "yd": "1327", "zto": "1499", "deppon": "3046", "dbl": "3046",
}  # fmt: skip
"""A carrier's partner here, or the code that a warehouse writes → JD's number of the carrier."""

_NEWEST_FIRST: Final = 1
_BY_CHANGE: Final = 0
_TOO_OFTEN: Final = {"2"}
_OUR_KEYS: Final = {"9", "10", "16", "17", "18", "19", "20", "21"}
_ITS_FAULT: Final = {"1", "43", "65"}

R = TypeVar("R", bound=Reply)


class JdSettings(PartnerSettings):
    """How to reach one shop on JD."""

    url: WebAddress = Field(default="https://api.jd.com/routerjson", description="JOS's address")
    app_key: str = Field(description="AppKey of the application")
    secret: SecretStr = Field(description="AppSecret of the application")
    access_token: SecretStr = Field(description="Access token that the shop's owner granted")
    page_size: int = Field(default=50, ge=1, le=100, description="Orders per page")
    carriers: dict[str, str] = Field(
        default={}, description="Further carriers: our name, or the warehouse's code → JD's number of the carrier"
    )


class _Outcome(Reply):
    """How JD says whether an operation came about: ``true``, or ``"true"``."""

    success: bool
    numberCode: int | str | None = None  # noqa: N815  (the partner's name)
    errorCode: int | str | None = None  # noqa: N815
    chineseErrCode: str | None = None  # noqa: N815
    englishErrCode: str | None = None  # noqa: N815


class _List(Reply):
    apiResult: _Outcome  # noqa: N815
    orderInfoList: tuple[dict[str, Any], ...] = ()  # noqa: N815
    orderTotal: int = 0  # noqa: N815


class _Search(Reply):
    searchorderinfo_result: _List


class _State(Reply):
    orderState: str  # noqa: N815


class _Detail(Reply):
    apiResult: _Outcome  # noqa: N815
    orderInfo: _State | None = None  # noqa: N815


class _Get(Reply):
    orderDetailInfo: _Detail  # noqa: N815


class _Shipment(Reply):
    sopjosshipment_result: _Outcome


class _Refusal(Reply):
    code: int | str
    zh_desc: str = ""
    en_desc: str = ""


class Jd:
    """One shop's orders."""

    def __init__(self, settings: JdSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)
        self._carriers = CARRIERS | {name.lower(): number for name, number in settings.carriers.items()}

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        """One page of ``pop.order.enSearch``, walked from the last page to the first."""
        size = self._settings.page_size
        return await walk(self._changed, since, until, cursor, size=size, longest=SLICE, most_pages=MOST_PAGES)

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one order."""
        order = parsed(message)
        number = text(order.get("orderId"))
        if not number:
            raise self._words.rejected("the order has no orderId", field="orderId")
        return read_order(number, order, message.occurred_at)

    async def push_shipment(self, notice: ShipmentNotice) -> None:
        """``pop.order.shipment``. "Shipped already" is success: the natural key is order and waybill.

        Raises ``Misconfigured`` for a carrier whose number at JD is not known.
        """
        carrier = self._carriers.get(notice.carrier.lower())
        if carrier is None:
            raise self._words.misconfigured(f"what JD calls {notice.carrier} is not known: add it to carriers")
        told = {"orderId": _number(notice.order_no), "logiCoprId": carrier, "logiNo": notice.waybill_no}
        try:
            sent = await self._call("jingdong.pop.order.shipment", told, _Shipment, writes=True)
            self._insist(sent.sopjosshipment_result)
        except Rejected:
            # The words for "shipped already" are not documented; the order's own state is.
            if await self._state(notice.order_no) not in HAS_LEFT:
                raise

    async def _state(self, order_no: str) -> str:
        asked = {"order_id": _number(order_no), "optional_fields": "orderId,orderState", "source_id": "JOS"}
        found = (await self._call("jingdong.pop.order.enGet", asked, _Get)).orderDetailInfo
        self._insist(found.apiResult)
        return found.orderInfo.orderState if found.orderInfo else ""

    async def _changed(self, start: datetime, stop: datetime, page: int, size: int) -> Found:
        asked = {
            "start_date": to_beijing(start - SECOND),
            "end_date": to_beijing(stop),
            "order_state": "ALL",
            "optional_fields": FIELDS,
            "page": str(page),
            "page_size": str(size),
            "dateType": _BY_CHANGE,
            "sortType": _NEWEST_FIRST,
            "source_id": "JOS",
        }
        found = (await self._call("jingdong.pop.order.enSearch", asked, _Search)).searchorderinfo_result
        self._insist(found.apiResult)
        return Found(found.orderTotal, [_message(order, start) for order in found.orderInfoList])

    async def _call(self, method: str, asked: Mapping[str, Any], shape: type[R], *, writes: bool = False) -> R:
        signed = {
            "method": method,
            "app_key": self._settings.app_key,
            "access_token": self._settings.access_token.get_secret_value(),
            "timestamp": to_beijing(self._clock()),
            "v": "2.0",
            "format": "json",
            "360buy_param_json": canonical(asked),
        }
        form = signed | {"sign": sign(signed, self._settings.secret.get_secret_value())}
        answer = await self._wire.call("POST", self._settings.url, writes=writes, form=form)
        reply = answer.read(dict[str, Any])
        if "error_response" in reply:
            raise self._refusal(answer, answer.fit(reply["error_response"], _Refusal))
        node = method.replace(".", "_")
        return answer.fit(reply.get(f"{node}_responce", reply.get(f"{node}_response")), shape)

    def _refusal(self, answer: Answer, refusal: _Refusal) -> PartnerError:
        code, words = str(refusal.code), refusal.zh_desc or refusal.en_desc or "gave no reason"
        if code in _TOO_OFTEN:
            return self._words.too_often(words, code=code)
        if code in _OUR_KEYS:
            return self._words.misconfigured(words, code=code)
        if code in _ITS_FAULT:
            return self._words.unavailable(words, code=code, outcome_unknown=answer.writes)
        return self._words.rejected(words, code=code)

    def _insist(self, outcome: _Outcome) -> None:
        """A refusal may stand inside a reply that is otherwise good."""
        if not outcome.success:
            words = outcome.chineseErrCode or outcome.englishErrCode or "gave no reason"
            raise self._words.rejected(words, code=text(outcome.numberCode or outcome.errorCode))


def sign(params: Mapping[str, str], secret: str) -> str:
    """JOS's signature over every parameter but ``sign`` (MD5, upper-case hexadecimal)."""
    joined = "".join(name + params[name] for name in sorted(params) if name != "sign")
    return hashlib.md5(f"{secret}{joined}{secret}".encode()).hexdigest().upper()


def _number(order_no: str) -> int | str:
    """JD's order numbers are 64-bit integers in JSON; what is none is sent as it is, for JD to refuse."""
    return int(order_no) if order_no.isascii() and order_no.isdecimal() else order_no


def _message(order: Mapping[str, Any], start: datetime) -> RawMessage:
    """An order whose time of change cannot be read belongs to the slice in which it came."""
    try:
        modified = from_beijing(text(order.get("modified")))
    except ValueError:
        modified = start
    return order_message(text(order.get("orderId")), order, modified)
