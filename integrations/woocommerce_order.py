"""A WooCommerce order as the hub's order."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from integrations.reading import Reader, section, text
from integrations.woocommerce_states import province
from models.lifecycle import Status
from models.messages import Address, ChannelLine, ChannelOrder, Paid, Party, Reported

_UNPAID: Final = {"pending", "on-hold", "failed", "checkout-draft"}
_PAID: Final = {"processing", "completed"}
_OFF: Final = {"cancelled", "refunded", "trash"}
_CHINESE: Final = re.compile("[\u3400-\u9fff]")


def read_order(number: str, order: Mapping[str, Any], seen_at: datetime) -> ChannelOrder:
    """Map one order; a time that must be there and cannot be read becomes ``seen_at``, with a flaw."""
    reader = Reader()
    status = text(order.get("status"))
    if status not in _UNPAID | _PAID | _OFF:
        reader.note("channel-status-unknown", status, fact="status")
    currency = reader.currency(order.get("currency"))
    amount = reader.minor(order.get("total"), currency)
    paid_at = reader.moment(order["date_paid_gmt"], gmt) if order.get("date_paid_gmt") else None
    lines = order.get("line_items")
    if not isinstance(lines, list) or not lines:
        reader.note("lines-missing", lines)
        lines = []
    billing = section(order.get("billing"))
    paid = status in _PAID
    return ChannelOrder(
        order_no=number,
        placed_at=reader.moment(order.get("date_created_gmt"), gmt) or seen_at,
        updated_at=reader.moment(order.get("date_modified_gmt"), gmt) or seen_at,
        currency=currency,
        amount_minor=amount,
        customer=_customer(order, billing),
        receiver=_receiver(section(order.get("shipping")), billing),
        lines=tuple(_line(place, section(line), currency) for place, line in enumerate(lines, start=1)),
        paid=paid,
        payment=Paid(amount, paid_at, text(order.get("transaction_id"))) if paid else None,
        cancelled=status in _OFF,
        freight_minor=_freight_and_fees(order, reader, currency),
        remark=text(order.get("customer_note")),
        reported=Reported(Status.SHIPPED, paid_at) if status == "completed" else None,
        flaws=tuple(reader.flaws),
    )


def gmt(written: str) -> datetime:
    """A time of a ``…_gmt`` member, which is in UTC and does not say so. Raises ``ValueError``."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def _customer(order: Mapping[str, Any], billing: Mapping[str, Any]) -> Party:
    """A guest (customer 0) is known by the address of their mail."""
    known = text(order.get("customer_id"))
    return Party(known if known not in {"", "0"} else text(billing.get("email")), _name(billing))


def _receiver(shipping: Mapping[str, Any], billing: Mapping[str, Any]) -> Address:
    address = shipping if text(shipping.get("address_1")) else billing
    country = text(address.get("country")) or "CN"
    return Address(
        name=_name(address),
        phone=text(address.get("phone")) or text(billing.get("phone")),
        country=country,
        province=province(country, text(address.get("state"))),
        city=text(address.get("city")),
        street=" ".join(filter(None, (text(address.get("address_1")), text(address.get("address_2"))))),
    )


def _name(person: Mapping[str, Any]) -> str:
    """Family name first, and no space, where it is written in Chinese."""
    first, last = text(person.get("first_name")), text(person.get("last_name"))
    return f"{last}{first}" if _CHINESE.search(first + last) else f"{first} {last}".strip()


def _freight_and_fees(order: Mapping[str, Any], reader: Reader, currency: str) -> int:
    fees = order.get("fee_lines")
    parts = [order.get("shipping_total"), order.get("shipping_tax")]
    for fee in fees if isinstance(fees, list) else ():
        parts += [section(fee).get("total"), section(fee).get("total_tax")]
    return sum(reader.minor(part, currency) or 0 for part in parts if text(part))


def _line(place: int, line: Mapping[str, Any], currency: str) -> ChannelLine:
    """``total`` is what the line costs after discounts; its tax comes on top. The price is what a piece then costs."""
    reader = Reader()
    quantity = reader.quantity(line.get("quantity"))
    net = reader.minor(line.get("total"), currency)
    tax = reader.minor(line["total_tax"], currency) or 0 if text(line.get("total_tax")) else 0
    amount = None if net is None else net + tax
    return ChannelLine(
        line_no=text(line.get("id")) or str(place),
        sku=text(line.get("sku")),
        quantity=quantity,
        price_minor=amount // quantity if amount is not None and quantity else None,
        amount_minor=amount,
        title=text(line.get("name")),
        flaws=tuple(reader.flaws),
        raw=line,
    )
