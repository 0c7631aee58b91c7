"""A Shopify webhook speaks the words of the REST API. Said in those of the GraphQL API, which polls use, the same
statement is the same message by either way.

The webhook cannot say everything: an order that is on hold or scheduled comes as unfulfilled, and the poll corrects it.
"""

from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any, Final

from integrations.reading import number, section, text
from integrations.shopify_order import iso_time

_FULFILMENTS: Final = {"": "UNFULFILLED", "partial": "PARTIALLY_FULFILLED"}


def in_words_of_graphql(order: Mapping[str, Any]) -> dict[str, Any]:
    """The REST order as the node of a GraphQL query; what cannot be read stays as it was written."""
    fulfilment = text(order.get("fulfillment_status"))
    return {
        "id": f"gid://shopify/Order/{text(order.get('id'))}",
        "legacyResourceId": text(order.get("id")),
        "name": order.get("name"),
        "createdAt": _time(order.get("created_at")),
        "updatedAt": _time(order.get("updated_at")),
        "cancelledAt": _time(order.get("cancelled_at")),
        "displayFinancialStatus": text(order.get("financial_status")).upper(),
        "displayFulfillmentStatus": _FULFILMENTS.get(fulfilment, fulfilment.upper()),
        "currencyCode": order.get("currency"),
        "taxesIncluded": order.get("taxes_included"),
        "note": order.get("note"),
        "totalPriceSet": _money(order.get("total_price")),
        "shippingLines": {"nodes": [_shipping(section(line)) for line in _list(order.get("shipping_lines"))]},
        "customer": _customer(order.get("customer")),
        "shippingAddress": _address(order.get("shipping_address")),
        "lineItems": {"nodes": [_line(section(line)) for line in _list(order.get("line_items"))]},
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/LineItem/{text(line.get('id'))}",
        "sku": line.get("sku"),
        "title": line.get("title"),
        "quantity": line.get("quantity"),
        "originalUnitPriceSet": _money(line.get("price")),
        "discountAllocations": [
            {"allocatedAmountSet": _money(section(part).get("amount"))}
            for part in _list(line.get("discount_allocations"))
        ],
        "taxLines": _taxes(line),
    }


def _shipping(line: Mapping[str, Any]) -> dict[str, Any]:
    return {"discountedPriceSet": _money(line.get("discounted_price")), "taxLines": _taxes(line)}


def _taxes(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"priceSet": _money(section(tax).get("price"))} for tax in _list(line.get("tax_lines"))]


def _customer(customer: object) -> dict[str, Any] | None:
    if not isinstance(customer, dict):
        return None
    names = (text(customer.get("first_name")), text(customer.get("last_name")))
    return {"id": f"gid://shopify/Customer/{text(customer.get('id'))}", "displayName": " ".join(filter(None, names))}


def _address(address: object) -> dict[str, Any] | None:
    if not isinstance(address, dict):
        return None
    same = {name: address.get(name) for name in ("name", "phone", "province", "city", "address1", "address2")}
    return {**same, "countryCodeV2": address.get("country_code")}


def _money(written: object) -> dict[str, Any]:
    return {"shopMoney": {"amount": _decimal(written)}}


def _decimal(written: object) -> object:
    """``108.00`` as GraphQL writes it: ``108.0``."""
    try:
        amount = number(written)
    except ValueError:
        return written
    shortest = f"{amount.normalize():f}"
    return shortest if "." in shortest else f"{Decimal(shortest):f}.0"


def _time(written: object) -> object:
    """A time with the shop's offset as GraphQL writes it: in UTC, with a ``Z``."""
    try:
        return iso_time(text(written)).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except ValueError:
        return written


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
