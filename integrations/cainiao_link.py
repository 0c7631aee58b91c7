"""Cainiao LINK, the message gateway between merchants and warehouses (``link.do``, signed XML in a form).

Sends ``WMS_CONSIGN_ORDER_NOTIFY``, ``WMS_ORDER_CANCEL_NOTIFY`` and the questions ``WMS_CONSIGN_BILL_GET`` and
``WMS_INVENTORY_QUERY``; takes ``WMS_CONSIGN_ORDER_CONFIRM`` and ``WMS_ORDER_STATUS_UPLOAD``. The fields are those of
messages seen in the field and of the same services at TOP (``taobao.wlb.wms.*``); the two questions are known from TOP
alone, and LINK's names for them are derived.
Verified by: the vectors of Cainiao's page and ours, the signer of the SDK ``cainiao``, the sandbox. Not called live.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, tostring

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Answer, Reply
from integrations.cainiao_link_messages import (
    check_code_of,
    consign_order,
    is_stopped,
    order_type,
    read_report,
    read_stock,
)
from integrations.errors import Forged, PartnerError, Rejected
from integrations.http import Wire
from integrations.markup import NotXml, Tree, read_xml, text_of, write_xml
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.lifecycle import OrderKind
from models.messages import (
    OutboundAccepted,
    OutboundConfirmed,
    OutboundProgress,
    OutboundRequest,
    RawMessage,
    StockLine,
)

NAME: Final = "cainiao_link"
_ROWS_PER_PAGE: Final = 50
_REPORTS: Final = {"WMS_CONSIGN_ORDER_CONFIRM", "WMS_ORDER_STATUS_UPLOAD"}
_NOT_THERE: Final = ("不存在", "未找到", "not exist", "not found")

_OUR_KEYS: Final = {"S02", "S03", "S10", "S11"}
"""Signature, company, gateway: what is agreed on in Cainiao's console."""

_NO_SUCH_TYPE: Final = "S04"

_OUR_CONTENT: Final = {_NO_SUCH_TYPE, "S01", "S05", "S12", "S20"}
_OF_THE_GATEWAY: Final = re.compile(r"S\d\d")
"""Codes of LINK itself: time-out, system error, or not known; warehouses have codes of their own beside them."""


class CainiaoLinkSettings(PartnerSettings):
    """How to reach the warehouses behind Cainiao LINK."""

    url: WebAddress = Field(default="https://link.cainiao.com/gateway/link.do", description="LINK's address")
    provider_id: SecretStr = Field(description="logistic_provider_id: our resource code, or the token granted to us")
    secret: SecretStr = Field(description="Secret key of the application; signs our messages and the warehouse's")
    to_code: str = Field(default="", description="to_code: whom LINK passes the messages to, where it asks for it")
    owner_user_id: str = Field(description="ownerUserId: whose goods these are")


class _Verdict(Reply):
    success: bool
    errorCode: str | None = None  # noqa: N815  (the partner's name)
    errorMsg: str | None = None  # noqa: N815


