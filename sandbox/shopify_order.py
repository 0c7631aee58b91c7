"""An order as Shopify writes it: a node of the GraphQL API, and the REST resource of a webhook (partners.md §7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.clock import BEIJING, iso_text
from sandbox.order_book import Order

_FINANCIAL = {"paid": "PAID", "unpaid": "PENDING", "cancelled": "VOIDED", "shipped": "PAID", "completed": "PAID"}
_SHIPPED = {"shipped", "completed"}


def node_of(order: Order) -> dict[str, Any]:
    """The node, with all lines in a plain list; amounts have no trailing zeros but the first, times are in UTC."""
    number, currency = order["order_no"], order["currency"]
    receiver, customer = order["receiver"], order["customer"]
    freight = [{"discountedPriceSet": _bag(order["freight"], currency), "taxLines": []}]
    return {
        "id": f"gid://shopify/Order/{number}",
        "legacyResourceId": number,
        "name": f"#{int(number) % 1_000_000}",
        "createdAt": order["created_at"],
        "updatedAt": order["updated_at"],
        "cancelledAt": order["updated_at"] if order["status"] == "cancelled" else None,
        "displayFinancialStatus": _financial(order),
        "displayFulfillmentStatus": "FULFILLED" if order["status"] in _SHIPPED else "UNFULFILLED",
        "currencyCode": currency,
        "taxesIncluded": True,
        "note": order["remark"],
        "totalPriceSet": _bag(order["amount"], currency),
        "shippingLines": {"nodes": freight},
        "customer": {"id": f"gid://shopify/Customer/{customer['id']}", "displayName": customer["name"]},
        "shippingAddress": {
            "name": receiver["name"],
            "phone": receiver["phone"],
            "countryCodeV2": receiver["country"],
            "province": receiver["province"],
            "city": receiver["city"],
            "address1": receiver["address"],
            "address2": receiver["district"],
        },
        "lineItems": [_line(number, line, currency) for line in order["lines"]],
    }


def _financial(order: Order) -> str:
    status = str(order["status"])
    return _FINANCIAL.get(status, status.upper())


def _line(number: str, line: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/LineItem/{number}{int(line['line_no']):03d}",
        "sku": line["sku"],
        "title": line["title"],
        "quantity": line["quantity"],
        "originalUnitPriceSet": _bag(line["price"], currency),
        "discountAllocations": [],
        "taxLines": [],
    }


def _bag(amount: str, currency: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": _decimal(amount), "currencyCode": currency}}


def _decimal(amount: str) -> str:
    try:
        short = format(Decimal(amount).normalize(), "f")
    except InvalidOperation:
        return amount
    return short if "." in short else short + ".0"


def rest_of(order: Order) -> dict[str, Any]:
    """The REST resource: amounts with two decimals, times with the shop's offset, statuses in small letters."""
    number, receiver, customer = order["order_no"], order["receiver"], order["customer"]
    cancelled = order["status"] == "cancelled"
    return {
        "id": int(number),
        "admin_graphql_api_id": f"gid://shopify/Order/{number}",
        "name": f"#{int(number) % 1_000_000}",
        "order_number": int(number) % 1_000_000,
        "created_at": _local(order["created_at"]),
        "updated_at": _local(order["updated_at"]),
        "cancelled_at": _local(order["updated_at"]) if cancelled else None,
        "financial_status": _financial(order).lower(),
        "fulfillment_status": "fulfilled" if order["status"] in _SHIPPED else None,
        "currency": order["currency"],
        "taxes_included": True,
        "total_price": order["amount"],
        "note": order["remark"],
        "shipping_lines": [{"discounted_price": order["freight"], "tax_lines": []}],
        "customer": {"id": customer["id"], "first_name": customer["name"], "last_name": ""},
        "shipping_address": {
            "name": receiver["name"],
            "phone": receiver["phone"],
            "country_code": receiver["country"],
            "province": receiver["province"],
            "city": receiver["city"],
            "address1": receiver["address"],
            "address2": receiver["district"],
        },
        "line_items": [
            {
                "id": int(f"{number}{int(line['line_no']):03d}"),
                "sku": line["sku"],
                "title": line["title"],
                "quantity": line["quantity"],
                "price": line["price"],
                "discount_allocations": [],
                "tax_lines": [],
            }
            for line in order["lines"]
        ],
    }


def _local(text: str) -> str:
    return datetime.fromisoformat(iso_text(datetime.fromisoformat(text))).astimezone(BEIJING).isoformat()
