"""An order as WooCommerce writes it (partners.md §8)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.order_book import Order

STATUS = {"paid": "processing", "unpaid": "pending", "cancelled": "cancelled", "completed": "completed"}


def woo_order(order: Order) -> dict[str, Any]:
    """The order of `GET /orders/{id}` and of a webhook."""
    receiver, customer, number = order["receiver"], order["customer"], int(order["order_no"])
    address = {
        "first_name": receiver["name"],
        "last_name": "",
        "company": "",
        "address_1": receiver["address"],
        "address_2": receiver["district"],
        "city": receiver["city"],
        "state": receiver["province"],
        "postcode": "",
        "country": receiver["country"],
        "phone": receiver["phone"],
    }
    status = "completed" if order["status"] == "shipped" else STATUS.get(order["status"], order["status"])
    return {
        "id": number,
        "number": str(number),
        "status": status,
        "currency": order["currency"],
        "date_created_gmt": _gmt(order["created_at"]),
        "date_modified_gmt": _gmt(order["updated_at"]),
        "date_paid_gmt": _gmt(order["paid_at"]) if order["paid_at"] else None,
        "total": order["amount"],
        "discount_total": "0.00",
        "shipping_total": order["freight"],
        "shipping_tax": "0.00",
        "customer_id": int(str(customer["id"]).removeprefix("C")),
        "customer_note": order["remark"],
        "billing": {**address, "first_name": customer["name"], "email": f"{customer['id'].lower()}@shop.test"},
        "shipping": address,
        "transaction_id": "",
        "line_items": [
            {
                "id": number * 100 + int(line["line_no"]),
                "product_id": 1,
                "variation_id": 0,
                "name": line["title"],
                "sku": line["sku"],
                "quantity": line["quantity"],
                "total": line["amount"],
                "total_tax": "0.00",
                "price": _number(line["price"]),
            }
            for line in order["lines"]
        ],
        "fee_lines": [],
        "refunds": [],
        "meta_data": [],
        "_links": {"self": [{"href": f"http://sandbox/wp-json/wc/v3/orders/{number}"}]},
    }


def _gmt(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _number(text: str) -> float | str:
    try:
        return float(Decimal(text))
    except InvalidOperation:
        return text
