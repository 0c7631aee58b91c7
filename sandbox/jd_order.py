"""An order as JD writes it (partners.md §2, OrderInfo)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sandbox.clock import beijing_text
from sandbox.order_book import Order

_STATE = {
    "unpaid": "NOT_PAY",
    "paid": "WAIT_SELLER_STOCK_OUT",
    "shipped": "WAIT_GOODS_RECEIVE_CONFIRM",
    "completed": "FINISHED_L",
    "cancelled": "TRADE_CANCELED",
}
NEVER = "0001-01-01 00:00:00"


def order_info(order: Order, *, encrypted: bool) -> dict[str, Any]:
    """The order with all its fields; `order["jd"]`, if given, overrides any of them."""
    info = {
        "orderId": order["order_no"],
        "venderId": "100200",
        "orderType": "22",
        "payType": "4-在线支付",
        "orderTotalPrice": order["amount"],
        "orderSellerPrice": order["amount"],
        "orderPayment": order["amount"],
        "freightPrice": order["freight"],
        "sellerDiscount": "0.00",
        "orderState": order_state(order),
        "orderStartTime": _time(order["created_at"]),
        "orderEndTime": NEVER,
        "paymentConfirmTime": _time(order["paid_at"]) if order["paid_at"] else NEVER,
        "modified": _time(order["updated_at"]),
        "consigneeInfo": _consignee(order["receiver"], encrypted=encrypted),
        "itemInfoList": [_item(line) for line in order["lines"]],
        "couponDetailList": [],
        "orderRemark": order["remark"],
        "venderRemark": "加急" if order["urgent"] else "",
        "parentOrderId": "0",
        "open_id_buyer": f"oj{sha256(order['customer']['id'].encode()).hexdigest()[:22]}",
    }
    info.update(order.get("jd", {}))
    return info


def order_state(order: Order) -> str:
    """The order's state in JD's words; an unknown one comes through in capitals."""
    if override := order.get("jd", {}).get("orderState"):
        return str(override)
    status: str = order["status"]
    return _STATE.get(status, status.upper())


def _consignee(receiver: Mapping[str, str], *, encrypted: bool) -> dict[str, str]:
    place = {"province": receiver["province"], "city": receiver["city"], "county": receiver["district"], "town": ""}
    person = {"fullname": receiver["name"], "mobile": receiver["phone"], "fullAddress": receiver["address"]}
    if encrypted:
        return place | {f"encrypt_{name}": _sealed(value) for name, value in person.items()}
    return place | person


def _sealed(text: str) -> str:
    """Something that stands for a cipher text: the same for the same text, and readable to nobody."""
    return b64encode(sha256(text.encode()).digest()).decode() if text else ""


def _item(line: Mapping[str, Any]) -> dict[str, Any]:
    sku_id = 10_000_000_000 + int(sha256(line["sku"].encode()).hexdigest()[:8], 16)
    return {
        "skuId": str(sku_id),
        "outerSkuId": line["sku"],
        "wareId": str(sku_id // 10),
        "skuName": line["title"],
        "jdPrice": str(Decimal(line["price"])),
        "itemTotal": str(line["quantity"]),
        "productNo": "",
    }


def _time(text: str) -> str:
    return beijing_text(datetime.fromisoformat(text))
