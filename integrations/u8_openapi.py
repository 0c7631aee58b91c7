"""Yonyou U8 through its OpenAPI (api.yonyouup.com, third-party clients of 2015 to 2025; no page of Yonyou's own).

Our number is the voucher's ``code``; it is asked for before each ``add``. ``verify`` makes an order effective; one that
is called off is verified, if it is not yet, and closed.
Verified by: the sandbox only. Not called live.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Reply
from integrations.errors import Rejected
from integrations.settings import PartnerSettings, WebAddress
from integrations.stock_rows import stock_lines
from integrations.tokens import TokenStore
from integrations.u8_gateway import Account, Said, U8Gateway
from integrations.u8_voucher import CODE_FIELD, Terms, sale_order
from integrations.words import Words
from models.messages import ErpOrder, ErpReceipt, StockLine

NAME: Final = "u8_openapi"
_NOTHING_SENT: Final = "0"
_ROWS: Final = 500


class U8OpenApiSettings(PartnerSettings):
    """How to reach one account set of U8."""

    url: WebAddress = Field(default="https://api.yonyouup.com", description="Address of the OpenAPI")
    from_account: str = Field(description="Who calls: account of the developer")
    to_account: str = Field(description="Whose U8 it is: account of the enterprise")
    app_key: str = Field(description="Key of the application")
    app_secret: SecretStr = Field(description="Secret of the application")
    data_source: int | None = Field(default=None, description="Number of the data source; else the first")
    business_type: str = Field(default="普通销售", description="Business type of our orders")
    type_code: str = Field(default="01", description="Sales type of our orders")
    department: str = Field(description="Code of the department that sells")
    tax_rate: int = Field(default=13, ge=0, le=100, description="Per cent of value-added tax in our prices")
    currency: str = Field(default="CNY", description="Currency of the account set; orders in another are not pushed")
    wait: float = Field(default=3.0, gt=0, description="Seconds before each look at a write's result")
    looks: int = Field(default=10, ge=1, description="How often a write's result is looked at")


class _Voucher(Reply):
    code: str
    custcode: str
    state: str = ""
    fhstatus: str | int | None = None
    closer: str | None = ""
    check_code: str | None = Field(default="", alias=CODE_FIELD)


class _Vouchers(Said):
    saleorderlist: tuple[_Voucher, ...]


class _StockRow(Reply):
    invcode: str
    qty: str | int | float
    availqty: str | int | float


class _Stock(Said):
    row_count: int
    currentstock: tuple[_StockRow, ...]


class U8OpenApi:
    """One account set."""

    def __init__(
        self,
        settings: U8OpenApiSettings,
        http: httpx.AsyncClient,
        *,
        clock: Callable[[], datetime],
        token: TokenStore,
    ) -> None:
        self._settings = settings
        self._words = Words(NAME, settings.secrets())
        account = Account(
            settings.url, settings.from_account, settings.to_account, settings.app_key, settings.app_secret,
            settings.data_source,
        )  # fmt: skip
        self._gateway = U8Gateway(NAME, account, http, clock, token, wait=settings.wait, looks=settings.looks)

    async def push_order(self, order: ErpOrder) -> ErpReceipt:
        """Add and verify; an order that is there already is taken up where an earlier attempt stopped."""
        if order.currency != self._settings.currency:
            raise self._words.misconfigured(f"orders in {order.currency} cannot be kept in this account set")
        voucher = await self._voucher(order.order_no)
        if voucher is None:
            voucher = await self._add(order)
        if voucher.custcode != order.customer:
            raise self._words.rejected(
                f"{order.order_no} exists for customer {voucher.custcode}, not {order.customer}", field="custcode"
            )
        if voucher.closer:
            raise self._words.rejected(f"{order.order_no} is closed")
        theirs, ours = voucher.check_code, order.check_code
        if theirs and ours and theirs != ours:
            raise self._words.rejected(f"{order.order_no} has the check code {theirs}, not {ours}", field=CODE_FIELD)
        await self._verify(voucher)
        return ErpReceipt(order.order_no, voucher.code, audited=True, check_code=ours)

    async def find_order(self, order_no: str) -> ErpReceipt | None:
        """Query by ``code``."""
        voucher = await self._voucher(order_no)
        audited = voucher is not None and voucher.state == "Approved" and not voucher.closer
        return ErpReceipt(order_no, voucher.code, audited, voucher.check_code or "") if voucher else None

    async def cancel_order(self, order_no: str) -> None:
        """Close it, and verify it before if need be; one of which something was shipped stays."""
        voucher = await self._voucher(order_no)
        if voucher is None or voucher.closer:
            return
        if str(voucher.fhstatus or _NOTHING_SENT) != _NOTHING_SENT:
            raise self._words.rejected(f"goods were shipped for {order_no}", field="fhstatus")
        await self._verify(voucher)
        await self._gateway.write("saleorder/close", {"voucher_code": voucher.code})

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """``currentstock/batch_get`` of the whole warehouse, as U8 knows only ranges; summed per product."""
        rows: list[_StockRow] = []
        more = bool(skus)
        while more:
            place = {"whcode_begin": warehouse, "whcode_end": warehouse}
            page = {"page_index": str(len(rows) // _ROWS + 1), "rows_per_page": str(_ROWS)}
            found = await self._gateway.read("currentstock/batch_get", place | page, _Stock)
            rows += found.currentstock
            more = len(found.currentstock) == _ROWS and len(rows) < found.row_count
        wanted = set(skus)
        try:
            return stock_lines(
                warehouse, ((row.invcode, row.qty, row.availqty) for row in rows if row.invcode in wanted)
            )
        except ValueError as error:
            raise self._words.unavailable(f"a stock figure cannot be read: {error}") from error

    async def _voucher(self, order_no: str) -> _Voucher | None:
        asked = {"code_begin": order_no, "code_end": order_no, "page_index": "1", "rows_per_page": "10"}
        found = await self._gateway.read("saleorderlist/batch_get", asked, _Vouchers)
        return next((voucher for voucher in found.saleorderlist if voucher.code == order_no), None)

    async def _add(self, order: ErpOrder) -> _Voucher:
        terms = self._terms()
        try:
            code = await self._gateway.write("saleorder/add", sale_order(order, terms))
        except Rejected:
            found = await self._voucher(order.order_no)  # another try of ours may have been under way
            if found is None:
                raise
            return found
        if code and code != order.order_no:
            raise self._words.rejected(
                f"U8 gave {order.order_no} the number {code}: our numbers must stand", field="code"
            )
        return _Voucher(code=order.order_no, custcode=order.customer)

    async def _verify(self, voucher: _Voucher) -> None:
        if voucher.state != "Approved":
            await self._gateway.write("saleorder/verify", {"voucher_code": voucher.code})

    def _terms(self) -> Terms:
        settings = self._settings
        return Terms(settings.business_type, settings.type_code, settings.department, settings.tax_rate)
