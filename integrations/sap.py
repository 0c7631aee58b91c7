"""SAP S/4HANA through the OData V2 services ``API_SALES_ORDER_SRV`` and ``API_MATERIAL_STOCK_SRV`` (api.sap.com).

A sales order carries our number as ``PurchaseOrderByCustomer``. SAP does not refuse a second one, so it is asked for
the number before each creation. An order in SAP may be worked on as soon as it is there, unless its delivery is
blocked. It is taken back by rejecting its items one by one, each under the ETag that the order has then. What customers
owe stands in ``sap_billing.py``.
Verified by: ``pyodata`` against the sandbox, whose replies follow one that SAP itself has published. Not called live.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import httpx
from pydantic import Field, SecretStr, field_validator

from integrations.chunks import chunks
from integrations.odata import OData, quoted
from integrations.sap_billing import V4_SERVICE, BillingTerms, SapBilling
from integrations.sap_model import (
    ChangedOrder,
    CreatedOrder,
    Order,
    Place,
    StockRow,
    StoredOrder,
    Terms,
    order_news,
    sales_order,
    stock_figures,
)
from integrations.settings import PartnerSettings, WebAddress
from integrations.stock_rows import stock_lines
from models.messages import ErpNews, ErpOrder, ErpReceipt, ErpStatus, Receivable, StockLine

NAME: Final = "sap"
_ORDERS: Final = "API_SALES_ORDER_SRV/A_SalesOrder"
_ITEMS: Final = "API_SALES_ORDER_SRV/A_SalesOrderItem"
_STOCK: Final = "API_MATERIAL_STOCK_SRV/A_MatlStkInAcctMod"
_NOTHING_DELIVERED: Final = frozenset({"", "A"})
_SKUS_PER_CALL: Final = 40


class SapSettings(PartnerSettings):
    """How to reach one client of an S/4HANA system."""

    url: WebAddress = Field(description="Address up to and including /sap/opu/odata/sap")
    user: str = Field(description="Communication user (HTTP Basic)")
    password: SecretStr = Field(description="Password of the user")
    client: str = Field(default="100", description="Client (sap-client)")
    language: str = Field(default="EN", description="Language of messages and texts")
    sales_organisation: str = Field(description="Sales organisation of our orders")
    distribution_channel: str = Field(default="10", description="Distribution channel of our orders")
    division: str = Field(default="00", description="Division of our orders")
    order_type: str = Field(default="OR", description="Sales document type")
    unit: str = Field(default="PC", description="Unit in which goods are counted")
    price_condition: str = Field(default="PR00", description="Condition type that carries the price of a piece")
    note: str = Field(default="TX01", description="Text id of the header text that takes the remark")
    rejection_reason: str = Field(default="00", description="Reason for rejection of an item that is called off")
    billed_from: Literal["delivery", "order"] = Field(
        default="delivery",
        description="What an invoice is made from: SAP's deliveries of the order, or the order itself",
    )
    delivery_hours: int = Field(
        default=48,
        ge=0,
        description="Hours after goods left in which SAP's delivery may still come; then a person hears",
    )
    billing_type: str = Field(default="F2", description="Billing document type of an invoice")
    credit_type: str = Field(default="CR", description="Document type of a request for a credit memo")
    credit_reason: str = Field(default="", description="Order reason of such a request, if the type demands one")
    progress_field: str = Field(default="", description="Field of an order's header that keeps how far it is")
    outbound_field: str = Field(default="", description="Field of an order's header that keeps the outbound's number")
    waybill_field: str = Field(default="", description="Field of an order's header that keeps the waybills' numbers")
    zone: str = Field(default="Asia/Shanghai", description="Time zone in which the sales organisation dates")
    places: dict[str, str] = Field(
        default={}, description="Our warehouse code → plant or plant/storage location; else the plant of that code"
    )

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (LookupError, ValueError, OSError) as error:
            raise ValueError("is not a time zone") from error
        return zone


class Sap:
    """One client of an S/4HANA system."""

    def __init__(self, settings: SapSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        always = {"sap-client": settings.client, "sap-language": settings.language}
        password = settings.password.get_secret_value()
        self._odata = OData(NAME, settings.url, settings.user, password, always, http, clock)
        actions = settings.url.removesuffix("odata/sap") + V4_SERVICE
        terms = BillingTerms(settings.billed_from, settings.billing_type, settings.credit_type, settings.credit_reason)
        self._billing = SapBilling(
            self._odata, OData(NAME, actions, settings.user, password, always, http, clock), terms
        )
        self._words = self._odata.words

    async def push_order(self, order: ErpOrder) -> ErpReceipt:
        """Create the order if SAP has none of our number and this customer."""
        found = await self._order(order.order_no, order.customer)
        if found is None:
            answer = await self._odata.create(_ORDERS, sales_order(order, self._terms()))
            return _receipt(order.order_no, answer.read(CreatedOrder).d)
        self._check(order.order_no, order.check_code, found)
        return _receipt(order.order_no, found)

    async def find_order(self, order_no: str) -> ErpReceipt | None:
        """Query by ``PurchaseOrderByCustomer``."""
        found = await self._order(order_no)
        return _receipt(order_no, found) if found else None

    async def push_status(self, status: ErpStatus) -> None:
        """Write the fields of the header that the installation has for it, under the ETag that the order has."""
        found = await self._order(status.order_no)
        if found is None:
            raise self._words.rejected(f"{status.order_no} is not there", field="PurchaseOrderByCustomer")
        self._check(status.order_no, status.check_code, found)
        settings = self._settings
        told = {
            settings.progress_field: str(status.progress),
            settings.outbound_field: status.outbound_no,
            settings.waybill_field: ",".join(status.waybill_nos),
        }
        if kept := {field: value for field, value in told.items() if field}:
            await self._odata.change(f"{_ORDERS}({quoted(found.SalesOrder)})", kept, found.version.etag)

    async def pull_news(self, since: datetime, until: datetime) -> list[ErpNews]:
        """Query by ``LastChangeDateTime``, whose end is looked at here: an order that is changed while pages are read
        stays among the rows, and moves no other to a page that was read."""
        begin = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        changed = {"$filter": f"LastChangeDateTime ge datetimeoffset'{begin}Z'", "$orderby": "SalesOrder"}
        rows = await self._odata.query(_ORDERS, changed, ChangedOrder)
        try:
            return [news for news in order_news(rows) if news.changed_at and since <= news.changed_at < until]
        except ValueError as error:
            raise self._words.unavailable(f"a time of change cannot be read: {error}") from error

    async def book_receivable(self, voucher: Receivable) -> ErpReceipt:
        """Have SAP bill the order, unless it is billed; for goods that came back, ask for a credit memo."""
        if voucher.reverses:
            known = await self._billing.find_request(voucher.voucher_no)
            made = known or await self._billing.request(voucher, self._terms())
        else:
            order, zone = await self._order_of(voucher), ZoneInfo(self._settings.zone)
            patient = self._clock() < voucher.booked_at + timedelta(hours=self._settings.delivery_hours)
            day = voucher.booked_at.astimezone(zone).date()
            made = await self._billing.invoice(order.SalesOrder, day, patient=patient)
        return replace(made, order_no=voucher.voucher_no)

    async def find_receivable(self, voucher: Receivable) -> ErpReceipt | None:
        """The invoice of the order, or the request for a credit memo that carries our number."""
        if voucher.reverses:
            found = await self._billing.find_request(voucher.voucher_no)
        else:
            found = await self._billing.find_invoice((await self._order_of(voucher)).SalesOrder)
        return replace(found, order_no=voucher.voucher_no) if found else None

    async def cancel_order(self, order_no: str) -> None:
        """Reject the items that are not rejected yet; SAP is asked anew after each, for the ETag moves."""
        done: set[str] = set()
        while (order := await self._order(order_no)) is not None:
            left = [item for item in order.items.results if not item.SalesDocumentRjcnReason]
            if not left:
                return
            if order.OverallTotalDeliveryStatus not in _NOTHING_DELIVERED:
                raise self._words.rejected(f"{order_no} is {order.SalesOrder} there, and goods were delivered for it")
            item = left[0].SalesOrderItem
            if item in done:
                raise self._words.unavailable(f"item {item} of {order.SalesOrder} is not rejected, though SAP took it")
            done.add(item)
            key = f"SalesOrder={quoted(order.SalesOrder)},SalesOrderItem={quoted(item)}"
            reason = {"SalesDocumentRjcnReason": self._settings.rejection_reason}
            await self._odata.change(f"{_ITEMS}({key})", reason, order.version.etag)

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """``A_MatlStkInAcctMod``: unrestricted stock is free, any other kind is locked; summed per material."""
        place = Place.read(self._settings.places.get(warehouse, warehouse))
        rows: list[StockRow] = []
        for some in chunks(skus, _SKUS_PER_CALL):
            materials = " or ".join(f"Material eq {quoted(sku)}" for sku in some)
            rows += await self._odata.query(_STOCK, {"$filter": f"{place.condition()} and ({materials})"}, StockRow)
        try:
            return stock_lines(warehouse, map(stock_figures, rows))
        except ValueError as error:
            raise self._words.unavailable(f"a stock figure cannot be read: {error}") from error

    async def _order(self, order_no: str, customer: str | None = None) -> StoredOrder | None:
        """The order of our number. Raises ``Rejected`` if there are several: which one counts is for a person."""
        condition = f"PurchaseOrderByCustomer eq {quoted(order_no)}"
        if customer is not None:
            condition += f" and SoldToParty eq {quoted(customer)}"
        found = await self._odata.query(_ORDERS, {"$filter": condition, "$expand": "to_Item"}, StoredOrder)
        if len(found) > 1:
            numbers = ", ".join(order.SalesOrder for order in found)
            raise self._words.rejected(f"several orders carry {order_no}: {numbers}", field="PurchaseOrderByCustomer")
        return found[0] if found else None

    async def _order_of(self, voucher: Receivable) -> StoredOrder:
        order = await self._order(voucher.order_no)
        if order is None:
            raise self._words.rejected(f"{voucher.order_no} is not there", field="PurchaseOrderByCustomer")
        if order.SoldToParty != voucher.customer:
            theirs = order.SoldToParty
            raise self._words.rejected(
                f"{voucher.order_no} is of customer {theirs}, not {voucher.customer}", field="SoldToParty"
            )
        return order

    def _check(self, order_no: str, ours: str, found: StoredOrder) -> None:
        """Raises ``Rejected`` for an order that was called off, or that carries another's check code."""
        if found.rejected:
            raise self._words.rejected(f"{order_no} is {found.SalesOrder} there, and all of it is rejected")
        theirs = found.AssignmentReference
        if theirs and ours and theirs != ours:
            raise self._words.rejected(
                f"{order_no} has the check code {theirs}, not {ours}", field="AssignmentReference"
            )

    def _terms(self) -> Terms:
        settings = self._settings
        return Terms(
            header={
                "SalesOrderType": settings.order_type,
                "SalesOrganization": settings.sales_organisation,
                "DistributionChannel": settings.distribution_channel,
                "OrganizationDivision": settings.division,
            },
            unit=settings.unit,
            price_condition=settings.price_condition,
            note=settings.note,
            language=settings.language,
            zone=ZoneInfo(settings.zone),
        )


def _receipt(order_no: str, order: Order) -> ErpReceipt:
    audited = not order.DeliveryBlockReason and not order.rejected
    return ErpReceipt(order_no, order.SalesOrder, audited, order.AssignmentReference)
