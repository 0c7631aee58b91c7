"""Kingdee K/3 Cloud through its WebAPI, signed per request (mode B of the official SDK 8.2.0, no log-in call).

Calls ``Save``, ``Submit``, ``Audit``, ``UnAudit``, ``CancelAssign``, ``ExcuteOperation`` and ``ExecuteBillQuery`` for
``SAL_SaleOrder`` and ``STK_Inventory``. Our order number is ``FBillNo``, so a second ``Save`` is refused and the chain
goes on from the document's status. The operation ``Cancel`` makes an order void (vip.kingdee.com/article/178658).
``FNote`` begins with our check code. How far an order is goes into fields that the company adds to the order's head
and leaves open after the audit; a ``Save`` that names them in ``NeedUpDateFields`` changes nothing else.
Verified by: the official SDK ``kingdee.cdp.webapi.sdk`` (headers, names of services) and the sandbox. Not called live.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Answer, Reply
from integrations.beijing import to_beijing
from integrations.chunks import chunks
from integrations.errors import PartnerError, Rejected
from integrations.http import Wire
from integrations.kingdee_model import (
    ORDER_FORM,
    RECEIVABLE_FORM,
    STOCK_FORM,
    quoted,
    receivable,
    sale_order,
    sale_order_news,
)
from integrations.kingdee_sign import Account, headers
from integrations.settings import PartnerSettings, WebAddress
from integrations.stock_rows import stock_lines
from integrations.words import Words
from models.check_code import code_in
from models.messages import ErpNews, ErpOrder, ErpReceipt, ErpStatus, Receivable, StockLine

NAME: Final = "kingdee_cloud"
_FORMS: Final = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService"
_AUDITED, _IN_REVIEW = "C", "B"
_CANCELLED: Final = "B"
_CANCEL: Final = "Cancel"
_SESSION_LOST: Final = ("ctx == null", "未登录", "会话")
_ROWS: Final = 2000
_SKUS_PER_CALL: Final = 100


class KingdeeCloudSettings(PartnerSettings):
    """How to reach one accounting set of Kingdee K/3 Cloud."""

    url: WebAddress = Field(description="Server address up to and including /k3cloud")
    account_id: str = Field(description="Id of the accounting set (acctId)")
    user: str = Field(description="User of the integration")
    app_id: str = Field(description="Application id, with the part after the underscore")
    app_secret: SecretStr = Field(description="Application secret")
    language: int = Field(default=2052, description="Language of messages; 2052 is Chinese")
    sales_organisation: str = Field(default="100", description="Number of the sales organisation")
    unit: str = Field(default="Pcs", description="Number of the unit in which goods are counted")
    currencies: dict[str, str] = Field(
        default={"CNY": "PRE001"}, description="ISO currency → number of the currency in Kingdee"
    )
    progress_field: str = Field(
        default="F_HUB_PROGRESS", description="Own field of the order, if it has one: how far it is"
    )
    outbound_field: str = Field(
        default="F_HUB_OUTBOUND", description="Own field of the order, if it has one: number of the outbound"
    )
    waybill_field: str = Field(
        default="F_HUB_WAYBILL", description="Own field of the order, if it has one: waybill numbers"
    )


class _Mistake(Reply):
    FieldName: str | None = ""
    Message: str | None = ""


class _Status(Reply):
    IsSuccess: bool
    ErrorCode: int | str | None = None
    Errors: tuple[_Mistake, ...] = ()
    MsgCode: int | None = 0


class _Result(Reply):
    ResponseStatus: _Status
    Id: int | str | None = None


class _Envelope(Reply):
    Result: _Result


@dataclass(frozen=True, slots=True)
class _Document:
    """A sales order as it stands there."""

    id: str
    status: str
    customer: str
    check_code: str
    cancelled: bool


class KingdeeCloud:
    """One accounting set."""

    def __init__(
        self, settings: KingdeeCloudSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)
        self._account = Account(
            settings.account_id, settings.user, settings.app_id, settings.app_secret, settings.language
        )

    async def push_order(self, order: ErpOrder) -> ErpReceipt:
        """Save, submit, audit; an order that is there already is taken up where an earlier attempt stopped."""
        currency = self._currency(order.currency)
        model = sale_order(order, self._settings.sales_organisation, self._settings.unit, currency)
        try:
            saved = await self._write("Save", {"IsAutoSubmitAndAudit": "false", "Model": model})
            document_id, status = str(saved.Id), "A"
        except Rejected as error:
            found = await self._document(order.order_no) if error.field.upper() == "FBILLNO" else None
            if found is None:
                raise
            document_id, status = found.id, found.status
            if found.customer != order.customer:
                raise self._words.rejected(
                    f"{order.order_no} exists for customer {found.customer}, not {order.customer}", field="FCustId"
                ) from error
            self._check_code(order.order_no, order.check_code, found)
        if status not in {_IN_REVIEW, _AUDITED}:
            await self._write("Submit", {"Numbers": [order.order_no]})
        if status != _AUDITED:
            await self._write("Audit", {"Numbers": [order.order_no]})
        return ErpReceipt(order.order_no, document_id, audited=True, check_code=order.check_code)

    async def find_order(self, order_no: str) -> ErpReceipt | None:
        """``ExecuteBillQuery`` by ``FBillNo``."""
        found = await self._document(order_no)
        if found is None:
            return None
        return ErpReceipt(order_no, found.id, found.status == _AUDITED, found.check_code)

    async def push_status(self, status: ErpStatus) -> None:
        """``Save`` of the order's own fields, whatever state it is in."""
        found = await self._document(status.order_no)
        if found is None or found.cancelled:
            what = "is not there" if found is None else "is cancelled"
            raise self._words.rejected(f"{status.order_no} {what}", field="FBillNo")
        self._check_code(status.order_no, status.check_code, found)
        settings = self._settings
        told = {
            settings.progress_field: str(status.progress),
            settings.outbound_field: status.outbound_no,
            settings.waybill_field: ",".join(status.waybill_nos),
        }
        kept = {field: value for field, value in told.items() if field}
        if kept:
            model = {"FID": int(found.id), **kept}
            await self._write("Save", {"NeedUpDateFields": [*kept], "IsDeleteEntry": "false", "Model": model})

    async def pull_news(self, since: datetime, until: datetime) -> list[ErpNews]:
        """``ExecuteBillQuery`` by ``FModifyDate`` for orders with a check code of ours, by Kingdee's own clock."""
        fields = "FBillNo,FID,FNote,FCancelStatus,FCloseStatus,FModifyDate"
        window = f"FModifyDate>='{to_beijing(since)}' and FModifyDate<'{to_beijing(until)}'"
        rows = await self._query(ORDER_FORM, fields, window, order="FID")
        try:
            return sale_order_news(rows)
        except ValueError as error:
            raise self._words.unavailable(f"a time of change cannot be read: {error}") from error

    async def book_receivable(self, voucher: Receivable) -> ErpReceipt:
        """Save, submit, audit an ``AR_receivable``; one that is there already is taken up where it stands."""
        currency = self._currency(voucher.currency)
        model = receivable(voucher, self._settings.sales_organisation, self._settings.unit, currency)
        try:
            saved = await self._write("Save", {"IsAutoSubmitAndAudit": "false", "Model": model}, form=RECEIVABLE_FORM)
            document_id, status = str(saved.Id), "A"
        except Rejected as error:
            found = await self._voucher(voucher.voucher_no) if error.field.upper() == "FBILLNO" else None
            if found is None:
                raise
            document_id, status, customer = found
            if customer != voucher.customer:
                raise self._words.rejected(
                    f"{voucher.voucher_no} exists for customer {customer}, not {voucher.customer}", field="FCUSTOMERID"
                ) from error
        named = {"Numbers": [voucher.voucher_no]}
        if status not in {_IN_REVIEW, _AUDITED}:
            await self._write("Submit", named, form=RECEIVABLE_FORM)
        if status != _AUDITED:
            await self._write("Audit", named, form=RECEIVABLE_FORM)
        return ErpReceipt(voucher.voucher_no, document_id, audited=True)

    async def find_receivable(self, voucher: Receivable) -> ErpReceipt | None:
        """``ExecuteBillQuery`` of ``AR_receivable`` by ``FBillNo``."""
        found = await self._voucher(voucher.voucher_no)
        return ErpReceipt(voucher.voucher_no, found[0], found[1] == _AUDITED) if found else None

    async def cancel_order(self, order_no: str) -> None:
        """Unaudit and cancel; an order that is not audited is taken up where it stands."""
        content = {"Numbers": [order_no]}
        try:
            await self._write("UnAudit", content)
        except Rejected:
            rows = await self._query(
                ORDER_FORM, "FDocumentStatus,FCancelStatus", f"FBillNo={quoted(order_no)}", order="FID"
            )
            if not rows or str(rows[0][1]) == _CANCELLED:
                return
            if str(rows[0][0]) == _AUDITED:
                raise
            if str(rows[0][0]) == _IN_REVIEW:
                await self._write("CancelAssign", content)
        await self._write("ExcuteOperation", content, number=_CANCEL)

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """``STK_Inventory``: base quantity and what of it is free, summed per SKU; SKUs without a row are left out."""
        rows: list[list[Any]] = []
        for some in chunks(skus, _SKUS_PER_CALL):
            materials = ",".join(map(quoted, some))
            rows += await self._query(
                STOCK_FORM,
                "FMaterialId.FNumber,FBaseQty,FBaseAVBQty",
                f"FStockId.FNumber={quoted(warehouse)} and FMaterialId.FNumber in ({materials})",
                order="FID",
            )
        try:
            return stock_lines(warehouse, rows)
        except ValueError as error:
            raise self._words.unavailable(f"a stock figure cannot be read: {error}") from error

    def _check_code(self, order_no: str, ours: str, found: _Document) -> None:
        """Raises ``Rejected`` for an order that carries another's code; a note without one, people have rewritten."""
        if found.check_code and ours and found.check_code != ours:
            raise self._words.rejected(f"{order_no} has the check code {found.check_code}, not {ours}", field="FNote")

    def _currency(self, currency: str) -> str:
        """Kingdee's number of a currency."""
        number = self._settings.currencies.get(currency)
        if number is None:
            raise self._words.misconfigured(f"no Kingdee number is set for the currency {currency}")
        return number

    async def _voucher(self, voucher_no: str) -> tuple[str, str, str] | None:
        """Id, status and customer of the receivable with this number."""
        fields = "FID,FDocumentStatus,FCUSTOMERID.FNumber"
        rows = await self._query(RECEIVABLE_FORM, fields, f"FBillNo={quoted(voucher_no)}", order="FID")
        if not rows:
            return None
        document_id, status, customer = map(str, rows[0])
        return document_id, status, customer

    async def _document(self, order_no: str) -> _Document | None:
        """The order with this number."""
        fields = "FID,FDocumentStatus,FCustId.FNumber,FNote,FCancelStatus"
        rows = await self._query(ORDER_FORM, fields, f"FBillNo={quoted(order_no)}", order="FID")
        if not rows:
            return None
        document_id, status, customer, note, void = map(str, rows[0])
        return _Document(document_id, status, customer, code_in(note), void == _CANCELLED)

    async def _query(self, form: str, fields: str, condition: str, *, order: str) -> list[list[Any]]:
        rows: list[list[Any]] = []
        while True:
            query = {
                "FormId": form,
                "FieldKeys": fields,
                "FilterString": condition,
                "OrderString": order,
                "TopRowCount": 0,
                "StartRow": len(rows),
                "Limit": _ROWS,
            }
            answer = await self._call("ExecuteBillQuery", {"data": query}, writes=False)
            content = answer.json()
            if isinstance(content, dict):
                self._check(answer, content)
            page = answer.fit(content, list[list[Any]])
            if page and page[0] and isinstance(page[0][0], dict):
                self._check(answer, page[0][0])
            if any(len(row) != fields.count(",") + 1 for row in page):
                raise answer.unreadable("a row has another number of columns than asked for")
            rows += page
            if len(page) < _ROWS:
                return rows

    async def _write(
        self, operation: str, content: dict[str, Any], *, number: str = "", form: str = ORDER_FORM
    ) -> _Result:
        named = {"opNumber": number} if number else {}
        answer = await self._call(operation, {"formid": form, **named, "data": content}, writes=True)
        return self._check(answer, answer.json())

    async def _call(self, operation: str, content: dict[str, Any], *, writes: bool) -> Answer:
        url = httpx.URL(f"{self._settings.url}/{_FORMS}.{operation}.common.kdsvc")
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
        signed = headers(self._account, url.path, int(self._clock().timestamp()))
        return await self._wire.call("POST", url, writes=writes, headers=signed, content=body)

    def _check(self, answer: Answer, content: object) -> _Result:
        """The result if it is a success, else the error it stands for."""
        result = answer.fit(content, _Envelope).Result
        if not result.ResponseStatus.IsSuccess:
            raise self._refusal(result.ResponseStatus)
        return result

    def _refusal(self, status: _Status) -> PartnerError:
        mistake = status.Errors[0] if status.Errors else _Mistake()
        words, code = mistake.Message or "gave no reason", str(status.ErrorCode or "")
        if status.MsgCode in {1, -10001} or any(phrase in words for phrase in _SESSION_LOST):
            return self._words.misconfigured(words, code=code)
        return self._words.rejected(words, code=code, field=mistake.FieldName or "")