class CainiaoLink:
    """A warehouse provider, which may run several warehouses."""

    def __init__(
        self, settings: CainiaoLinkSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)

    async def push_outbound(self, request: OutboundRequest) -> OutboundAccepted:
        """``WMS_CONSIGN_ORDER_NOTIFY``; when it is refused, the warehouse is asked whether it has the outbound already.

        Some warehouses accept a number twice and pick it once, others refuse it in their own words.
        """
        content = consign_order(request, self._settings.owner_user_id)
        try:
            reply = await self._call("WMS_CONSIGN_ORDER_NOTIFY", content, writes=True)
        except Rejected:
            with suppress(Rejected):  # what it says of the outbound matters more than that it answers no questions
                if found := await self.find_outbound(request.outbound_no):
                    return found
            raise
        theirs = text_of(reply, "storeOrderCode") or text_of(reply, "orderCode") or request.outbound_no
        return OutboundAccepted(request.outbound_no, theirs, request.check_code)

    async def find_outbound(self, outbound_no: str) -> OutboundAccepted | None:
        """``WMS_CONSIGN_BILL_GET``; one that was cancelled or refused is not on the list any more."""
        bill = await self._bill(outbound_no)
        if bill is None or is_stopped(bill):
            return None
        return OutboundAccepted(outbound_no, text_of(bill, "cnOrderCode") or outbound_no, check_code_of(bill))

    async def cancel_outbound(
        self, outbound_no: str, warehouse: str, _reason: str, kind: OrderKind = OrderKind.SALE
    ) -> None:
        """``WMS_ORDER_CANCEL_NOTIFY``; stopped already is success."""
        request: Tree = {
            "ownerUserId": self._settings.owner_user_id,
            "storeCode": warehouse,
            "orderCode": outbound_no,
            "orderType": order_type(kind),
        }
        try:
            await self._call("WMS_ORDER_CANCEL_NOTIFY", request, writes=True)
        except Rejected:
            with suppress(Rejected):
                bill = await self._bill(outbound_no)
                if bill is not None and is_stopped(bill):
                    return
            raise

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """``WMS_INVENTORY_QUERY``, the whole warehouse page by page; a SKU that it does not name is left out."""
        wanted, found, seen, page = set(skus), dict[str, StockLine](), set[bytes](), 0
        while wanted - found.keys():
            page += 1
            rows = {tostring(row): row for row in await self._stock_page(warehouse, page)}
            if rows.keys() <= seen:
                break  # behind the last page, also where the page's number is not listened to
            seen |= rows.keys()
            try:
                found |= {line.sku: line for line in read_stock(rows.values(), warehouse)}
            except ValueError as error:
                raise self._words.unavailable(f"a stock figure cannot be read: {error}") from error
        return [found[sku] for sku in dict.fromkeys(skus) if sku in found]

    def receive_callback(
        self, _query: Mapping[str, str], _headers: Mapping[str, str], body: bytes, now: datetime
    ) -> RawMessage:
        """Verify the ``data_digest`` of a report, which covers its content alone: no time stamp, so a repeat is known
        by what it says. Raises ``Forged``, or ``Rejected`` for a genuine message of another type or without a number.
        """
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        content = form.get("logistics_interface", "")
        expected = digest(content, self._settings.secret.get_secret_value())
        if not hmac.compare_digest(expected.encode(), form.get("data_digest", "").encode()):
            raise self._words.forged("the message's data_digest does not fit")
        kind = form.get("msg_type", "")
        if kind not in _REPORTS:
            raise self._words.rejected(f"messages of type {kind} are not taken", field="msg_type")
        try:
            root = read_xml(content.encode())
        except NotXml as error:
            raise self._words.rejected(f"the message is not XML: {error}") from error
        outbound_no = text_of(root, "orderCode")
        if not outbound_no:
            raise self._words.rejected("the message names no outbound", field="orderCode")
        said = hashlib.sha256(content.encode()).hexdigest()[:16]
        return RawMessage(
            f"{outbound_no}:{text_of(root, 'outBizCode')}:{said}", tostring(root, encoding="unicode"), now
        )

    def answer_callback(self, refusal: PartnerError | None) -> tuple[str, bytes]:
        """``success``, or a failure with LINK's code: signature, or content."""
        told: Tree = {"success": "true", "errorCode": "", "errorMsg": ""}
        if refusal is not None:
            code = "S02" if isinstance(refusal, Forged) else "S05"
            told = {"success": "false", "errorCode": code, "errorMsg": refusal.message}
        return "text/xml; charset=utf-8", write_xml("response", told)

    def read_confirmation(self, message: RawMessage) -> OutboundConfirmed | OutboundProgress:
        """Translate a confirmation whose figures agree with each other, or a report of progress."""
        try:
            return read_report(read_xml(message.body.encode()), message.occurred_at)
        except ValueError as error:
            raise self._words.rejected(f"the report contradicts itself: {error}") from error

    async def _bill(self, outbound_no: str) -> Element | None:
        request: Tree = {"ownerUserId": self._settings.owner_user_id, "orderCode": outbound_no}
        try:
            reply = await self._call("WMS_CONSIGN_BILL_GET", request, writes=False)
        except Rejected as error:
            if any(words in error.message.lower() for words in _NOT_THERE):
                return None
            raise
        bills = reply.iter("consignSendInfo")
        return next((bill for bill in bills if text_of(bill, "orderCode") == outbound_no), None)

    async def _stock_page(self, warehouse: str, page: int) -> list[Element]:
        request: Tree = {
            "ownerUserId": self._settings.owner_user_id,
            "storeCode": warehouse,
            "inventoryType": "1",
            "type": "1",
            "pageNo": str(page),
            "pageSize": str(_ROWS_PER_PAGE),
        }
        return list((await self._call("WMS_INVENTORY_QUERY", request, writes=False)).iter("item"))

    async def _call(self, kind: str, request: Tree, *, writes: bool) -> Element:
        content = write_xml("request", request).decode()
        form = {
            "msg_type": kind,
            "logistic_provider_id": self._settings.provider_id.get_secret_value(),
            "logistics_interface": content,
            "data_digest": digest(content, self._settings.secret.get_secret_value()),
        }
        if self._settings.to_code:
            form["to_code"] = self._settings.to_code
        answer = await self._wire.call("POST", self._settings.url, writes=writes, form=form)
        # Refusals of the gateway itself were seen in JSON, whatever the message is written in.
        in_json = answer.body.lstrip().startswith(b"{")
        reply = Element("response") if in_json else answer.xml()
        verdict = answer.read(_Verdict) if in_json else self._verdict(answer, reply)
        if not verdict.success:
            raise self._refusal(answer, verdict)
        if in_json and not writes:
            raise answer.unreadable("it is JSON, and XML was asked for")
        return reply

    def _verdict(self, answer: Answer, reply: Element) -> _Verdict:
        names = ("success", "errorCode", "errorMsg")
        return answer.fit({name: text_of(reply, name) for name in names}, _Verdict)

    def _refusal(self, answer: Answer, verdict: _Verdict) -> PartnerError:
        code, words = (verdict.errorCode or "").strip(), verdict.errorMsg or "gave no reason"
        # Outbounds must be taken; a question that nobody answers here stops no warehouse.
        if code in _OUR_KEYS or (code == _NO_SUCH_TYPE and answer.writes):
            return self._words.misconfigured(words, code=code)
        if code not in _OUR_CONTENT and _OF_THE_GATEWAY.fullmatch(code):
            return self._words.unavailable(words, code=code, outcome_unknown=answer.writes)
        return self._words.rejected(words, code=code)


def digest(content: str, secret: str) -> str:
    """``data_digest``: base64 of the MD5 of the content and the secret key, in UTF-8."""
    return base64.b64encode(hashlib.md5((content + secret).encode()).digest()).decode()
