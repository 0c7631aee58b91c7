"""An order as a WeChat shop writes it, and its refunds (partners.md §5); amounts in fen, times in seconds.

The refunds of an order stand in `order["refunds"]`: number, line_no, pieces, fen, status, and when it changed (ISO).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import InvalidOperation
from hashlib import sha256
from typing import Any

from sandbox.bills import trade_number
from sandbox.channel import Shipment
from sandbox.money import fen
from sandbox.order_book import Order

_STATUS = {"unpaid": 10, "paid": 20, "shipped": 30, "completed": 100}
_OVER = {"MERCHANT_REFUND_SUCCESS", "MERCHANT_RETURN_SUCCESS", "MERCHANT_EXCHANGE_SUCCESS", "USER_CANCELD"}


def order_of(order: Order, sent: Sequence[Shipment]) -> dict[str, Any]:
    """The order with its parcels."""
    lines, receiver = order["lines"], order["receiver"]
    refunds = refunds_of(order)
    paid = bool(order["paid_at"])
    return {
        "order_id": order["order_no"],
        "openid": f"o{sha256(order['customer']['id'].encode()).hexdigest()[:27]}",
        "status": _status(order),
        "create_time": _seconds(order["created_at"]),
        "update_time": _seconds(order["updated_at"]),
        "order_detail": {
            "product_infos": [_product(line) for line in lines],
            "pay_info": _payment(order) if paid else {},
            "price_info": {
                "product_price": sum(fen(line["amount"]) for line in lines),
                "order_price": _amount(order["amount"]),
                "freight": fen(order["freight"]),
                "is_discounted": False,
            },
            "delivery_info": {
                "address_info": {
                    "user_name": receiver["name"],
                    "postal_code": "000000",
                    "province_name": receiver["province"],
                    "city_name": receiver["city"],
                    "county_name": receiver["district"],
                    "detail_info": receiver["address"],
                    "tel_number": receiver["phone"],
                },
                "delivery_product_info": [
                    {"waybill_id": each.waybill_no, "delivery_id": each.carrier, "deliver_type": 1} for each in sent
                ],
            },
            "ext_info": {"customer_notes": order["remark"], "merchant_notes": "加急" if order["urgent"] else ""},
        },
        "aftersale_detail": {
            "aftersale_order_list": [
                {"aftersale_order_id": each["after_sale_order_id"], "status": each["status"]} for each in refunds
            ],
            "on_aftersale_order_cnt": sum(each["status"] not in _OVER for each in refunds),
        },
    }


def _status(order: Order) -> int | str:
    if order["status"] == "cancelled":
        return 200 if order["paid_at"] else 250
    return _STATUS.get(order["status"], str(order["status"]).upper())


def _payment(order: Order) -> dict[str, Any]:
    paid_at = datetime.fromisoformat(order["paid_at"])
    number = trade_number(order["order_no"], paid_at)
    return {"transaction_id": number, "pay_time": int(paid_at.timestamp()), "payment_method": 1}


def _product(line: Mapping[str, Any]) -> dict[str, Any]:
    product, sku = _ids(line)
    return {
        "product_id": product,
        "sku_id": sku,
        "sku_code": line["sku"],
        "title": line["title"],
        "sku_cnt": line["quantity"],
        "sale_price": fen(line["price"]),
        "market_price": fen(line["price"]),
        "real_price": fen(line["amount"]),
        "on_aftersale_sku_cnt": 0,
        "finish_aftersale_sku_cnt": 0,
    }


def _ids(line: Mapping[str, Any]) -> tuple[str, str]:
    number = int(sha256(line["sku"].encode()).hexdigest()[:8], 16)
    return str(10_000_000_000_000 + number), str(900_000_000 + number % 10_000_000)


def refunds_of(order: Order) -> list[dict[str, Any]]:
    """The refunds of an order as WeChat writes them."""
    lines = {str(line["line_no"]): line for line in order["lines"]}
    return [_refund(order, refund, lines[str(refund["line_no"])]) for refund in order.get("refunds", [])]


def refund_of(orders: Iterable[Order], number: str) -> dict[str, Any] | None:
    """The refund of that number, of whichever order."""
    found = (refund for order in orders for refund in refunds_of(order) if refund["after_sale_order_id"] == number)
    return next(found, None)


def _refund(order: Order, refund: Mapping[str, Any], line: Mapping[str, Any]) -> dict[str, Any]:
    product, sku = _ids(line)
    return {
        "after_sale_order_id": refund["number"],
        "order_id": order["order_no"],
        "status": refund["status"],
        "type": "REFUND",
        "product_info": {"product_id": product, "sku_id": sku, "count": refund["pieces"]},
        "refund_info": {"amount": refund["fen"]},
        "update_time": _seconds(refund["changed_at"]),
    }


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _amount(text: str) -> int | str:
    """The amount in fen; what is no number comes through as it is."""
    try:
        return fen(text)
    except InvalidOperation:
        return text
