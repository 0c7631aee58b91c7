"""J&T Express in China (``webopenplatformapi`` v1, open.jtexpress.com.cn, as several third-party clients agree).

Calls ``order/addOrder``, ``getOrders``, ``cancelOrder``, ``printOrder`` and ``logistics/trace``. The header signs the
exact text sent; an order carries the customer's own digest inside as well.
Verified by: the digests of the published test account, and the sandbox. Not called live; no independent SDK exists.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Reply
from integrations.chunks import chunks
from integrations.errors import PartnerError, Rejected
from integrations.http import Wire
from integrations.jtexpress_messages import CARRIER, TraceReply, booking, track_points
from integrations.pdf import MEDIA_TYPE, is_whole_pdf
from integrations.reading import canonical
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.messages import Label, TrackPoint, Waybill, WaybillRequest

NAME: Final = "jtexpress"
_NUMBERS_PER_CALL: Final = 10
_SUCCESS: Final = "1"
_BOOKED_ALREADY: Final = "145002001"
_EXISTS: Final = "已存在"
_NOT_FOUND: Final = {"145003064", "999001030", "999002000"}
_OUR_KEYS: Final = {
    "145003010", "145003012", "145003030", "145003031", "145003051", "145003052", "145003053", "145003071",
}  # fmt: skip
_MAYBE_DONE: Final = {"145003040", "145005000"}
_CANCELLED: Final = 104
_BY_OUR_NUMBER: Final = 1

R = TypeVar("R")


class JtExpressSettings(PartnerSettings):
    """How to reach J&T Express."""

    url: WebAddress = Field(
        default="https://openapi.jtexpress.com.cn/webopenplatformapi/api", description="J&T's address, up to /api"
    )
    api_account: str = Field(description="Account of the application (apiAccount)")
    private_key: SecretStr = Field(description="The application's key that signs requests (privateKey)")
    customer_code: str = Field(description="Customer code (customerCode)")
    password: SecretStr = Field(description="The customer's password for orders, as plain text")
    pay_type: str = Field(default="PP_PM", description="Who pays: PP_PM monthly, CC_CASH the receiver")


class _Outer(Reply):
    code: str | int
    msg: str | None = ""
    data: Any = None


class _Order(Reply):
    txlogisticId: str = Field(min_length=1)  # noqa: N815  (the partner's name)
    billCode: str | None = None  # noqa: N815
    orderStatus: int | None = None  # noqa: N815


class _Printed(Reply):
    base64EncodeContent: str = Field(min_length=1)  # noqa: N815


class JtExpress:
    """The carrier under one customer code."""

    def __init__(self, settings: JtExpressSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)

    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        """``order/addOrder``; one that exists already is looked up."""
        content = booking(request) | {"payType": self._settings.pay_type}
        try:
            order = await self._call("order/addOrder", self._ordered(content), _Order, writes=True)
        except Rejected as error:
            if error.code != _BOOKED_ALREADY and _EXISTS not in error.message:
                raise
            found = await self._search(request.request_no)
            if found is None:
                raise
            order = found
        return self._waybill(order)

    async def find_waybill(self, request_no: str) -> Waybill | None:
        """``order/getOrders``; a cancelled booking has no waybill any more."""
        order = await self._search(request_no)
        return None if order is None or order.orderStatus == _CANCELLED else self._waybill(order)

    async def cancel_waybill(self, waybill: Waybill) -> None:
        """``order/cancelOrder``; one that is cancelled already is. Raises ``Rejected`` once it was picked up."""
        content = {"txlogisticId": waybill.request_no, "orderType": "1", "reason": "order cancelled"}
        try:
            await self._call("order/cancelOrder", self._ordered(content), object, writes=True)
        except Rejected:
            order = await self._search(waybill.request_no)
            if order is None or order.orderStatus != _CANCELLED:
                raise

    async def fetch_label(self, waybill: Waybill) -> Label:
        """``order/printOrder``: a PDF."""
        content = self._ordered({"billCode": waybill.waybill_no})
        printed = await self._call("order/printOrder", content, _Printed)
        try:
            file = base64.b64decode(printed.base64EncodeContent, validate=True)
        except binascii.Error:
            file = b""
        if not is_whole_pdf(file):
            raise self._words.unavailable("the label is not a PDF, or was cut off")
        return Label(waybill.waybill_no, MEDIA_TYPE, file)

    async def track(self, waybill_nos: Sequence[str]) -> list[TrackPoint]:
        """``logistics/trace``, ten numbers a call; a parcel that J&T does not know has no points."""
        points: list[TrackPoint] = []
        for some in chunks(list(dict.fromkeys(waybill_nos)), _NUMBERS_PER_CALL):
            traces = await self._call("logistics/trace", {"billCodes": ",".join(some)}, tuple[TraceReply, ...])
            try:
                points += track_points(traces)
            except ValueError as error:
                raise self._words.unavailable(f"a trace cannot be read: {error}") from error
        return sorted(points, key=lambda point: point.happened_at)

    async def _search(self, request_no: str) -> _Order | None:
        content = {"command": _BY_OUR_NUMBER, "serialNumber": [request_no]}
        try:
            orders = await self._call("order/getOrders", self._ordered(content), tuple[_Order, ...])
        except Rejected as error:
            if error.code in _NOT_FOUND:
                return None
            raise
        return next((order for order in orders if order.txlogisticId == request_no), None)

    def _waybill(self, order: _Order) -> Waybill:
        if not order.billCode:
            raise self._words.unavailable("J&T has not given a waybill number yet")
        return Waybill(order.txlogisticId, order.billCode, CARRIER)

    def _ordered(self, content: dict[str, Any]) -> dict[str, Any]:
        settings = self._settings
        signed = customer_digest(
            settings.customer_code, settings.password.get_secret_value(), settings.private_key.get_secret_value()
        )
        return content | {"customerCode": settings.customer_code, "digest": signed}

    async def _call(self, path: str, content: object, shape: type[R], *, writes: bool = False) -> R:
        body = canonical(content)
        headers = {
            "apiAccount": self._settings.api_account,
            "timestamp": str(int(self._clock().timestamp() * 1000)),
            "digest": digest(body, self._settings.private_key.get_secret_value()),
        }
        url = f"{self._settings.url}/{path}"
        answer = await self._wire.call("POST", url, writes=writes, headers=headers, form={"bizContent": body})
        outer = answer.read(_Outer)
        if str(outer.code) != _SUCCESS:
            raise self._refusal(outer, writes=writes)
        return answer.fit(outer.data, shape)

    def _refusal(self, outer: _Outer, *, writes: bool) -> PartnerError:
        code, words = str(outer.code), outer.msg or "gave no reason"
        if code in _OUR_KEYS:
            return self._words.misconfigured(words, code=code)
        if code in _MAYBE_DONE:
            return self._words.unavailable(words, code=code, outcome_unknown=writes)
        return self._words.rejected(words, code=code)


def digest(body: str, private_key: str) -> str:
    """The header: base64 of the MD5 of the text in ``bizContent`` and the private key."""
    return base64.b64encode(hashlib.md5((body + private_key).encode()).digest()).decode()


def customer_digest(customer_code: str, password: str, private_key: str) -> str:
    """The ``digest`` inside an order: over customer code, salted password hash and private key."""
    return digest(customer_code + hidden(password), private_key)


def hidden(password: str) -> str:
    """The customer's password as J&T wants it: upper-case MD5 with the salt that all customers share."""
    return hashlib.md5((password + "jadada236t2").encode()).hexdigest().upper()
