"""A Shopify order as the hub's order: which fields are asked for and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from integrations.reading import Reader, section, text
from models.lifecycle import Status
from models.messages import Address, ChannelLine, ChannelOrder, Paid, Party, Reported

_MONEY: Final = "{ shopMoney { amount } }"
_LINES: Final = f"""nodes {{
  id sku title quantity
  originalUnitPriceSet {_MONEY}
  discountAllocations {{ allocatedAmountSet {_MONEY} }}
  taxLines {{ priceSet {_MONEY} }}
}} pageInfo {{ hasNextPage endCursor }}"""

ORDERS: Final = f"""query Orders($first: Int!, $after: String, $query: String!) {{
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    nodes {{
      id legacyResourceId name createdAt updatedAt cancelledAt
      displayFinancialStatus displayFulfillmentStatus currencyCode taxesIncluded note
      totalPriceSet {_MONEY}
      shippingLines(first: 5) {{ nodes {{ discountedPriceSet {_MONEY} taxLines {{ priceSet {_MONEY} }} }} }}
      customer {{ id displayName }}
      shippingAddress {{ name phone countryCodeV2 province city address1 address2 }}
      lineItems(first: 50) {{ {_LINES} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
"""A page of orders in the shop's own currency."""

MORE_LINES: Final = f"""query OrderLines($id: ID!, $after: String) {{
  order(id: $id) {{ lineItems(first: 50, after: $after) {{ {_LINES} }} }}
}}"""


@dataclass(frozen=True, slots=True)
class _Fulfilment:
    """How far an order is by its fulfilment, and what stands in its way."""

    status: Status | None = None
    hold: str = ""


_HELD: Final = _Fulfilment(Status.RECEIVED, "channel-forbids-shipping")
_PAID: Final = {
    "PENDING": False,
    "AUTHORIZED": False,
    "PARTIALLY_PAID": False,
    "PAID": True,
    "PARTIALLY_REFUNDED": True,
    "REFUNDED": False,
    "VOIDED": False,
    "EXPIRED": False,
}
_FULFILMENTS: Final[Mapping[str, _Fulfilment]] = {
    "UNFULFILLED": _Fulfilment(),
    "OPEN": _Fulfilment(),
    "IN_PROGRESS": _Fulfilment(),
    "PENDING_FULFILLMENT": _Fulfilment(),
    "REQUEST_DECLINED": _Fulfilment(),
    "RESTOCKED": _Fulfilment(),
    "FULFILLMENT_NOT_REQUIRED": _Fulfilment(Status.COMPLETED),
    "ON_HOLD": _HELD,
    "SCHEDULED": _HELD,
    "PARTIALLY_FULFILLED": _Fulfilment(Status.RECEIVED, "channel-shipped-in-part"),
    "FULFILLED": _Fulfilment(Status.SHIPPED),
}


def read_order(number: str, order: Mapping[str, Any], seen_at: datetime) -> ChannelOrder:
    """Map one order; a time that must be there and cannot be read becomes ``seen_at``, with a flaw."""
    reader = Reader()
    money, shipping = text(order.get("displayFinancialStatus")), text(order.get("displayFulfillmentStatus"))
    for status, known in ((money, _PAID.keys()), (shipping, _FULFILMENTS.keys())):
        if status not in known:
            reader.note("channel-status-unknown", status, fact="status")
    fulfilment = _FULFILMENTS.get(shipping, _Fulfilment())
    gone = fulfilment.status is Status.SHIPPED
    refunded = money == "REFUNDED"
    paid = _PAID.get(money, False) or (refunded and gone)
    currency = reader.currency(order.get("currencyCode"))
    amount = reader.minor(_shop_money(order.get("totalPriceSet")), currency)
    taxed = order.get("taxesIncluded") is True
    lines = section(order.get("lineItems")).get("nodes")
    if not isinstance(lines, list) or not lines:
        reader.note("lines-missing", lines)
        lines = []
    customer = section(order.get("customer"))
    return ChannelOrder(
        order_no=number,
        placed_at=reader.moment(order.get("createdAt"), iso_time) or seen_at,
        updated_at=reader.moment(order.get("updatedAt"), iso_time) or seen_at,
        currency=currency,
        amount_minor=amount,
        customer=Party(text(customer.get("id")).rpartition("/")[2], text(customer.get("displayName"))),
        receiver=_receiver(section(order.get("shippingAddress"))),
        lines=tuple(_line(place, section(line), currency, taxed) for place, line in enumerate(lines, start=1)),
        paid=paid,
        payment=Paid(amount) if paid else None,
        cancelled=bool(order.get("cancelledAt")) or (refunded and not gone),
        freight_minor=_freight(order, reader, currency, taxed),
        remark=text(order.get("note")),
        reported=Reported(fulfilment.status, hold=fulfilment.hold) if fulfilment.status and paid else None,
        flaws=tuple(reader.flaws),
    )


def iso_time(written: str) -> datetime:
    """A time with an offset, in UTC. Raises ``ValueError``."""
    at = datetime.fromisoformat(written)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)


def _receiver(address: Mapping[str, Any]) -> Address:
    return Address(
        name=text(address.get("name")),
        phone=text(address.get("phone")),
        country=text(address.get("countryCodeV2")) or "CN",
        province=text(address.get("province")),
        city=text(address.get("city")),
        street=" ".join(filter(None, (text(address.get("address1")), text(address.get("address2"))))),
    )


def _freight(order: Mapping[str, Any], reader: Reader, currency: str, taxed: bool) -> int:
    lines = section(order.get("shippingLines")).get("nodes")
    total = 0
    for line in lines if isinstance(lines, list) else ():
        total += reader.minor(_shop_money(section(line).get("discountedPriceSet")), currency) or 0
        total += 0 if taxed else _sum(reader, line, "taxLines", "priceSet", currency)
    return total


def _line(place: int, line: Mapping[str, Any], currency: str, taxed: bool) -> ChannelLine:
    """What the line really costs: its price less its share of every discount, and with taxes that come on top."""
    reader = Reader()
    quantity = reader.quantity(line.get("quantity"))
    price = reader.minor(_shop_money(line.get("originalUnitPriceSet")), currency, "price-unreadable")
    change = -_sum(reader, line, "discountAllocations", "allocatedAmountSet", currency)
    change += 0 if taxed else _sum(reader, line, "taxLines", "priceSet", currency)
    amount = None if price is None or quantity is None else price * quantity + change
    return ChannelLine(
        line_no=text(line.get("id")).rpartition("/")[2] or str(place),
        sku=text(line.get("sku")),
        quantity=quantity,
        price_minor=amount // quantity if change and amount is not None and quantity else price,
        amount_minor=amount,
        title=text(line.get("title")),
        flaws=tuple(reader.flaws),
        raw=line,
    )


def _sum(reader: Reader, within: Any, parts: str, money: str, currency: str) -> int:
    found = section(within).get(parts)
    amounts = (_shop_money(section(part).get(money)) for part in (found if isinstance(found, list) else ()))
    return sum(reader.minor(amount, currency) or 0 for amount in amounts)


def _shop_money(bag: object) -> object:
    """The amount in the shop's currency out of a ``MoneyBag``."""
    return section(section(bag).get("shopMoney")).get("amount")
