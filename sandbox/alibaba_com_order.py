"""An order as Alibaba.com writes it for its seller (partners.md §4; examples of the official pages).

Sold in dollars. `order["shown"]`, if given, overrides members of the order, `order["products"]` those of its products
by line number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.channel import Shipment
from sandbox.order_book import Order

PACIFIC = ZoneInfo("America/Los_Angeles")
_CURRENCY = "USD"
_STATUS = {
    "unpaid": "unpay",
    "paid": "undeliver",
    "shipped": "wait_confirm_receipt",
    "completed": "trade_success",
    "cancelled": "trade_close",
}


def order_status(order: Order) -> str:
    """The order's status in Alibaba.com's words; an unknown one comes through."""
    status: str = order["status"]
    return _STATUS.get(status, status)


def listed_of(order: Order) -> dict[str, Any]:
    """The order as the list tells it."""
    return {
        "trade_id": order["order_no"],
        "trade_status": order_status(order),
        "create_date": _date(order["created_at"]),
        "modify_date": _date(order["updated_at"]),
    }


def order_of(order: Order) -> dict[str, Any]:
    """The order as its own interface tells it: without the time of its change."""
    receiver = order["receiver"]
    shown = {
        "trade_id": order["order_no"],
        "trade_status": order_status(order),
        "create_date": _date(order["created_at"]),
        "pay_step": "ADVANCE",
        "fulfillment_channel": "TAD",
        "trade_term": "DAP",
        "buyer": {
            "immutable_eid": sha256(order["customer"]["id"].encode()).hexdigest()[:24],
            "full_name": order["customer"]["name"],
        },
        "shipping_address": {
            "contact_person": receiver["name"],
            "country": "United States of America",
            "country_code": "US",
            "province": receiver["province"],
            "city": receiver["city"],
            "address": receiver["address"],
            "alternate_address": receiver["district"],
            "zip": "10012",
            "mobile": {"area": "null", "country": "+1", "number": receiver["phone"]},
            "telephone": {"area": "null", "country": "+1", "number": "null"},
        },
        "order_products": [_product(order, line) for line in order["lines"]],
        "total_amount": _money(order["amount"]),
        "shipment_fee": _money(order["freight"]),
        "discount_amount": _money("0.0000"),
        "remark": order["remark"] or "null",
    }
    shown.update(order.get("shown", {}))
    return shown


def logistics_of(sent: Sequence[Shipment]) -> dict[str, Any]:
    """What is known of an order's shipments."""
    vouchers = [
        {"tracking_number": each.waybill_no, "service_provider": each.carrier, "logistics_type": "EXPRESS"}
        for each in sent
    ]
    return {
        "logistic_status": "DELIVERING" if sent else "UNDELIVERED",
        "shipping_order_list": [{"voucher": voucher} for voucher in vouchers],
    }


def _product(order: Order, line: Mapping[str, Any]) -> dict[str, Any]:
    number = int(sha256(line["sku"].encode()).hexdigest()[:9], 16)
    product = {
        "id": sha256(f"{order['order_no']}/{line['line_no']}".encode()).hexdigest()[:32],
        "product_id": str(number),
        "sku_id": str(number + 1),
        "sku_code": line["sku"],
        "model_number": "10A/20A",
        "name": line["title"],
        "quantity": f"{line['quantity']}.0000",
        "unit": "Pieces",
        "unit_price": _money(line["price"]),
    }
    product.update(order.get("products", {}).get(line["line_no"], {}))
    return product


def _money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": _CURRENCY}


def _date(text: str) -> dict[str, str]:
    at = datetime.fromisoformat(text).astimezone(PACIFIC)
    written = f"{at:%b. }{at.day}{at:, %Y, %H:%M:%S %Z.}"
    return {"format_date": written, "timestamp": str(int(at.timestamp()) * 1000)}
