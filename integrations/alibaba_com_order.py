"""An Alibaba.com order as the hub's order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from integrations.alibaba_com_gateways import listed
from integrations.discounts import price_paid, spread
from integrations.pacific import from_pacific
from integrations.reading import Reader, number, section, text
from models.lifecycle import Status
from models.messages import Address, ChannelLine, ChannelOrder, Party, Reported


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What an order's status says: may it be shipped, is it off, how far is it, and what stands in its way."""

    paid: bool = True
    cancelled: bool = False
    status: Status | None = None
    hold: str = ""


_UNPAID: Final = _Meaning(paid=False)
_NOT_YET: Final = _Meaning(status=Status.RECEIVED, hold="channel-forbids-shipping")
_MONEY_BACK: Final = _Meaning(status=Status.RECEIVED, hold="channel-refund-under-way")
_STATUSES: Final[Mapping[str, _Meaning]] = {
    "to_be_audited": _UNPAID,
    "unpay": _UNPAID,
    "paying": _UNPAID,
    "paid": _NOT_YET,
    "captured": _NOT_YET,
    "undeliver": _Meaning(),
    "delivering": _Meaning(status=Status.SHIPPED),
    "wait_confirm_receipt": _Meaning(status=Status.SHIPPED),
    "trade_success": _Meaning(status=Status.COMPLETED),
    "trade_close": _Meaning(paid=False, cancelled=True),
    "frozen": _MONEY_BACK,
    "charge_back": _MONEY_BACK,
}
_PIECES: Final = {"piece", "pieces"}


def told_at(order: Mapping[str, Any], date: str) -> str:
    """One of an order's dates as it is written there."""
    return text(section(order.get(date)).get("format_date"))


def bills(logistics: Mapping[str, Any]) -> set[str]:
    """The waybills that Alibaba.com knows of an order."""
    shipments = listed(logistics.get("shipping_order_list"))
    return {text(section(each.get("voucher")).get("tracking_number")) for each in shipments}


def read_order(number: str, order: Mapping[str, Any], seen_at: datetime) -> ChannelOrder:
    """Map one order; a time that must be there and cannot be read becomes ``seen_at``, with a flaw."""
    reader = Reader()
    status = text(order.get("trade_status"))
    meaning = _STATUSES.get(status, _UNPAID)
    if status not in _STATUSES:
        reader.note("channel-status-unknown", status, fact="status")
    currency = reader.currency(section(order.get("total_amount")).get("currency"))
    amount = reader.minor(_amount(order, "total_amount"), currency)
    freight = _optional(reader, order, "shipment_fee", currency)
    products = listed(order.get("order_products"))
    if not products:
        reader.note("lines-missing", order.get("order_products"))
    lines = [_line(place, product, currency) for place, product in enumerate(products, start=1)]
    buyer = section(order.get("buyer"))
    return ChannelOrder(
        order_no=number,
        placed_at=reader.moment(told_at(order, "create_date"), from_pacific) or seen_at,
        updated_at=reader.moment(told_at(order, "modify_date"), from_pacific) or seen_at,
        currency=currency,
        amount_minor=amount,
        customer=Party(_said(buyer, "immutable_eid") or _said(buyer, "e_account_id"), _said(buyer, "full_name")),
        receiver=_receiver(section(order.get("shipping_address"))),
        lines=tuple(_discounted(lines, _optional(reader, order, "discount_amount", currency), amount, freight)),
        paid=meaning.paid,
        cancelled=meaning.cancelled,
        freight_minor=freight,
        remark=_said(order, "remark"),
        reported=Reported(meaning.status, hold=meaning.hold) if meaning.status else None,
        flaws=tuple(reader.flaws),
    )


def _line(place: int, product: Mapping[str, Any], currency: str) -> ChannelLine:
    """One product at its price times its quantity: the price of a piece may have fractions of a cent."""
    reader = Reader()
    quantity = reader.quantity(product.get("quantity"))
    stated = section(product.get("unit_price"))
    if text(stated.get("currency")).upper() != currency:
        reader.note("currency-unreadable", stated.get("currency"))
    amount = reader.minor(_times(stated.get("amount"), quantity), currency, "price-unreadable")
    unit = _said(product, "unit")
    return ChannelLine(
        line_no=_said(product, "id") or str(place),
        sku=_said(product, "sku_code") or _said(product, "model_number"),
        quantity=quantity,
        price_minor=amount // quantity if amount is not None and quantity else amount,
        amount_minor=amount,
        title=text(product.get("name")),
        unit="" if unit.lower() in _PIECES else unit,
        flaws=tuple(reader.flaws),
        raw=product,
    )


def _times(price: object, quantity: int | None) -> object:
    """What all pieces cost; the price as it stands where that cannot be reckoned."""
    try:
        return number(price) * quantity if quantity else price
    except ValueError:
        return price


def _discounted(lines: Sequence[ChannelLine], discount: int, total: int | None, freight: int) -> Sequence[ChannelLine]:
    """The lines less their share of the discount, if it is what the order is cheaper by than its lines: whether it is
    in their prices already is not documented."""
    amounts = [line.amount_minor or 0 for line in lines]
    if not discount or total is None or sum(amounts) + freight - discount != total:
        return lines
    shares = spread(discount, amounts)
    paid = [amount - share for amount, share in zip(amounts, shares, strict=True)]
    return [
        replace(line, amount_minor=amount, price_minor=price_paid(line.price_minor, line.quantity, amount))
        for line, amount in zip(lines, paid, strict=True)
    ]


def _receiver(address: Mapping[str, Any]) -> Address:
    return Address(
        name=_said(address, "contact_person"),
        phone=_phone(section(address.get("mobile"))) or _phone(section(address.get("telephone"))),
        country=_said(address, "country_code"),
        province=_said(address, "province"),
        city=_said(address, "city"),
        street=" ".join(filter(None, (_said(address, "address"), _said(address, "alternate_address")))),
    )


def _phone(phone: Mapping[str, Any]) -> str:
    parts = [_said(phone, part) for part in ("country", "area", "number")]
    return " ".join(filter(None, parts)) if parts[-1] else ""


def _amount(order: Mapping[str, Any], name: str) -> object:
    return section(order.get(name)).get("amount")


def _optional(reader: Reader, order: Mapping[str, Any], name: str, currency: str) -> int:
    stated = _amount(order, name)
    return (reader.minor(stated, currency) or 0) if stated else 0


def _said(within: Mapping[str, Any], name: str) -> str:
    """A text, which the platform writes as the word ``null`` where there is none."""
    written = text(within.get(name))
    return "" if written == "null" else written
