"""SF Express through the Fengqiao platform (``/std/service``, overview of 2023, open.sf-express.com).

Calls ``EXP_RECE_CREATE_ORDER``, ``EXP_RECE_SEARCH_ORDER_RESP``, ``EXP_RECE_UPDATE_ORDER``, ``EXP_RECE_SEARCH_ROUTES``
and ``COM_RECE_CLOUD_PRINT_WAYBILLS``. A reply has two layers: the platform's code, and inside, as JSON in a text, the
service's.
Verified by: the published sample digest, the package ``karrio.sf-express``, and the sandbox. Not called live.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote_plus
from uuid import uuid4

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Answer, Reply
from integrations.chunks import chunks
from integrations.errors import PartnerError, Rejected
from integrations.http import Wire
from integrations.pdf import MEDIA_TYPE, is_whole_pdf
from integrations.rate import Rate
from integrations.reading import canonical
from integrations.settings import PartnerSettings, WebAddress
from integrations.sf_express_messages import CARRIER, RouteReply, booking, track_points
from integrations.words import Words
from models.messages import Label, TrackPoint, Waybill, WaybillRequest

NAME: Final = "sf_express"
_NUMBERS_PER_CALL: Final = 10
_BOOKED_ALREADY: Final = "8016"
_CANCELLED_ALREADY: Final = "8037"
_NOT_FOUND: Final = {"8018", "8024", "6150"}
_OUR_KEYS: Final = {"A1002", "A1003", "A1004", "A1006", "A1008"}
_PATIENCE: Final = {"A1005", "A1010"}
_MAYBE_DONE: Final = {"A1007", "A1009", "A1099"}
_REFUSED_AREA: Final = 3
_MAIN: Final = 1

R = TypeVar("R", bound=Reply)


class SfExpressSettings(PartnerSettings):
    """How to reach SF Express."""

    rate = Rate(30, 1)  # what SF states for its test system; for the real one, an agreement counts

    url: WebAddress = Field(default="https://bspgw.sf-express.com/std/service", description="SF's address")
    partner_id: str = Field(description="Customer code (partnerID)")
    checkword: SecretStr = Field(description="Check word that signs requests")
    monthly_card: str = Field(description="Monthly settlement card that is charged")
    express_type: int = Field(default=2, description="Product: 1 express, 2 standard")
    pay_method: int = Field(default=1, ge=1, le=3, description="Who pays: 1 sender, 2 receiver, 3 a third party")
    check_phone: str = Field(
        default="", description="Last four digits of the sender's phone, if SF asks for them with routes"
    )
    template_code: str = Field(
        default="",
        description="Template of the label (fm_76130_standard_…); empty: labels are data for a program of ours",
    )


class _Outer(Reply):
    apiResultCode: str  # noqa: N815  (the partner's name)
    apiErrorMsg: str | None = ""  # noqa: N815
    apiResultData: str | None = None  # noqa: N815


class _Inner(Reply):
    success: bool
    errorCode: str | None = ""  # noqa: N815
    errorMsg: str | None = ""  # noqa: N815
    msgData: Any = None  # noqa: N815
    obj: Any = None


class _WaybillNo(Reply):
    waybillType: int  # noqa: N815
    waybillNo: str = Field(min_length=1)  # noqa: N815


class _Order(Reply):
    orderId: str | None = ""  # noqa: N815
    filterResult: int | None = None  # noqa: N815
    waybillNoInfoList: tuple[_WaybillNo, ...] | None = None  # noqa: N815
    routeLabelInfo: list[dict[str, Any]] | None = None  # noqa: N815


class _Routes(Reply):
    routeResps: tuple[RouteReply, ...]  # noqa: N815


class _File(Reply):
    url: str = Field(min_length=1)
    token: str = ""


class _Printed(Reply):
    files: tuple[_File, ...] = Field(min_length=1)


class _Done(Reply):
    pass


class SfExpress:
    """The carrier under one customer code."""

    def __init__(self, settings: SfExpressSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._http = http
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)

    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        """``EXP_RECE_CREATE_ORDER``; code 8016 says that it is booked, and then the first booking is looked up.

        Raises ``Unavailable`` while SF has yet to decide whether it goes there, and so has given no number.
        """
        settings = self._settings
        content = booking(request) | {
            "monthlyCard": settings.monthly_card,
            "expressTypeId": settings.express_type,
            "payMethod": settings.pay_method,
        }
        try:
            order = await self._call("EXP_RECE_CREATE_ORDER", content, _Order, writes=True)
        except Rejected as error:
            if error.code != _BOOKED_ALREADY:
                raise
            order = await self._search(request.request_no)
        return self._waybill(request.request_no, order)

    async def find_waybill(self, request_no: str) -> Waybill | None:
        """``EXP_RECE_SEARCH_ORDER_RESP``; a cancelled booking has no waybill any more."""
        try:
            order = await self._search(request_no)
        except Rejected as error:
            if error.code in _NOT_FOUND | {_CANCELLED_ALREADY}:
                return None
            raise
        return self._waybill(request_no, order)

    async def cancel_waybill(self, waybill: Waybill) -> None:
        """``EXP_RECE_UPDATE_ORDER`` with ``dealType`` 2; cancelled already is success."""
        content = {
            "orderId": waybill.request_no,
            "dealType": 2,
            "waybillNoInfoList": [{"waybillType": _MAIN, "waybillNo": waybill.waybill_no}],
        }
        try:
            await self._call("EXP_RECE_UPDATE_ORDER", content, _Done, writes=True)
        except Rejected as error:
            if error.code != _CANCELLED_ALREADY:
                raise

    async def fetch_label(self, waybill: Waybill) -> Label:
        """A PDF by ``COM_RECE_CLOUD_PRINT_WAYBILLS``; without ``template_code`` the ``routeLabelInfo`` of the order."""
        if self._settings.template_code:
            return Label(waybill.waybill_no, MEDIA_TYPE, await self._printed(waybill.waybill_no))
        order = await self._search(waybill.request_no)
        if self._waybill(waybill.request_no, order).waybill_no != waybill.waybill_no or not order.routeLabelInfo:
            raise self._words.rejected("there is no label data of this waybill", field="waybillNo")
        return Label(waybill.waybill_no, "application/json", canonical(order.routeLabelInfo).encode())

    async def track(self, waybill_nos: Sequence[str]) -> list[TrackPoint]:
        """``EXP_RECE_SEARCH_ROUTES``, ten numbers a call; a parcel that SF does not know has no points."""
        points: list[TrackPoint] = []
        for some in chunks(list(dict.fromkeys(waybill_nos)), _NUMBERS_PER_CALL):
            content: dict[str, Any] = {
                "language": "zh-CN",
                "trackingType": 1,
                "trackingNumber": list(some),
                "methodType": 1,
            }
            if self._settings.check_phone:
                content["checkPhoneNo"] = self._settings.check_phone
            found = await self._call("EXP_RECE_SEARCH_ROUTES", content, _Routes)
            try:
                points += track_points(found.routeResps)
            except ValueError as error:
                raise self._words.unavailable(f"a route cannot be read: {error}") from error
        return sorted(points, key=lambda point: point.happened_at)

    async def _printed(self, waybill_no: str) -> bytes:
        asked = {
            "templateCode": self._settings.template_code,
            "version": "2.0",
            "fileType": "pdf",
            "sync": True,
            "documents": [{"masterWaybillNo": waybill_no}],
        }
        file = (await self._call("COM_RECE_CLOUD_PRINT_WAYBILLS", asked, _Printed)).files[0]
        # Whoever has the token may read the label: it is as secret as the check word.
        words = Words(NAME, (*self._settings.secrets(), file.token))
        wire = Wire(words, self._http, self._clock)
        answer = await wire.call("GET", file.url, writes=False, headers={"X-Auth-token": file.token})
        if not is_whole_pdf(answer.body):
            raise answer.unreadable("it is not a PDF, or was cut off")
        return answer.body

    async def _search(self, request_no: str) -> _Order:
        content = {"orderId": request_no, "searchType": 1, "language": "zh-CN"}
        return await self._call("EXP_RECE_SEARCH_ORDER_RESP", content, _Order)

    def _waybill(self, request_no: str, order: _Order) -> Waybill:
        for number in order.waybillNoInfoList or ():
            if number.waybillType == _MAIN:
                return Waybill(order.orderId or request_no, number.waybillNo, CARRIER)
        if order.filterResult == _REFUSED_AREA:
            raise self._words.rejected("SF does not carry to this address", field="receiver")
        raise self._words.unavailable("SF has not given a waybill number yet")

    async def _call(self, service: str, content: object, shape: type[R], *, writes: bool = False) -> R:
        body = canonical(content)
        timestamp = str(int(self._clock().timestamp() * 1000))
        form = {
            "partnerID": self._settings.partner_id,
            "requestID": str(uuid4()),
            "serviceCode": service,
            "timestamp": timestamp,
            "msgDigest": digest(body, timestamp, self._settings.checkword.get_secret_value()),
            "msgData": body,
        }
        answer = await self._wire.call("POST", self._settings.url, writes=writes, form=form)
        outer = answer.read(_Outer)
        if outer.apiResultCode != "A1000":
            raise self._platform_refusal(answer, outer)
        try:
            inside = json.loads(outer.apiResultData or "")
        except ValueError as error:
            raise answer.unreadable("apiResultData is not JSON") from error
        inner = answer.fit(inside, _Inner)
        if not inner.success:
            raise self._words.rejected(inner.errorMsg or "gave no reason", code=inner.errorCode or "")
        return answer.fit(inner.msgData or inner.obj or {}, shape)

    def _platform_refusal(self, answer: Answer, outer: _Outer) -> PartnerError:
        code, words = outer.apiResultCode, outer.apiErrorMsg or "gave no reason"
        if code in _OUR_KEYS:
            return self._words.misconfigured(words, code=code)
        if code in _PATIENCE:
            return self._words.too_often(words, code=code)
        if code in _MAYBE_DONE:
            return self._words.unavailable(words, code=code, outcome_unknown=answer.writes)
        return self._words.rejected(words, code=code)


def digest(body: str, timestamp: str, checkword: str) -> str:
    """``msgDigest``: base64 of the MD5 of what Java's ``URLEncoder`` makes of body, time stamp and check word."""
    # Java leaves `*` bare and escapes `~`; Python's quote_plus does the opposite.
    encoded = quote_plus(body + timestamp + checkword, safe="*").replace("~", "%7E")
    return base64.b64encode(hashlib.md5(encoded.encode()).digest()).decode()
