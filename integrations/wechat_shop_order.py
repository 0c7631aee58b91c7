"""An order of a WeChat shop as the hub's order, less what was refunded before it left; all amounts are fen."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from integrations.discounts import price_paid
from integrations.reading import Reader, section, text, whole
from models.lifecycle import Status
from models.messages import Address, ChannelLine, ChannelOrder, Paid, Party, Reported

CURRENCY: Final = "CNY"
_REFUNDED: Final = {"MERCHANT_REFUND_SUCCESS", "MERCHANT_RETURN_SUCCESS"}
"""How a refund ends that was paid; an exchange ends otherwise, and is none."""

_WITHOUT_MONEY: Final = {"3", "4"}
"""Ways to pay that bring no cash."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What an order's status says: may it be shipped, is it off, how far is it, and what stands in its way."""

    paid: bool = True
    cancelled: bool = False
    status: Status | None = None
    hold: str = ""


_STATUSES: Final[Mapping[str, _Meaning]] = {
    "10": _Meaning(paid=False),
    "12": _Meaning(status=Status.RECEIVED, hold="channel-forbids-shipping"),
    "13": _Meaning(status=Status.RECEIVED, hold="channel-forbids-shipping"),
    "20": _Meaning(),
    "21": _Meaning(status=Status.RECEIVED, hold="channel-shipped-in-part"),
    "30": _Meaning(status=Status.SHIPPED),
    "100": _Meaning(status=Status.COMPLETED),
    "200": _Meaning(paid=False, cancelled=True),
    "250": _Meaning(paid=False, cancelled=True),
}
_UNKNOWN: Final = _Meaning(paid=False)
_HAS_LEFT: Final = {"30", "100"}


@dataclass(frozen=True, slots=True)
class _Refund:
    """What was paid back for one product: pieces and fen."""

    pieces: int = 0
    minor: int = 0


def moment(written: str) -> datetime:
    """Seconds since 1970 as WeChat counts. Raises ``ValueError``, ``OverflowError``."""
    try:
        return datetime.fromtimestamp(int(written), UTC)
    except OSError as error:
        raise ValueError(f"{written[:40]!r} is no time") from error


def read_order(number: str, order: Mapping[str, Any], seen_at: datetime) -> ChannelOrder:
    """Map one order; a time that must be there and cannot be read becomes ``seen_at``, with a flaw."""
    reader = Reader()
    status = text(order.get("status"))
    meaning = _STATUSES.get(status, _UNKNOWN)
    if status not in _STATUSES:
        reader.note("channel-status-unknown", status, fact="status")
    detail = section(order.get("order_detail"))
    price, paying, notes = (section(detail.get(name)) for name in ("price_info", "pay_info", "ext_info"))
    refunds = {} if status in _HAS_LEFT else _refunds(order, reader)
    stated = _fen(reader, price.get("order_price"))
    amount = None if stated is None else stated - sum(refund.minor for refund in refunds.values())
    paid_at = reader.moment(paying["pay_time"], moment) if meaning.paid and paying.get("pay_time") else None
    cash = 0 if text(paying.get("payment_method")) in _WITHOUT_MONEY else stated
    buyer = text(order.get("openid"))
    return ChannelOrder(
        order_no=number,
        placed_at=reader.moment(order.get("create_time"), moment) or seen_at,
        updated_at=changed_at(order, reader) or seen_at,
        currency=CURRENCY,
        amount_minor=amount,
        customer=Party(buyer, buyer),
        receiver=_receiver(section(section(detail.get("delivery_info")).get("address_info"))),
        lines=_lines(detail, refunds, reader),
        paid=meaning.paid,
        payment=Paid(cash, paid_at, text(paying.get("transaction_id"))) if meaning.paid else None,
        cancelled=meaning.cancelled,
        freight_minor=(_fen(reader, price["freight"]) or 0) if price.get("freight") else 0,
        remark="\n".join(filter(None, (text(notes.get("customer_notes")), text(notes.get("merchant_notes"))))),
        reported=_reported(meaning, order, paid_at),
        flaws=tuple(reader.flaws),
    )


def changed_at(order: Mapping[str, Any], reader: Reader) -> datetime | None:
    """When the order or one of its refunds changed last: WeChat dates a refund apart from its order."""
    refunds = map(section, _listed(order.get("after_sale_orders")))
    times = [reader.moment(each.get("update_time"), moment) for each in (order, *refunds)]
    return max((time for time in times if time is not None), default=None)


