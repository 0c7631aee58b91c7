"""Orders sold on 1688 through its open platform (``param2/1``, open.1688.com, API pages of 2026).

Calls ``alibaba.trade.getSellerOrderList``, which tells no receiver, ``alibaba.trade.get.sellerView`` for each order of
it, and ``alibaba.logistics.OpDeliverySendOrder.offline``.
Verified by: the signature example of the official page, the SDK ``open-1688``, and the sandbox. Not called live.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import httpx
from pydantic import Field, SecretStr

from integrations.alibaba_1688_order import bills, moment, number_of, read_order, to_send, written
from integrations.answers import Answer, Reply
from integrations.chunks import chunks
from integrations.errors import PartnerError, Rejected
from integrations.http import Wire
from integrations.newest_first import SECOND, Found, walk
from integrations.reading import canonical, order_message, parsed, section, text
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.messages import ChannelOrder, Page, RawMessage, ShipmentNotice

NAME: Final = "alibaba_1688"
SLICE: Final = timedelta(days=1)
"""The longest window that is asked for; 1688 names no limit."""

AT_ONCE: Final = 10
"""How many orders are asked for side by side."""

COMPANIES: Final = {
    "sf_express": "SF", "sf": "SF", "zto": "ZTO", "yto": "YTO", "sto": "STO", "yunda": "YUNDA", "yd": "YUNDA",
    "ems": "EMS",
}  # fmt: skip
"""A carrier's partner here, or the code that a warehouse writes → the company's code at 1688 (``cpCode``)."""

_LIST: Final = "com.alibaba.trade/alibaba.trade.getSellerOrderList"
_VIEW: Final = "com.alibaba.trade/alibaba.trade.get.sellerView"
_SEND: Final = "com.alibaba.logistics/alibaba.logistics.OpDeliverySendOrder.offline"

R = TypeVar("R", bound="_Said")


class Alibaba1688Settings(PartnerSettings):
    """How to reach one seller on 1688."""

    url: WebAddress = Field(default="https://gw.open.1688.com/openapi", description="The platform's address")
    app_key: str = Field(description="AppKey of the application")
    secret: SecretStr = Field(description="AppSecret of the application")
    access_token: SecretStr = Field(description="Access token that the seller granted")
    page_size: int = Field(default=20, ge=1, le=50, description="Orders per page; the pages say 20, clients use 50")
    companies: dict[str, str] = Field(
        default={}, description="Further carriers: our name, or the warehouse's code → 1688's code of the company"
    )


class _Said(Reply):
    """How a refusal stands inside a reply: each interface leaves out what does not concern it."""

    success: bool | None = None
    errorCode: str | int | None = None  # noqa: N815  (the partner's name)
    errorMessage: str | None = None  # noqa: N815


class _Orders(_Said):
    result: tuple[dict[str, Any], ...] | None = None
    totalRecord: int | None = None  # noqa: N815


class _View(_Said):
    result: dict[str, Any] | None = None


class _Sent(_Said):
    success: bool


class _Refusal(Reply):
    error_code: str
    error_message: str = ""


class Alibaba1688:
    """One seller's orders."""

    def __init__(
        self, settings: Alibaba1688Settings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)
        self._companies = COMPANIES | {name.lower(): code for name, code in settings.companies.items()}

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        """One page of the list, walked from the last page to the first, each order of it asked for."""
        return await walk(self._changed, since, until, cursor, size=self._settings.page_size, longest=SLICE)

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one order."""
        order = parsed(message)
        number = number_of(order)
        if not number:
            raise self._words.rejected("the order has no id", field="idOfStr")
        return read_order(number, order, message.occurred_at)

    async def push_shipment(self, notice: ShipmentNotice) -> None:
        """``OpDeliverySendOrder.offline`` of everything that is not refunded, unless the order has that bill already.

        Raises ``Misconfigured`` for a carrier whose code at 1688 is not known.
        """
        company = self._companies.get(notice.carrier.lower())
        if company is None:
            raise self._words.misconfigured(f"what 1688 calls {notice.carrier} is not known: add it to companies")
        order = await self._order(notice.order_no)
        if notice.waybill_no in bills(order):
            return
        parcel = {"cpCode": company, "logisticsCpName": company, "mailNo": notice.waybill_no}
        told = {
            "sendGoods": canonical([{"sourceId": notice.order_no, "sendGoodEntries": to_send(order)}]),
            "extBody": canonical(parcel),
            "gmtSend": written(notice.shipped_at),
        }
        await self._call(_SEND, told, _Sent, writes=True)

    async def _changed(self, start: datetime, stop: datetime, page: int, size: int) -> Found:
        asked = {
            "modifyStartTime": written(start - SECOND),
            "modifyEndTime": written(stop),
            "page": str(page),
            "pageSize": str(size),
        }
        found = await self._call(_LIST, asked, _Orders)
        messages: list[RawMessage] = []
        for some in chunks([number_of(each) for each in found.result or ()], AT_ONCE):
            messages += await asyncio.gather(*(self._message(number, start) for number in some))
        return Found(found.totalRecord or 0, messages)

    async def _message(self, number: str, start: datetime) -> RawMessage:
        """An order as it is now; one whose time of change cannot be read belongs to the slice in which it came. One
        that is listed and then refused is kept with the refusal, not dropped."""
        try:
            order = await self._order(number)
            changed_at = moment(text(section(order.get("baseInfo")).get("modifyTime")))
        except Rejected as error:
            return order_message(number, {"baseInfo": {"idOfStr": number}, "refused": str(error)}, start)
        except ValueError:
            changed_at = start
        return order_message(number, order, changed_at)

    async def _order(self, number: str) -> dict[str, Any]:
        order = (await self._call(_VIEW, {"orderId": number, "webSite": "1688"}, _View)).result
        if order is None:
            raise self._words.unavailable(f"told nothing of the order {number}")
        return order

    async def _call(self, api: str, asked: Mapping[str, str], shape: type[R], *, writes: bool = False) -> R:
        path = f"param2/1/{api}/{self._settings.app_key}"
        params = {**asked, "access_token": self._settings.access_token.get_secret_value()}
        form = params | {"_aop_signature": sign(path, params, self._settings.secret.get_secret_value())}
        answer = await self._wire.call("POST", f"{self._settings.url}/{path}", writes=writes, form=form, accept=(400,))
        if answer.status == 400:
            raise self._refusal(answer.read(_Refusal))
        said = answer.read(shape)
        self._insist(answer, said)
        return said

    def _refusal(self, refusal: _Refusal) -> PartnerError:
        code, words = refusal.error_code, refusal.error_message or "gave no reason"
        if "FrequencyLimit" in code:
            return self._words.too_often(words, code=code)
        return (self._words.misconfigured if code.startswith("gw.") else self._words.rejected)(words, code=code)

    def _insist(self, answer: Answer, said: _Said) -> None:
        if said.success is False or said.errorCode:
            raise self._words.rejected(said.errorMessage or "gave no reason", code=text(said.errorCode))
        if said.success is None and not said.model_dump(exclude_none=True):
            raise answer.unreadable("it has neither a result nor a reason")


def sign(path: str, params: Mapping[str, str], secret: str) -> str:
    """The platform's signature: HMAC-SHA1 over the path and the sorted pairs (upper-case hexadecimal)."""
    joined = path + "".join(sorted(name + value for name, value in params.items() if name != "_aop_signature"))
    return hmac.new(secret.encode(), joined.encode(), hashlib.sha1).hexdigest().upper()
