"""SAP's documents: what a sales order becomes, what changed of one, and what a row of stock says. No I/O."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import Field

from integrations.answers import Reply
from integrations.odata import quoted
from integrations.reading import number
from models.check_code import code_in, with_code
from models.messages import ErpNews, ErpOrder, OutboundLine
from models.money import Money

_UNRESTRICTED: Final = "01"
"""The stock type that may be used freely; others are in inspection, blocked, returned or on the way."""
_DONE: Final = "C"
"""The status of an order all of which was rejected, and of one that SAP has nothing more to do for."""

_MOMENT: Final = re.compile(r"/Date\((\d{1,14})(?:[+-]\d{4})?\)/")


@dataclass(frozen=True, slots=True)
class Terms:
    """How an installation writes its sales orders: fields of the header that are always the same, and the rest."""

    header: Mapping[str, str]
    unit: str
    price_condition: str
    note: str
    language: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Place:
    """Where stock is: a plant, or one storage location of it."""

    plant: str
    location: str

    @classmethod
    def read(cls, written: str) -> "Place":
        """``plant`` or ``plant/location``."""
        plant, _, location = written.partition("/")
        return cls(plant, location)

    def condition(self) -> str:
        """As a part of ``$filter``."""
        plant = f"Plant eq {quoted(self.plant)}"
        return f"{plant} and StorageLocation eq {quoted(self.location)}" if self.location else plant


def sales_order(order: ErpOrder, terms: Terms) -> dict[str, Any]:
    """The body of a deep insert into ``A_SalesOrder``. Quantities and prices are decimal texts: no float holds them."""
    remark = with_code(order.check_code, order.remark)
    note = {"Language": terms.language, "LongTextID": terms.note, "LongText": remark}
    return {
        **terms.header,
        "SoldToParty": order.customer,
        "PurchaseOrderByCustomer": order.order_no,
        "AssignmentReference": order.check_code,
        "RequestedDeliveryDate": day_of(order.placed_at, terms.zone),
        "TransactionCurrency": order.currency,
        "to_Item": [
            {"SalesOrderItem": str(10 * place), **item(line, order.currency, terms)}
            for place, line in enumerate(order.lines, 1)
        ],
        "to_Text": [note] if remark else [],
    }


def item(line: OutboundLine, currency: str, terms: Terms) -> dict[str, Any]:
    """A line of a document that is created, at the price of a piece."""
    return {
        "Material": line.sku,
        "RequestedQuantity": str(line.quantity),
        "RequestedQuantityUnit": terms.unit,
        "to_PricingElement": [
            {
                "ConditionType": terms.price_condition,
                "ConditionRateValue": str(Money(line.price_minor, currency).decimal()),
                "ConditionCurrency": currency,
            }
        ],
    }


class _Version(Reply):
    etag: str


class _Item(Reply):
    SalesOrderItem: str
    SalesDocumentRjcnReason: str


class _Items(Reply):
    results: tuple[_Item, ...]


class Order(Reply):
    """A sales order's header."""

    SalesOrder: str
    SoldToParty: str = ""
    AssignmentReference: str = ""
    DeliveryBlockReason: str = ""
    OverallTotalDeliveryStatus: str = ""
    OverallSDDocumentRejectionSts: str = ""

    @property
    def rejected(self) -> bool:
        """Whether nothing of it is left to be delivered because all was called off."""
        return self.OverallSDDocumentRejectionSts == _DONE


class StoredOrder(Order):
    """A sales order with its items, and the ETag under which it is changed."""

    items: _Items = Field(alias="to_Item")
    version: _Version = Field(alias="__metadata")


class CreatedOrder(Reply):
    """What a new sales order is answered with."""

    d: Order


class ChangedOrder(Reply):
    """An order that somebody, we included, has changed."""

    SalesOrder: str
    PurchaseOrderByCustomer: str = ""
    AssignmentReference: str = ""
    OverallSDProcessStatus: str = ""
    OverallSDDocumentRejectionSts: str = ""
    LastChangeDateTime: str


def order_news(rows: Iterable[ChangedOrder]) -> list[ErpNews]:
    """Those that carry a check code of ours, oldest change first. Raises ``ValueError`` for a time that cannot be
    read."""
    timed = [(moment_of(row.LastChangeDateTime), row) for row in rows]
    return [
        ErpNews(
            order_no=row.PurchaseOrderByCustomer,
            partner_id=row.SalesOrder,
            check_code=code,
            open=_DONE not in (row.OverallSDProcessStatus, row.OverallSDDocumentRejectionSts),
            changed_at=changed_at,
        )
        for changed_at, row in sorted(timed, key=itemgetter(0))
        if (code := code_in(row.AssignmentReference))
    ]


class StockRow(Reply):
    """A row of ``A_MatlStkInAcctMod``: one kind of stock of a material, in one place and batch."""

    Material: str
    MatlWrhsStkQtyInMatlBaseUnit: str
    InventoryStockType: str
    InventorySpecialStockType: str = ""


def stock_figures(row: StockRow) -> tuple[str, Decimal, Decimal]:
    """Material, quantity, and what of it is free: unrestricted stock of our own. Raises ``ValueError``."""
    quantity = number(row.MatlWrhsStkQtyInMatlBaseUnit)
    ours = row.InventoryStockType == _UNRESTRICTED and not row.InventorySpecialStockType
    return row.Material, quantity, quantity if ours else Decimal(0)


def moment_of(written: str) -> datetime:
    """A moment as OData V2 writes it: milliseconds in UTC; the offset behind them says only where it was. Raises
    ``ValueError``."""
    match = _MOMENT.fullmatch(written)
    if match is None:
        raise ValueError(f"{written[:40]!r} is not a moment")
    return datetime.fromtimestamp(int(match[1]) / 1000, UTC)


def day_of(at: datetime, zone: ZoneInfo) -> str:
    """The calendar day of a moment as OData V2 writes it: milliseconds of its midnight, without a zone."""
    midnight = datetime.combine(at.astimezone(zone).date(), datetime.min.time(), UTC)
    return f"/Date({int(midnight.timestamp()) * 1000})/"
