"""Good rows, to be spoiled one cell at a time."""

from datetime import UTC, datetime
from typing import Any

from pandas import DataFrame

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

ORDER = {
    "order_no": "SO-1", "currency": "CNY", "amount_minor": 12_345, "freight_minor": 1_000, "lines": 2,
    "lines_minor": 11_345, "customer": "C-7", "receiver_name": "王芳", "receiver_phone": "13800000000",
    "receiver_province": "浙江省", "placed_at": NOW, "promised_on": None, "kind": "sale", "ships": True,
}  # fmt: skip
LINE = {
    "order_no": "SO-1", "line_no": "1", "sku": "SKU-1", "sku_known": True, "kind": "goods", "unit": "",
    "unit_known": True, "quantity": 3,
    "price_minor": 400, "amount_minor": 1_200, "duplicated": False, "currency": "CNY",
}  # fmt: skip
STOCK = {"warehouse": "HZ1", "sku": "SKU-1", "sku_known": True, "available": 5, "locked": 0}
SETTLEMENT = {
    "line_id": "T1", "provider": "alipay", "order_key": "SO-1", "currency": "CNY", "amount_minor": 12_345,
    "happened_at": NOW,
}  # fmt: skip


def between_good_rows(good: dict[str, Any], **spoiled: Any) -> DataFrame:
    """Three rows, of which the middle one (row 1) is spoiled."""
    return DataFrame([{**good, **_told_apart(good, 0)}, {**good, **spoiled}, {**good, **_told_apart(good, 2)}])


def _told_apart(good: dict[str, Any], row: int) -> dict[str, str]:
    return {key: f"{good[key]}-{row}" for key in ("line_id", "warehouse") if key in good}
