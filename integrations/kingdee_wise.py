"""Kingdee K/3 WISE through K3API, its web interface (WISE 15; third-party clients of 2017 to 2026, no page of its own).

Our number is ``FBillNo``; there is no idempotency key, so it is asked for before each ``Save``. ``CheckBill`` audits
(2) and takes an audit back (4); an order that is called off is taken back and deleted.
Verified by: the sandbox only. Not called live.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import httpx
from pydantic import AliasChoices, ConfigDict, Field, SecretStr

from integrations.answers import Reply
from integrations.errors import Rejected
from integrations.kingdee_model import quoted
from integrations.kingdee_wise_bill import ORDERS, Terms, WiseOrder, named, order_in, sales_order
from integrations.kingdee_wise_gateway import Said, WiseGateway
from integrations.settings import PartnerSettings, WebAddress
from integrations.stock_rows import stock_lines
from integrations.tokens import TokenStore
from integrations.words import Words
from models.messages import ErpOrder, ErpReceipt, ErpStatus, StockLine

NAME: Final = "kingdee_wise"
_AUDIT, _TAKE_BACK = "2", "4"
_ROWS: Final = 500


class KingdeeWiseSettings(PartnerSettings):
    """How to reach one account set of K/3 WISE."""

    url: WebAddress = Field(description="Address of the interface up to and including /K3API")
    authority_code: SecretStr = Field(description="Authority code that the account set gave us")
    checker: str = Field(description="User of K/3 in whose name orders are audited")
    unit: str = Field(description="Number of the unit in which goods are counted")
    currencies: dict[str, str] = Field(
        default={"CNY": "RMB"}, description="ISO currency → number of the currency in K/3"
    )
    tax_rate: int = Field(default=13, ge=0, le=100, description="Per cent of value-added tax in our prices")
    references: dict[str, str] = Field(
        default={}, description="Further fields of the head that K/3 demands, such as FDeptID and FEmpID → number"
    )
    note_field: str = Field(default="FExplanation", description="Text field of the head for check code and remark")
    progress_field: str = Field(default="", description="Own field of the head, if it has one: how far the order is")
    outbound_field: str = Field(default="", description="Own field of the head, if it has one: number of the outbound")
    waybill_field: str = Field(default="", description="Own field of the head, if it has one: waybill numbers")
    stock_object: str = Field(
        default="", description="Object that lists FItemID, FStockID and FQty of the stock, if the site has one"
    )


class _Listed(Reply):
    rows: tuple[dict[str, Any], ...] = Field(validation_alias=AliasChoices("DATA", "Data"))


class _List(Said):
    Data: _Listed


class _Pages(Reply):
    """A bill; pages besides the first two are kept as they are."""

    model_config = ConfigDict(extra="allow", frozen=True)

    Page1: list[dict[str, Any]] = Field(min_length=1)
    Page2: list[dict[str, Any]] = Field(default=[])


class _Detail(Said):
    Data: _Pages


class _Bill(Reply):
    done: bool = Field(default=True, validation_alias="FStatus")
    number: str = Field(default="", validation_alias=AliasChoices("BillNo", "FBillNo", "FNumber"))


class _Saved(Said):
    Data: _Bill | tuple[_Bill, ...]


class KingdeeWise:
    """One account set."""

    def __init__(
        self,
        settings: KingdeeWiseSettings,
        http: httpx.AsyncClient,
        *,
        clock: Callable[[], datetime],
        token: TokenStore,
    ) -> None:
        self._settings = settings
        self._words = Words(NAME, settings.secrets())
        self._gateway = WiseGateway(NAME, settings.url, settings.authority_code, http, clock, token)

    async def push_order(self, order: ErpOrder) -> ErpReceipt:
        """Save and audit; an order that is there already is taken up where an earlier attempt stopped.

        Where K/3 wants several audits the order is not audited after ours, and the receipt says so.
        """
        terms = self._terms(order.currency)
        found = await self._order(order.order_no) or await self._save(order, terms)
        if found.customer != order.customer:
            raise self._words.rejected(
                f"{order.order_no} exists for customer {found.customer}, not {order.customer}", field="FCustID"
            )
        if found.cancelled:
            raise self._words.rejected(f"{order.order_no} is cancelled", field="FCancellation")
        self._check_code(order.order_no, order.check_code, found)
        if not found.audited:
            await self._check_bill(order.order_no, _AUDIT)
            found = await self._detail(order.order_no)
        return ErpReceipt(order.order_no, order.order_no, found.audited, order.check_code)

    async def find_order(self, order_no: str) -> ErpReceipt | None:
        """``GetList`` by ``FBillNo``, then ``GetDetail``."""
        found = await self._order(order_no)
        if found is None:
            return None
        return ErpReceipt(order_no, order_no, found.audited and not found.cancelled, found.check_code)

    async def cancel_order(self, order_no: str) -> None:
        """Take the audit back and delete; one of which something was issued stays."""
        found = await self._order(order_no)
        if found is None or found.cancelled:
            return
        if found.shipped:
            raise self._words.rejected(f"goods were issued for {order_no}", field="FStockQty")
        if found.audited:
            await self._check_bill(order_no, _TAKE_BACK)
        await self._gateway.write(f"{ORDERS}/Delete", {"Data": {"FBillNo": order_no}}, Said)

    async def push_status(self, status: ErpStatus) -> None:
        """``Update`` of the order's own fields, the rest as it was read; what K/3 has already is not written."""
        found = await self._order(status.order_no)
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
        news = {field: value for field, value in told.items() if field and found.head.get(field) != value}
        if news:
            changed = {"FBillNo": status.order_no, "Data": found.with_head(news)}
            await self._gateway.write(f"{ORDERS}/Update", changed, Said)

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """``GetList`` of the site's own object for stock, all of it, as filters on references are not documented.

        Raises ``Rejected`` where there is none: the interface itself has no stock.
        """
        place = self._settings.stock_object
        if not place:
            cure = "name one of yours in stock_object, or connect the database under [[books]]"
            raise self._words.rejected(f"K3API has no object for stock: {cure}", field="stock_object")
        fields, order = "FItemID,FStockID,FQty", "[FItemID] asc,[FStockID] asc"
        rows: list[dict[str, Any]] = []
        more = bool(skus)
        while more:
            page = await self._list(place, "", fields, order, 1 + len(rows) // _ROWS)
            rows += page
            more = len(page) == _ROWS
        wanted = set(skus)
        ours = [(named(row.get("FItemID")), row.get("FQty")) for row in rows if named(row.get("FStockID")) == warehouse]
        try:
            return stock_lines(warehouse, ((sku, quantity, quantity) for sku, quantity in ours if sku in wanted))
        except ValueError as error:
            raise self._words.unavailable(f"a stock figure cannot be read: {error}") from error

    async def _order(self, order_no: str) -> WiseOrder | None:
        """The order with this number. A refusal of ``GetDetail`` alone would not tell a missing one from a mishap."""
        rows = await self._list(ORDERS, f"[FBillNo]={quoted(order_no)}", "FBillNo", "[FBillNo] asc", 1)
        there = any(named(row.get("FBillNo")) == order_no for row in rows)
        return await self._detail(order_no) if there else None

    async def _detail(self, order_no: str) -> WiseOrder:
        found = await self._gateway.read(f"{ORDERS}/GetDetail", {"Data": {"FBillNo": order_no}}, _Detail)
        try:
            return order_in(found.Data.model_dump(), self._settings.note_field)
        except ValueError as error:
            raise self._words.unavailable(f"a quantity cannot be read: {error}") from error

    async def _list(self, place: str, condition: str, fields: str, order: str, page: int) -> tuple[dict[str, Any], ...]:
        asked = {
            "Top": "0",
            "PageSize": str(_ROWS),
            "PageIndex": str(page),
            "Filter": condition,
            "OrderBy": order,
            "SelectPage": "2",
            "Fields": fields,
        }
        return (await self._gateway.read(f"{place}/GetList", {"Data": asked}, _List)).Data.rows

    async def _save(self, order: ErpOrder, terms: Terms) -> WiseOrder:
        pages = sales_order(order, terms)
        try:
            saved = await self._gateway.write(f"{ORDERS}/Save", {"Data": pages}, _Saved)
        except Rejected:
            found = await self._order(order.order_no)  # another try of ours may have been under way
            if found is None:
                raise
            return found
        for bill in saved.Data if isinstance(saved.Data, tuple) else (saved.Data,):
            if not bill.done:
                raise self._words.rejected(saved.Message or "the order was not saved")
            if bill.number and bill.number != order.order_no:
                raise self._words.rejected(
                    f"K/3 gave {order.order_no} the number {bill.number}: our numbers must stand", field="FBillNo"
                )
        return order_in(pages, self._settings.note_field)

    async def _check_bill(self, order_no: str, action: str) -> None:
        asked = {
            "FBillNo": order_no,
            "FChecker": self._settings.checker,
            "FCheckDirection": action,
            "FDealComment": "",
        }
        await self._gateway.write(f"{ORDERS}/CheckBill", {"Data": asked}, Said)

    def _check_code(self, order_no: str, ours: str, found: WiseOrder) -> None:
        """Raises ``Rejected`` for an order that carries another's code; a note without one, people have rewritten."""
        if found.check_code and ours and found.check_code != ours:
            field = self._settings.note_field
            raise self._words.rejected(f"{order_no} has the check code {found.check_code}, not {ours}", field=field)

    def _terms(self, currency: str) -> Terms:
        settings = self._settings
        number = settings.currencies.get(currency)
        if number is None:
            raise self._words.misconfigured(f"no K/3 number is set for the currency {currency}")
        return Terms(settings.unit, number, settings.tax_rate, settings.note_field, settings.references)
