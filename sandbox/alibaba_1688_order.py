"""An order as 1688 writes it for its seller (partners.md §3, TradeInfo).

`order["items"]`, if given, overrides fields of the items by line number, `order["base"]` those of the base.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sandbox.bills import trade_number
from sandbox.channel import Shipment
from sandbox.clock import BEIJING
from sandbox.order_book import Order

_STATUS = {
    "unpaid": "waitbuyerpay",
    "paid": "waitsellersend",
    "shipped": "waitbuyerreceive",
    "completed": "success",
    "cancelled": "cancel",
}


def order_status(order: Order) -> str:
    """The order's status in 1688's words; an unknown one comes through."""
    status: str = order["status"]
    return _STATUS.get(status, status)


def listed_of(order: Order) -> dict[str, Any]:
    """The order as the list tells it: without its receiver."""
    return {"baseInfo": _base(order), "productItems": [_item(order, line) for line in order["lines"]]}


def order_of(order: Order, sent: Sequence[Shipment]) -> dict[str, Any]:
    """The order as its own page tells it."""
    receiver = order["receiver"]
    logistics = {
        "contactPerson": receiver["name"],
        "mobile": receiver["phone"],
        "telephone": "",
        "province": receiver["province"],
        "city": receiver["city"],
        "area": receiver["district"],
        "town": "",
        "address": receiver["address"],
        "zip": "000000",
        "logisticsItems": [{"logisticsBillNo": each.waybill_no, "logisticsCompanyNo": each.carrier} for each in sent],
    }
    return listed_of(order) | {"nativeLogistics": logistics}


def _base(order: Order) -> dict[str, Any]:
    buyer = f"b2b-{sha256(order['customer']['id'].encode()).hexdigest()[:12]}"
    base = {
        "id": int(order["order_no"]),
        "idOfStr": order["order_no"],
        "status": order_status(order),
        "businessType": "cn",
        "createTime": _time(order["created_at"]),
        "modifyTime": _time(order["updated_at"]),
        "totalAmount": _number(order["amount"]),
        "shippingFee": _number(order["freight"]),
        "discount": 0,
        "refund": 0,
        "buyerID": buyer,
        "buyerLoginId": buyer,
        "buyerContact": {"companyName": f"{order['customer']['name']}商行", "name": order["customer"]["name"]},
        "buyerFeedback": order["remark"],
        "sellerMemo": "加急" if order["urgent"] else "",
    }
    if order["paid_at"]:
        base["payTime"] = _time(order["paid_at"])
        base["alipayTradeId"] = trade_number(order["order_no"], datetime.fromisoformat(order["paid_at"]))
    base.update(order.get("base", {}))
    return base


def _item(order: Order, line: Mapping[str, Any]) -> dict[str, Any]:
    number = int(sha256(line["sku"].encode()).hexdigest()[:9], 16)
    item = {
        "subItemID": int(order["order_no"]) + int(line["line_no"]),
        "productID": number,
        "skuID": number + 1,
        "name": line["title"],
        "cargoNumber": line["sku"],
        "quantity": line["quantity"],
        "price": _number(line["price"]),
        "itemAmount": _number(line["amount"]),
        "status": order_status(order),
        "refundStatus": "",
        "logisticsStatus": 1 if order["status"] in {"paid", "unpaid"} else 2,
        "unit": "件",
    }
    item.update(order.get("items", {}).get(line["line_no"], {}))
    return item


def _number(text: str) -> float | str:
    """1688 writes amounts as numbers; what is none comes through."""
    try:
        return float(text)
    except ValueError:
        return text


def _time(text: str) -> str:
    local = datetime.fromisoformat(text).astimezone(BEIJING)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}+0800"
