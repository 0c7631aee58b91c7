"""Yonyou U8 through its OpenAPI (api.yonyouup.com, third-party clients of 2015 to 2025).

Our number is the voucher's ``code``; it is asked for before each ``add``. ``verify`` makes a voucher effective; an
order that is called off is verified, if it is not yet, and closed. There is no operation that changes an order, nor one
that deletes it: what is told of it later is a delivery note (``consignment``). Receivables are ``oughtreceive``, which
Yonyou itself documents.
Verified by: the sandbox only. Not called live.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import httpx
from pydantic import Field, SecretStr

from integrations.chunks import chunks
from integrations.errors import Rejected
from integrations.settings import PartnerSettings, WebAddress
from integrations.stock_rows import stock_lines
from integrations.tokens import TokenStore
from integrations.u8_gateway import Account, U8Gateway
from integrations.u8_replies import Note, Notes, Owed, OwedList, Stock, StockRow, Voucher, Vouchers, WholeOrder
from integrations.u8_voucher import CODE_FIELD, Terms, delivery_note, receivable, sale_order
from integrations.words import Words
from models.messages import ErpNews, ErpOrder, ErpReceipt, ErpStatus, Progress, Receivable, StockLine

V = TypeVar("V")

NAME: Final = "u8_openapi"
_ORDER, _NOTE, _RECEIVABLE = "saleorder", "consignment", "oughtreceive"
_NOT_GONE: Final = (Progress.RELEASED, Progress.PICKED)
_VERIFIED: Final = "Approved"
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
    delivery_notes: bool = Field(
        default=False, description="Whether an order that has left gets a delivery note, with the numbers it went under"
    )
    wait: float = Field(default=3.0, gt=0, description="Seconds before each look at a write's result")
    looks: int = Field(default=10, ge=1, description="How often a write's result is looked at")


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
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        account = Account(
            settings.url, settings.from_account, settings.to_account, settings.app_key, settings.app_secret,
            settings.data_source,
        )  # fmt: skip
        self._gateway = U8Gateway(NAME, account, http, clock, token, wait=settings.wait, looks=settings.looks)

    async def push_order(self, order: ErpOrder) -> ErpReceipt:
        """Add and verify; an order that is there already is taken up where an earlier attempt stopped."""
        number = order.order_no
        self._check_currency(order.currency)
        voucher = await self._voucher(number)
        if voucher is None:
            added = await self._add(_ORDER, number, sale_order(order, self._terms()), self._voucher)
            voucher = added or Voucher(code=number, custcode=order.customer)
        self._check_customer(number, voucher.custcode, order.customer, "custcode")
        if voucher.closer:
            raise self._words.rejected(f"{order.order_no} is closed")
        self._check_code(number, order.check_code, voucher)
        await self._verify(_ORDER, number, voucher.state)
        return ErpReceipt(order.order_no, voucher.code, audited=True, check_code=order.check_code)

    async def find_order(self, order_no: str) -> ErpReceipt | None:
        """Query by ``code``."""
        voucher = await self._voucher(order_no)
        audited = voucher is not None and voucher.state == _VERIFIED and not voucher.closer
        return ErpReceipt(order_no, voucher.code, audited, voucher.check_code or "") if voucher else None

    async def pull_orders_as_they_are(self, order_nos: Sequence[str]) -> list[ErpNews]:
        """``saleorderlist/batch_get`` between the first and the last number, as U8 knows only ranges; it does not say
        when an order was closed."""
        wanted = set(order_nos)
        return [
            ErpNews(voucher.code, voucher.code, voucher.check_code or "", open=not voucher.closer)
            for some in chunks(sorted(wanted), _ROWS)
            for voucher in await self._vouchers(some[0], some[-1])
            if voucher.code in wanted
        ]

    async def cancel_order(self, order_no: str) -> None:
        """Close it, and verify it before if need be; one of which something was shipped stays."""
        voucher = await self._voucher(order_no)
        if voucher is None or voucher.closer:
            return
        if str(voucher.fhstatus or _NOTHING_SENT) != _NOTHING_SENT:
            raise self._words.rejected(f"goods were shipped for {order_no}", field="fhstatus")
        await self._verify(_ORDER, order_no, voucher.state)
        await self._gateway.write(f"{_ORDER}/close", {"voucher_code": voucher.code})

    async def push_status(self, status: ErpStatus) -> None:
        """Add and verify a delivery note once the order has left, if U8 shall have one; of anything else it cannot be
        told. A note that is there already is taken up where it stands, and keeps the numbers that it has."""
        number = status.order_no
        voucher = await self._voucher(number)
        if voucher is None:
            raise self._words.rejected(f"{number} is not there", field="code")
        self._check_code(number, status.check_code, voucher)
        wanted = self._settings.delivery_notes and status.progress not in _NOT_GONE
        note = await self._note(status.outbound_no) if wanted else None
        if voucher.closer and note is None:
            raise self._words.rejected(f"{number} is closed", field="closer")
        if not wanted:
            return
        if note is None:
            order = (await self._gateway.read(f"{_ORDER}/get", {"id": number}, WholeOrder)).saleorder
            entries = [entry.model_dump() for entry in order.entry]
            made = delivery_note(status, voucher.custcode, entries, self._clock(), self._terms())
            added = await self._add(_NOTE, status.outbound_no, made, self._note)
            note = added or Note(code=status.outbound_no, custcode=voucher.custcode)
        self._check_customer(note.code, note.custcode, voucher.custcode, "custcode")
        await self._verify(_NOTE, note.code, note.state)

    async def book_receivable(self, voucher: Receivable) -> ErpReceipt:
        """Add and verify an ``oughtreceive``; one that is there already is taken up where it stands."""
        number = voucher.voucher_no
        self._check_currency(voucher.currency)
        owed = await self._owed(number)
        if owed is None:
            added = await self._add(_RECEIVABLE, number, receivable(voucher, self._settings.department), self._owed)
            owed = added or Owed(code=number, cust_vendor_code=voucher.customer)
        self._check_customer(number, owed.cust_vendor_code, voucher.customer, "cust_vendor_code")
        await self._verify(_RECEIVABLE, number, owed.state)
        return ErpReceipt(number, owed.code, audited=True)

    async def find_receivable(self, voucher: Receivable) -> ErpReceipt | None:
        """Query by ``code``."""
        owed = await self._owed(voucher.voucher_no)
        return ErpReceipt(voucher.voucher_no, owed.code, owed.state == _VERIFIED) if owed else None

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """``currentstock/batch_get`` of the whole warehouse, as U8 knows only ranges; summed per product."""
        rows: list[StockRow] = []
        more = bool(skus)
        while more:
            place = {"whcode_begin": warehouse, "whcode_end": warehouse}
            page = {"page_index": str(len(rows) // _ROWS + 1), "rows_per_page": str(_ROWS)}
            found = await self._gateway.read("currentstock/batch_get", place | page, Stock)
            rows += found.currentstock
            more = len(found.currentstock) == _ROWS and len(rows) < found.row_count
        wanted = set(skus)
        try:
            return stock_lines(
                warehouse, ((row.invcode, row.qty, row.availqty) for row in rows if row.invcode in wanted)
            )
        except ValueError as error:
            raise self._words.unavailable(f"a stock figure cannot be read: {error}") from error

    async def _voucher(self, order_no: str) -> Voucher | None:
        return next((voucher for voucher in await self._vouchers(order_no, order_no) if voucher.code == order_no), None)

    async def _vouchers(self, first: str, last: str) -> list[Voucher]:
        """All orders between two numbers."""
        rows: list[Voucher] = []
        while True:
            page = {"page_index": str(len(rows) // _ROWS + 1), "rows_per_page": str(_ROWS)}
            between = {"code_begin": first, "code_end": last}
            found = await self._gateway.read("saleorderlist/batch_get", between | page, Vouchers)
            rows += found.saleorderlist
            if len(found.saleorderlist) < _ROWS or len(rows) >= found.row_count:
                return rows

    async def _note(self, outbound_no: str) -> Note | None:
        found = await self._gateway.read("consignmentlist/batch_get", _of_code(outbound_no), Notes)
        return next((note for note in found.consignmentlist if note.code == outbound_no), None)

    async def _owed(self, voucher_no: str) -> Owed | None:
        found = await self._gateway.read("oughtreceivelist/batch_get", _of_code(voucher_no), OwedList)
        return next((owed for owed in found.oughtreceivelist if owed.code == voucher_no), None)

    async def _add(
        self, kind: str, number: str, content: Mapping[str, Any], find: Callable[[str], Awaitable[V | None]]
    ) -> V | None:
        """Add a voucher under our number; the one that another try of ours had under way, if that was first."""
        try:
            code = await self._gateway.write(f"{kind}/add", content)
        except Rejected:
            found = await find(number)
            if found is None:
                raise
            return found
        if code and code != number:
            raise self._words.rejected(f"U8 gave {number} the number {code}: our numbers must stand", field="code")
        return None

    async def _verify(self, kind: str, number: str, state: str) -> None:
        if state != _VERIFIED:
            await self._gateway.write(f"{kind}/verify", {"voucher_code": number})

    def _check_currency(self, currency: str) -> None:
        if currency != self._settings.currency:
            raise self._words.misconfigured(f"vouchers in {currency} cannot be kept in this account set")

    def _check_code(self, number: str, ours: str, voucher: Voucher) -> None:
        theirs = voucher.check_code
        if theirs and ours and theirs != ours:
            raise self._words.rejected(f"{number} has the check code {theirs}, not {ours}", field=CODE_FIELD)

    def _check_customer(self, number: str, theirs: str, ours: str, field: str) -> None:
        if theirs != ours:
            raise self._words.rejected(f"{number} exists for customer {theirs}, not {ours}", field=field)

    def _terms(self) -> Terms:
        settings = self._settings
        return Terms(settings.business_type, settings.type_code, settings.department, settings.tax_rate)


def _of_code(code: str) -> dict[str, str]:
    """What lists are asked for one voucher."""
    return {"code_begin": code, "code_end": code, "page_index": "1", "rows_per_page": "10"}
