"""Orders and refunds of a WeChat shop (``/channels/ec/…``, developers.weixin.qq.com/doc/store, 2026).

Calls ``order/list/get`` and ``order/get``, ``aftersale/getaftersalelist`` and ``getaftersaleorder``, and
``order/delivery/send``; takes pushes in encrypted mode, which name an order that is then asked for.
Verified by: the published vectors, ``wechatpy`` on both sides of a push, and the sandbox. Not called live.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from pydantic import Field, SecretStr, field_validator

from integrations.answers import Reply
from integrations.chunks import chunks
from integrations.errors import Forged, PartnerError, Rejected
from integrations.reading import Reader, order_message, parsed, section, text
from integrations.settings import PartnerSettings, WebAddress
from integrations.tokens import TokenStore
from integrations.wechat_line import WeChatLine
from integrations.wechat_push import NotOurs, encoding_key, insist, opened
from integrations.wechat_shop_event import order_named, sealed_content
from integrations.wechat_shop_order import changed_at, parcels, read_order, to_send
from integrations.words import Words
from models.messages import ChannelOrder, Page, RawMessage, ShipmentNotice

NAME: Final = "wechat_shop"
SLICE: Final = timedelta(hours=23)
"""The longest window asked for: refunds are listed for a day at most, and both ends may belong to it."""

AT_ONCE: Final = 10
"""How many orders are asked for side by side."""

_DELIVERIES: Final = {"sf_express": "SF", "jtexpress": "JTSD"}
_BY_EXPRESS: Final = 1
_ORDERS, _REFUNDS = "orders", "refunds"
_SECOND: Final = timedelta(seconds=1)


class WechatShopSettings(PartnerSettings):
    """How to reach one shop."""

    url: WebAddress = Field(default="https://api.weixin.qq.com", description="Interface host")
    app_id: str = Field(description="AppID of the shop")
    app_secret: SecretStr = Field(description="AppSecret of the shop")
    token: SecretStr = Field(default=SecretStr(""), description="Token of the push settings; empty: nothing is pushed")
    aes_key: SecretStr = Field(default=SecretStr(""), description="EncodingAESKey of the push settings, 43 characters")
    page_size: int = Field(default=50, ge=1, le=100, description="Orders per page")
    deliveries: dict[str, str] = Field(
        default={}, description="Carriers: our name, or the warehouse's code → WeChat's delivery_id, where they differ"
    )

    @field_validator("aes_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        if key.get_secret_value():
            encoding_key(key.get_secret_value())
        return key


class _Orders(Reply):
    order_id_list: tuple[int | str, ...] = ()
    has_more: bool = False
    next_key: str = ""


class _Refunds(Reply):
    after_sale_order_id_list: tuple[int | str, ...] = ()
    has_more: bool = False
    next_key: str = ""


class _Order(Reply):
    order: dict[str, Any]


class _Refund(Reply):
    after_sale_order: dict[str, Any]


class _Done(Reply):
    errcode: int


@dataclass(frozen=True, slots=True)
class _Position:
    """Where the next page is: the slice that starts at ``start``, what is listed of it, and WeChat's own key."""

    start: datetime
    listed: str = _ORDERS
    key: str = ""

    @classmethod
    def parse(cls, cursor: str) -> "_Position":
        start, listed, key = cursor.split("|", 2)
        return cls(datetime.fromisoformat(start), listed, key)

    def cursor(self) -> str:
        return f"{self.start.isoformat()}|{self.listed}|{self.key}"


