"""Kingdee's documents: what a sales order becomes, and what stock rows say. No I/O."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final

from integrations.beijing import from_beijing, to_beijing
from integrations.reading import number
from models.check_code import code_in, with_code
from models.messages import ErpNews, ErpOrder, StockLine
from models.money import Money

ORDER_FORM: Final = "SAL_SaleOrder"
STOCK_FORM: Final = "STK_Inventory"
_VOID: Final = "B"
_CLOSED: Final = "B"


def sale_order(order: ErpOrder, organisation: str, unit: str, currency: str) -> dict[str, Any]:
    """The ``Model`` of a standard sales order (bill type ``XSDD01_SYS``). Prices are decimal texts, tax included:
    no float holds an amount, and Kingdee reads either."""
    return {
        "FBillTypeID": {"FNUMBER": "XSDD01_SYS"},
        "FBillNo": order.order_no,
        "FDate": to_beijing(order.placed_at),
        "FSaleOrgId": {"FNumber": organisation},
        "FCustId": {"FNumber": order.customer},
        "FNote": with_code(order.check_code, order.remark),
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


def sale_order_news(rows: Iterable[Sequence[Any]]) -> list[ErpNews]:
    """Rows of number, id, note, void, closed and time of change, oldest first; those whose note has no check
    code are not ours. Raises ``ValueError`` for a time that cannot be read."""
    found = [
        ErpNews(
            order_no=str(number_),
            partner_id=str(document_id),
            check_code=code,
            open=str(void) != _VOID and str(closed) != _CLOSED,
            changed_at=from_beijing(str(changed_at).replace("T", " ")[:19]),
        )
        for number_, document_id, note, void, closed, changed_at in rows
        if (code := code_in(str(note)))
    ]
    return sorted(found, key=lambda news: news.changed_at)


def stock_lines(warehouse: str, rows: Iterable[Sequence[Any]]) -> list[StockLine]:
    """Rows of material, quantity and free quantity, summed per SKU; parts of a piece cannot be sold and are cut off.

    Raises ``ValueError`` for a figure that is no number.
    """
    totals: dict[str, tuple[Decimal, Decimal]] = {}
    for material, quantity, free in rows:
        before = totals.get(str(material), (Decimal(0), Decimal(0)))
        totals[str(material)] = before[0] + number(quantity), before[1] + number(free)
    return [
        StockLine(warehouse, sku, _pieces(free), _pieces(quantity - free)) for sku, (quantity, free) in totals.items()
    ]


def quoted(text: str) -> str:
    """A literal for ``FilterString``, with quotes doubled as in SQL."""
    return "'" + text.replace("'", "''") + "'"


def _pieces(total: Decimal) -> int:
    return int(total.to_integral_value(ROUND_FLOOR))
