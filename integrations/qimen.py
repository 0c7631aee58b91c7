"""Qimen, the standard interface between ERP and warehouse systems (v2.0, XML over HTTP, doc.alidayu 104651).

Calls ``deliveryorder.create``, ``.batchcreate`` and ``.query``, ``order.cancel``, ``inventory.query``,
``returnorder.create`` and ``.query``; takes the callbacks of ``integrations.qimen_callbacks``.
Requests are signed together with their body: the bytes signed are the bytes sent.
Verified by: our vector of the documented formula and the sandbox; no independent SDK signs bodies. Not called live.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode
from xml.etree.ElementTree import Element, tostring

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Answer
from integrations.beijing import from_beijing, to_beijing
from integrations.chunks import chunks
from integrations.errors import PartnerError, Rejected
from integrations.http import Wire
from integrations.markup import NotXml, Tree, read_xml, text_of, write_xml
from integrations.qimen_batch import batch_request, read_answers
from integrations.qimen_callbacks import callback_of, callback_reply, key_of
from integrations.qimen_messages import check_code_of, create_request, order_type, read_confirmed, read_progress
from integrations.qimen_returns import read_return, return_request
from integrations.qimen_stock import read_changes, read_count, read_entry, read_stock
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.lifecycle import OrderKind
from models.messages import (
    OutboundAccepted,
    OutboundConfirmed,
    OutboundProgress,
    OutboundRequest,
    RawMessage,
    ReturnAccepted,
    ReturnArrived,
    ReturnRequest,
    StockLine,
    StockReport,
)

NAME: Final = "qimen"
TOLERANCE: Final = timedelta(minutes=10)
"""How far a callback's time stamp may be from now."""

_SKUS_PER_CALL: Final = 50
_OUR_KEYS: Final = {"sign-check-failure", "invalid-timestamp", "invalid-customer"}
_OUR_KEYS_AT_TOP: Final = {"11", "12", "24", "25", "26", "27", "28", "29", "30", "31"}
_NOT_THERE: Final = ("不存在", "未找到", "not exist", "not found")


class QimenSettings(PartnerSettings):
    """How to reach the warehouse system behind Qimen."""

    url: WebAddress = Field(default="https://qimen.api.taobao.com/router/qimen/service", description="Qimen's address")
    app_key: str = Field(description="AppKey of the application")
    secret: SecretStr = Field(description="AppSecret; signs our requests and the warehouse's callbacks")
    customer_id: str = Field(description="customerId that the warehouse gave us")
    owner_code: str = Field(description="ownerCode: whose goods these are")
    batch: int = Field(default=1, ge=1, description="How many outbounds the warehouse takes in one call; 1: one by one")