class WechatShop:
    """One shop's orders, with what became of their refunds."""

    def __init__(
        self, settings: WechatShopSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime], token: TokenStore
    ) -> None:
        self._settings = settings
        self._words = Words(NAME, settings.secrets())
        self._line = WeChatLine(NAME, settings.url, settings.app_id, settings.app_secret, http, clock, token)
        self._deliveries = _DELIVERIES | {name.lower(): code for name, code in settings.deliveries.items()}

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        """One page of the orders of a slice, and after them of those whose refunds changed in it.

        WeChat counts whole seconds and does not say which ends of its window belong to it: it is asked for a second
        more, and what lies outside is left to the neighbouring window.
        """
        start, end = (at.astimezone(UTC).replace(microsecond=0) for at in (since, until))
        at = _Position.parse(cursor) if cursor else _Position(start)
        if at.start >= end:
            return Page((), None)
        stop = min(at.start + SLICE, end)
        listed = self._orders if at.listed == _ORDERS else self._refunded
        messages, key = await listed(at.start, stop, at.key)
        inside = [each for each in messages if at.start <= each.occurred_at < stop]
        ordered = tuple(sorted(inside, key=lambda each: each.occurred_at))
        if key:
            return Page(ordered, _Position(at.start, at.listed, key).cursor())
        if at.listed == _ORDERS:
            return Page(ordered, _Position(at.start, _REFUNDS).cursor())
        return Page(ordered, _Position(stop).cursor() if stop < end else None)

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one order with its refunds."""
        order = parsed(message)
        number = text(order.get("order_id"))
        if not number:
            raise self._words.rejected("the order has no order_id", field="order_id")
        return read_order(number, order, message.occurred_at)

    async def push_shipment(self, notice: ShipmentNotice) -> None:
        """``order/delivery/send`` of everything that is not refunded, unless the order has that waybill already."""
        order = await self._with_refunds(await self._order(notice.order_no))
        if notice.waybill_no in parcels(order):
            return
        parcel = {
            "delivery_id": self._deliveries.get(notice.carrier.lower(), notice.carrier),
            "waybill_id": notice.waybill_no,
            "deliver_type": _BY_EXPRESS,
            "product_infos": to_send(order),
        }
        told = {"order_id": notice.order_no, "delivery_list": [parcel]}
        await self._line.call("/channels/ec/order/delivery/send", told, _Done, writes=True)

    def answer_check(self, query: Mapping[str, str]) -> str:
        """The echo by which WeChat knows that the address is ours. Raises ``Forged``."""
        try:
            self._insist(query, "signature")
        except NotOurs as error:
            raise self._words.forged(str(error)) from None
        return query.get("echostr", "")

    async def hear(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> RawMessage | None:  # noqa: ARG002 - signed in the query
        """Verify and open a push, then ask for the order that it names; ``None`` if it names none.

        An old push does no harm: what is asked for is how the order is now. Raises ``Forged``.
        """
        try:
            sealed = sealed_content(body)
            self._insist(query, "msg_signature", sealed)
            key = encoding_key(self._settings.aes_key.get_secret_value())
            number = order_named(opened(sealed, key, self._settings.app_id))
        except ValueError as error:
            raise self._words.forged(str(error)) from None
        return await self._message(number) if number else None

    def answer_call(self, body: bytes, refusal: PartnerError | None) -> tuple[int, str, bytes]:  # noqa: ARG002 - one answer to all
        """``success``; anything else makes WeChat push again, for about three hours."""
        if refusal is None:
            return 200, "text/plain", b"success"
        return 401 if isinstance(refusal, Forged) else 503, "text/plain", b"fail"

    def _insist(self, query: Mapping[str, str], name: str, *sealed: str) -> None:
        token = self._settings.token.get_secret_value()
        if not token:
            raise NotOurs("pushes are not set up here: token and aes_key are empty")
        insist(query.get(name, ""), token, query.get("timestamp", ""), query.get("nonce", ""), *sealed)

    async def _orders(self, start: datetime, stop: datetime, key: str) -> tuple[list[RawMessage], str]:
        window = {"start_time": _seconds(start - _SECOND), "end_time": _seconds(stop)}
        asked = {"update_time_range": window, "page_size": self._settings.page_size, "next_key": key}
        found = await self._line.call("/channels/ec/order/list/get", asked, _Orders)
        return await self._messages(map(str, found.order_id_list)), found.next_key if found.has_more else ""

    async def _refunded(self, start: datetime, stop: datetime, key: str) -> tuple[list[RawMessage], str]:
        asked = {
            "begin_update_time": _seconds(start - _SECOND),
            "end_update_time": _seconds(stop),
            "next_key": key,
        }
        found = await self._line.call("/channels/ec/aftersale/getaftersalelist", asked, _Refunds)
        refunds = [await self._refund(str(number)) for number in found.after_sale_order_id_list]
        changed = dict.fromkeys(text(refund.get("order_id")) for refund in refunds)
        return await self._messages(changed), found.next_key if found.has_more else ""

    async def _messages(self, numbers: Iterable[str]) -> list[RawMessage]:
        messages: list[RawMessage] = []
        for some in chunks(list(numbers), AT_ONCE):
            messages += await asyncio.gather(*map(self._message, some))
        return messages

    async def _message(self, number: str) -> RawMessage:
        """An order as it is now. One that is listed and then refused is kept with the refusal, not dropped."""
        try:
            order = await self._with_refunds(await self._order(number))
        except Rejected as error:
            order = {"order_id": number, "refused": str(error)}
        return order_message(number, order, changed_at(order, Reader()) or self._line.now())

    async def _with_refunds(self, order: dict[str, Any]) -> dict[str, Any]:
        listed = section(order.get("aftersale_detail")).get("aftersale_order_list")
        numbers = [text(section(each).get("aftersale_order_id")) for each in listed] if isinstance(listed, list) else []
        return {**order, "after_sale_orders": [await self._refund(each) for each in numbers]} if numbers else order

    async def _order(self, number: str) -> dict[str, Any]:
        return (await self._line.call("/channels/ec/order/get", {"order_id": number}, _Order)).order

    async def _refund(self, number: str) -> dict[str, Any]:
        asked = {"after_sale_order_id": number}
        return (await self._line.call("/channels/ec/aftersale/getaftersaleorder", asked, _Refund)).after_sale_order


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
