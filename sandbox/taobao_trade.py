"""An order as Taobao writes it: a trade with its suborders (partners.md §1, trade fields)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sandbox.bills import trade_number
from sandbox.clock import beijing_text
from sandbox.credentials import TAOBAO_SELLER_NICK
from sandbox.money import yuan
from sandbox.order_book import Order

_STATUS = {
    "unpaid": "WAIT_BUYER_PAY",
    "paid": "WAIT_SELLER_SEND_GOODS",
    "shipped": "WAIT_BUYER_CONFIRM_GOODS",
    "completed": "TRADE_FINISHED",
}


def trade_of(order: Order) -> dict[str, Any]:
    """The trade with all its fields; `order["trade"]`, if given, overrides any of them."""
    receiver, customer = order["receiver"], order["customer"]
    status = trade_status(order)
    trade = {
        "tid": int(order["order_no"]),
        "status": status,
        "type": "fixed",
        "payment": order["amount"],
        "total_fee": _goods(order),
        "post_fee": order["freight"],
        "discount_fee": "0.00",
        "adjust_fee": "0.00",
        "created": _time(order["created_at"]),
        "modified": _time(order["updated_at"]),
        "buyer_open_uid": f"AAH{sha256(customer['id'].encode()).hexdigest()[:21]}",
        "buyer_nick": _mask(customer["name"]),
        "seller_nick": TAOBAO_SELLER_NICK,
        "seller_flag": 1 if order["urgent"] else 0,
        "receiver_name": _mask(receiver["name"]),
        "receiver_state": receiver["province"],
        "receiver_city": receiver["city"],
        "receiver_district": receiver["district"],
        "receiver_address": _mask(receiver["address"], keep=4),
        "receiver_zip": "000000",
        "receiver_mobile": _mask_phone(receiver["phone"]),
        "oaid": f"oaid{sha256((receiver['phone'] + receiver['address']).encode()).hexdigest()[:28]}",
        "orders": {"order": [_suborder(order, line, status) for line in order["lines"]]},
    }
    optional = {
        "pay_time": order["paid_at"] and _time(order["paid_at"]),
        "alipay_no": order["paid_at"] and trade_number(order["order_no"], datetime.fromisoformat(order["paid_at"])),
        "buyer_message": order["remark"],
        "seller_memo": "加急" if order["urgent"] else "",
        "est_con_time": order["promised_on"],
    }
    trade.update({name: value for name, value in optional.items() if value})
    trade.update(order.get("trade", {}))
    return trade


def refunds_of(order: Order) -> list[dict[str, Any]]:
    """The refunds of an order, which stand in `order["refunds"]`: number, line_no, fen, status, changed_at (ISO)."""
    lines = {line["line_no"]: _suborder(order, line, "") for line in order["lines"]}
    return [
        {
            "refund_id": refund["number"],
            "tid": int(order["order_no"]),
            "oid": lines[refund["line_no"]]["oid"],
            "status": refund["status"],
            "refund_fee": yuan(refund["fen"]),
            "refund_phase": "onsale",
            "created": _time(refund["changed_at"]),
            "modified": _time(refund["changed_at"]),
        }
        for refund in order.get("refunds", [])
    ]


def trade_status(order: Order) -> str:
    """The trade's status in Taobao's words; an unknown one comes through in capitals."""
    if override := order.get("trade", {}).get("status"):
        return str(override)
    if order["status"] == "cancelled":
        return "TRADE_CLOSED" if order["paid_at"] else "TRADE_CLOSED_BY_TAOBAO"
    status: str = order["status"]
    return _STATUS.get(status, status.upper())


def _goods(order: Order) -> str:
    total = sum((Decimal(line["amount"]) for line in order["lines"]), Decimal("0.00"))
    return str(total)


def _suborder(order: Order, line: Mapping[str, Any], status: str) -> dict[str, Any]:
    tid = int(order["order_no"])
    refund = next((each for each in order.get("refunds", []) if each["line_no"] == line["line_no"]), None)
    refunded = refund["status"] if refund else "NO_REFUND"
    return {
        # A trade of one line has that line under the trade's own number.
        "oid": tid if len(order["lines"]) == 1 else tid + int(line["line_no"]),
        "num_iid": 600_000_000 + int(sha256(line["sku"].encode()).hexdigest()[:6], 16),
        "outer_iid": line["sku"],
        "outer_sku_id": line["sku"],
        "title": line["title"],
        "num": line["quantity"],
        "price": line["price"],
        "total_fee": line["amount"],
        "payment": line["amount"],
        "divide_order_fee": line["amount"],
        "status": "TRADE_CLOSED" if refunded == "SUCCESS" else status,
        "refund_status": refunded,
    }


def _time(text: str) -> str:
    return beijing_text(datetime.fromisoformat(text))


def _mask(text: str, keep: int = 1) -> str:
    return text[:keep] + "**" if text else ""


def _mask_phone(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}" if phone else ""