def to_send(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The products of an order as a parcel lists them, less what was refunded."""
    refunds = _refunds(order, Reader())
    products = [section(each) for each in _listed(section(order.get("order_detail")).get("product_infos"))]
    return [
        {"product_id": each.get("product_id"), "sku_id": each.get("sku_id"), "product_cnt": left}
        for each in products
        if (left := _pieces(each.get("sku_cnt")) - refunds.get(_product(each), _Refund()).pieces) > 0
    ]


def parcels(order: Mapping[str, Any]) -> set[str]:
    """The waybills that WeChat knows of an order."""
    delivery = section(section(order.get("order_detail")).get("delivery_info"))
    return {text(section(each).get("waybill_id")) for each in _listed(delivery.get("delivery_product_info"))}


def _reported(meaning: _Meaning, order: Mapping[str, Any], paid_at: datetime | None) -> Reported | None:
    under_way = section(order.get("aftersale_detail")).get("on_aftersale_order_cnt")
    if meaning.paid and meaning.status is None and text(under_way) not in {"", "0"}:
        return Reported(Status.RECEIVED, paid_at, hold="channel-refund-under-way")
    return Reported(meaning.status, paid_at, hold=meaning.hold) if meaning.status else None


def _refunds(order: Mapping[str, Any], reader: Reader) -> dict[str, _Refund]:
    """What was paid back by product, of the refunds that came to an end with money."""
    refunds: dict[str, _Refund] = defaultdict(_Refund)
    for refund in map(section, _listed(order.get("after_sale_orders"))):
        if text(refund.get("status")) not in _REFUNDED:
            continue
        what = section(refund.get("product_info"))
        so_far = refunds[_product(what)]
        minor = _fen(reader, section(refund.get("refund_info")).get("amount"))
        pieces = reader.quantity(what.get("count"))
        refunds[_product(what)] = _Refund(so_far.pieces + (pieces or 0), so_far.minor + (minor or 0))
    return refunds


def _lines(detail: Mapping[str, Any], refunds: Mapping[str, _Refund], reader: Reader) -> tuple[ChannelLine, ...]:
    products = [section(each) for each in _listed(detail.get("product_infos"))]
    if not products:
        reader.note("lines-missing", detail.get("product_infos"))
    lines = [_line(place, each, refunds.get(_product(each), _Refund())) for place, each in enumerate(products, start=1)]
    return tuple(line for line in lines if line.quantity != 0 or not refunds)


def _line(place: int, product: Mapping[str, Any], refund: _Refund) -> ChannelLine:
    """A product at what was paid for it (``real_price`` is that of all its pieces), less what was paid back."""
    reader = Reader()
    price = _fen(reader, product.get("sale_price"), "price-unreadable")
    pieces = reader.quantity(product.get("sku_cnt"))
    real = _fen(reader, product["real_price"]) if product.get("real_price") is not None else None
    list_amount = None if price is None or pieces is None else price * pieces
    amount = list_amount if real is None else real
    line = ChannelLine(
        line_no=_product(product) or str(place),
        sku=text(product.get("sku_code")),
        quantity=None if pieces is None else pieces - refund.pieces,
        price_minor=price,
        amount_minor=list_amount,
        title=text(product.get("title")),
        flaws=tuple(reader.flaws),
        raw=product,
    )
    if amount is None or price is None or line.quantity is None:
        return replace(line, amount_minor=amount)
    left = amount - refund.minor
    return replace(line, amount_minor=left, price_minor=price_paid(price, line.quantity, left))


def _receiver(address: Mapping[str, Any]) -> Address:
    """The phone may be a virtual number, good for a while: it is passed on as it is."""
    return Address(
        name=text(address.get("user_name")),
        phone=text(address.get("tel_number")),
        province=text(address.get("province_name")),
        city=text(address.get("city_name")),
        district=text(address.get("county_name")),
        street=text(address.get("detail_info")),
    )


def _product(content: Mapping[str, Any]) -> str:
    """A product of an order, by its number and its SKU's."""
    names = (text(content.get("product_id")), text(content.get("sku_id")))
    return ":".join(names) if any(names) else ""


def _fen(reader: Reader, value: object, code: str = "amount-unreadable") -> int | None:
    """An amount that is written in fen."""
    try:
        return whole(value)
    except ValueError:
        reader.note(code, value)
        return None


def _pieces(value: object) -> int:
    try:
        return whole(value)
    except ValueError:
        return 0


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []
