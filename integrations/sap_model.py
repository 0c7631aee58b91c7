"""SAP's documents: what a sales order becomes, and what a row of stock says. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from integrations.answers import Reply
from integrations.odata import quoted
from integrations.reading import number
from models.check_code import with_code
from models.messages import ErpOrder, OutboundLine
from models.money import Money

_UNRESTRICTED: Final = "01"
"""The stock type that may be used freely; others are in inspection, blocked, returned or on the way."""


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
        "to_Item": [_item(10 * place, line, order.currency, terms) for place, line in enumerate(order.lines, 1)],
        "to_Text": [note] if remark else [],
    }


def _item(number: int, line: OutboundLine, currency: str, terms: Terms) -> dict[str, Any]:
    return {
        "SalesOrderItem": str(number),
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


def day_of(at: datetime, zone: ZoneInfo) -> str:
    """The calendar day of a moment as OData V2 writes it: milliseconds of its midnight, without a zone."""
    midnight = datetime.combine(at.astimezone(zone).date(), datetime.min.time(), UTC)
    return f"/Date({int(midnight.timestamp()) * 1000})/"