class Qimen:
    """A warehouse provider, which may run several warehouses."""

    def __init__(self, settings: QimenSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)

    async def push_outbound(self, request: OutboundRequest) -> OutboundAccepted:
        """``deliveryorder.create``; when it is refused, the warehouse is asked whether it has the outbound already."""
        try:
            reply = await self._call(
                "deliveryorder.create", create_request(request, self._settings.owner_code), writes=True
            )
        except Rejected:
            # The words for "exists already" differ between warehouses; what the warehouse has does not.
            if found := await self.find_outbound(request.outbound_no):
                return found
            raise
        theirs = text_of(reply, "deliveryOrderId") or request.outbound_no
        return OutboundAccepted(request.outbound_no, theirs, request.check_code)

    def outbounds_at_once(self) -> int:
        """What is set as ``batch``."""
        return self._settings.batch

    async def push_outbounds(self, requests: Sequence[OutboundRequest]) -> list[OutboundAccepted]:
        """``deliveryorder.batchcreate``, which gives no ``deliveryOrderId``. A failure names what was refused, but not
        what became of the others."""
        content = batch_request(requests, self._settings.owner_code)
        await self._call("deliveryorder.batchcreate", content, writes=True)
        return [OutboundAccepted(each.outbound_no, each.outbound_no, each.check_code) for each in requests]

    async def find_outbound(self, outbound_no: str) -> OutboundAccepted | None:
        """``deliveryorder.query``; a cancelled outbound is not on the list any more."""
        found = await self._found("deliveryorder.query", "orderCode", outbound_no)
        order = None if found is None else found.find("deliveryOrder")
        if found is None or order is None or text_of(order, "status") == "CANCELED":
            return None
        theirs = text_of(order, "deliveryOrderCode") or outbound_no
        return OutboundAccepted(theirs, text_of(order, "deliveryOrderId") or outbound_no, check_code_of(found))

    async def cancel_outbound(
        self, outbound_no: str, warehouse: str, reason: str, kind: OrderKind = OrderKind.SALE
    ) -> None:
        """``order.cancel``; cancelled already is success."""
        request: Tree = {
            "warehouseCode": warehouse,
            "ownerCode": self._settings.owner_code,
            "orderCode": outbound_no,
            "orderType": order_type(kind),
            "cancelReason": reason,
        }
        try:
            await self._call("order.cancel", request, writes=True)
        except Rejected:
            found = await self._found("deliveryorder.query", "orderCode", outbound_no)
            if found is None or text_of(found, "deliveryOrder/status") != "CANCELED":
                raise

    async def push_return(self, request: ReturnRequest) -> ReturnAccepted:
        """``returnorder.create``; when it is refused, the warehouse is asked whether it has the return already."""
        content = return_request(request, self._settings.owner_code)
        try:
            reply = await self._call("returnorder.create", content, writes=True)
        except Rejected:
            if found := await self.find_return(request.return_no):
                return found
            raise
        theirs = text_of(reply, "returnOrderId") or request.return_no
        return ReturnAccepted(request.return_no, theirs, request.check_code)

    async def find_return(self, return_no: str) -> ReturnAccepted | None:
        """``returnorder.query``."""
        found = await self._found("returnorder.query", "returnOrderCode", return_no)
        order = None if found is None else found.find("returnOrder")
        if found is None or order is None:
            return None
        ours = text_of(order, "returnOrderCode") or return_no
        return ReturnAccepted(ours, text_of(order, "returnOrderId") or return_no, check_code_of(found))

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """``inventory.query`` for good pieces (``ZP``); a SKU that the warehouse does not name is left out."""
        found: list[StockLine] = []
        for some in chunks(skus, _SKUS_PER_CALL):
            criteria: list[Tree] = [
                {
                    "warehouseCode": warehouse,
                    "ownerCode": self._settings.owner_code,
                    "itemCode": sku,
                    "inventoryType": "ZP",
                }
                for sku in some
            ]
            reply = await self._call("inventory.query", {"criteriaList": {"criteria": criteria}}, writes=False)
            try:
                found += read_stock(reply, warehouse)
            except ValueError as error:
                raise self._words.unavailable(f"a stock figure cannot be read: {error}") from error
        return found

    def receive_callback(
        self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
    ) -> RawMessage:
        """Verify signature and time stamp of a call of the warehouse's.

        The signature covers the URL's parameters, the headers that ``top-sign-list`` names, form fields and the body.
        Raises ``Forged``, or ``Rejected`` for a genuine call of another method or one that names no order.
        """
        self._verify(query, headers, body, now)
        callback = callback_of(query.get("method", ""))
        if callback is None:
            raise self._words.rejected(f"callbacks of {query.get('method', '')} are not taken", field="method")
        try:
            root = read_xml(body)
        except NotXml as error:
            raise self._words.rejected(f"the callback is not XML: {error}") from error
        key = key_of(root, callback, body)
        if not key:
            raise self._words.rejected("the callback names no order", field=callback.about.rpartition("/")[2])
        return RawMessage(key, tostring(root, encoding="unicode"), now)

    def answer_callback(self, refusal: PartnerError | None) -> tuple[str, bytes]:
        """``flag=success``, or a failure, in XML."""
        return "text/xml; charset=utf-8", callback_reply(refusal)

    def read_confirmation(self, message: RawMessage) -> OutboundConfirmed | OutboundProgress:
        """Translate a confirmation whose figures agree with each other, or a report of progress."""
        try:
            root = read_xml(message.body.encode())
            read = read_confirmed if root.find("process") is None else read_progress
            return read(root, message.occurred_at)
        except ValueError as error:
            raise self._words.rejected(f"the confirmation contradicts itself: {error}") from error

    def read_stock_report(self, message: RawMessage) -> StockReport | None:
        """Translate a ``stockchange.report``, an ``inventory.report`` or an ``entryorder.confirm``."""
        try:
            root = read_xml(message.body.encode())
            if root.find("entryOrder") is not None:
                read = read_entry
            elif root.find("items") is None:
                return None
            else:
                read = read_changes if root.find("checkOrderCode") is None else read_count
            return read(root, self._settings.owner_code, message.occurred_at)
        except ValueError as error:
            raise self._words.rejected(f"the report of stock contradicts itself: {error}") from error

    def read_answers(self, message: RawMessage) -> list[OutboundProgress]:
        """Translate a ``deliveryorder.batchcreate.answer``."""
        try:
            return read_answers(read_xml(message.body.encode()), message.occurred_at)
        except ValueError as error:
            raise self._words.rejected(f"the answer to a batch contradicts itself: {error}") from error

    def read_return(self, message: RawMessage) -> ReturnArrived | None:
        """Translate a ``returnorder.confirm``."""
        try:
            root = read_xml(message.body.encode())
            return None if root.find("returnOrder") is None else read_return(root, message.occurred_at)
        except ValueError as error:
            raise self._words.rejected(f"what came back contradicts itself: {error}") from error

    def _verify(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        signed = dict(query)
        signed |= {name: headers.get(name, "") for name in headers.get("top-sign-list", "").split(",") if name}
        form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        content = b"" if form else body
        if form:
            signed |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        expected = sign(signed, content, self._settings.secret.get_secret_value())
        if not hmac.compare_digest(expected.encode(), query.get("sign", "").upper().encode()):
            raise self._words.forged("the callback's signature does not fit")
        try:
            sent_at = from_beijing(query.get("timestamp", ""))
        except ValueError:
            raise self._words.forged("the callback has no readable time stamp") from None
        if abs(sent_at - now) > TOLERANCE:
            raise self._words.forged("the callback is older than ten minutes or from the future")

    async def _found(self, method: str, field: str, number: str) -> Element | None:
        request: Tree = {field: number, "page": "1", "pageSize": "1"}
        try:
            return await self._call(method, request, writes=False)
        except Rejected as error:
            if any(words in error.message.lower() for words in _NOT_THERE):
                return None
            raise

    async def _call(self, method: str, request: Tree, *, writes: bool) -> Element:
        body = write_xml("request", request)
        params = {
            "method": f"taobao.qimen.{method}",
            "timestamp": to_beijing(self._clock()),
            "format": "xml",
            "app_key": self._settings.app_key,
            "v": "2.0",
            "sign_method": "md5",
            "customerId": self._settings.customer_id,
        }
        params["sign"] = sign(params, body, self._settings.secret.get_secret_value())
        url = httpx.URL(f"{self._settings.url}?{urlencode(params)}")
        headers = {"content-type": "text/xml; charset=utf-8"}
        answer = await self._wire.call("POST", url, writes=writes, headers=headers, content=body)
        reply = answer.xml()
        if text_of(reply, "flag") != "success":
            raise self._refusal(answer, reply)
        return reply

    def _refusal(self, answer: Answer, reply: Element) -> PartnerError:
        if text_of(reply, "flag") != "failure" and reply.tag != "error_response":
            return answer.unreadable("it has no flag")
        code, sub_code = text_of(reply, "code"), text_of(reply, "sub_code")
        words = text_of(reply, "sub_message") or text_of(reply, "message") or text_of(reply, "msg")
        shown = f"{code} {sub_code}".strip()
        if {code, sub_code} & _OUR_KEYS or code in _OUR_KEYS_AT_TOP:
            return self._words.misconfigured(words, code=shown)
        if code == "7":
            return self._words.too_often(words, code=shown)
        if code == "10" or sub_code.startswith("isp."):
            return self._words.unavailable(words, code=shown, outcome_unknown=answer.writes)
        return self._words.rejected(words, code=shown)


def sign(params: Mapping[str, str], body: bytes, secret: str) -> str:
    """Qimen's signature: upper-case MD5 of the secret, the sorted parameters but ``sign``, the body, the secret."""
    joined = "".join(name + params[name] for name in sorted(params) if name != "sign")
    return hashlib.md5(f"{secret}{joined}".encode() + body + secret.encode()).hexdigest().upper()
