"""Stock as an ERP lists it: several rows a product, one for each batch or place, in decimals."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from integrations.reading import number
from models.messages import StockLine


def stock_lines(warehouse: str, rows: Iterable[Sequence[Any]]) -> list[StockLine]:
    """Rows of SKU, quantity and free quantity, summed per SKU; parts of a piece cannot be sold and are cut off.

    Raises ``ValueError`` for a figure that is no number.
    """
    totals: dict[str, tuple[Decimal, Decimal]] = {}
    for sku, quantity, free in rows:
        before = totals.get(str(sku), (Decimal(0), Decimal(0)))
        totals[str(sku)] = before[0] + number(quantity), before[1] + number(free)
    return [
        StockLine(warehouse, sku, _pieces(free), _pieces(quantity - free)) for sku, (quantity, free) in totals.items()
    ]


def _pieces(total: Decimal) -> int:
    return int(total.to_integral_value(ROUND_FLOOR))
