"""Kingdee's documents: what a sales order becomes. No I/O."""

from typing import Any, Final

from integrations.beijing import to_beijing
from models.messages import ErpOrder
from models.money import Money

ORDER_FORM: Final = "SAL_SaleOrder"
STOCK_FORM: Final = "STK_Inventory"


def sale_order(order: ErpOrder, organisation: str, unit: str, currency: str) -> dict[str, Any]:
    """The ``Model`` of a standard sales order (bill type ``XSDD01_SYS``). Prices are decimal texts, tax included:
    no float holds an amount, and Kingdee reads either."""
    return {
        "FBillTypeID": {"FNUMBER": "XSDD01_SYS"},
        "FBillNo": order.order_no,
        "FDate": to_beijing(order.placed_at),
        "FSaleOrgId": {"FNumber": organisation},
        "FCustId": {"FNumber": order.customer},
        "FNote": order.remark,
        "FSaleOrderFinance": {
            "FSettleCurrId": {"FNumber": currency},
            "FIsIncludedTax": True,
            "FExchangeTypeId": {"FNumber": "HLTX01_SYS"},
        },
        "FSaleOrderEntry": [
            {
                "FRowType": "Standard",
                "FMaterialId": {"FNumber": line.sku},
                "FUnitID": {"FNumber": unit},
                "FQty": line.quantity,
                "FTaxPrice": str(Money(line.price_minor, order.currency).decimal()),
                "FIsFree": line.price_minor == 0,
                "FDeliveryDate": to_beijing(order.placed_at),
            }
            for line in order.lines
        ],
    }


def quoted(text: str) -> str:
    """A literal for ``FilterString``, with quotes doubled as in SQL."""
    return "'" + text.replace("'", "''") + "'"
