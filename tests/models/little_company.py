"""What tests of the models use to fill the little company of their ``conftest``."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from models.work import Work

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Begin = Callable[..., AbstractContextManager[Work]]


def add_orders(work: Work, count: int, **changes: Any) -> list[int]:
    """Orders of one piece of product 1 each; their ids."""
    usual = {
        "company_id": 1, "channel_id": 1, "kind": "sale", "status": "received", "version": 1, "customer_id": 1,
        "currency": "CNY", "amount_minor": 100, "freight_minor": 0, "paid": True, "urgent": False, "placed_at": NOW,
        "stated_at": NOW, "content_hash": "", "region": "", "receiver": {}, "remark": "",
    }  # fmt: skip
    ids = work.orders.add([{**usual, "channel_order_no": f"N{n}", **changes} for n in range(count)])
    lines = {"line_no": "1", "kind": "goods", "state": "good", "sku": "SKU-1", "product_id": 1, "title": ""}
    prices = {"quantity": 1, "price_minor": 100, "amount_minor": 100, "freight_minor": 0}
    work.orders.add_lines([{**lines, **prices, "order_id": order_id} for order_id in ids])
    return ids
