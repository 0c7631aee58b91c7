"""A JD order as the hub's order: which fields are asked for and what they mean."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from integrations.beijing import from_beijing
from integrations.discounts import price_paid, spread
from integrations.reading import Reader, section, text
from models.lifecycle import Status
from models.messages import Address, ChannelLine, ChannelOrder, Paid, Party, Reported

CURRENCY: Final = "CNY"
FIELDS: Final = ",".join(
    [
        "orderId,orderState,orderType,payType,orderTotalPrice,orderSellerPrice,orderPayment,freightPrice,sellerDiscount",
        "orderStartTime,orderEndTime,paymentConfirmTime,modified,consigneeInfo,itemInfoList,couponDetailList,waybill",
        "logisticsId,venderRemark,orderRemark,parentOrderId,open_id_buyer",
    ]
)
_NEVER: Final = "0001-01-01 00:00:00"
"""What JD writes for a time that has not come."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What an order's state says: may it be shipped, is it off, how far is it, and what stands in its way."""

    paid: bool = True
    cancelled: bool = False
    status: Status | None = None
    hold: str = ""


_HELD: Final = _Meaning(status=Status.RECEIVED, hold="channel-forbids-shipping")
_STATES: Final[Mapping[str, _Meaning]] = {
    "NOT_PAY": _Meaning(paid=False),
    "WAIT_SELLER_STOCK_OUT": _Meaning(),
    "WAIT_SELLER_DELIVERY": _Meaning(status=Status.PICKED),
    "WAIT_GOODS_RECEIVE_CONFIRM": _Meaning(status=Status.SHIPPED),
    "FINISHED_L": _Meaning(status=Status.COMPLETED),
    "TRADE_CANCELED": _Meaning(paid=False, cancelled=True),
    "LOCKED": _HELD,
    "PAUSE": _HELD,
    "POP_ORDER_PAUSE": _HELD,
    "DELIVERY_RETURN": _Meaning(status=Status.RETURNED),
}
_UNKNOWN: Final = _Meaning(paid=False)

HAS_LEFT: Final = {"WAIT_SELLER_DELIVERY", "WAIT_GOODS_RECEIVE_CONFIRM", "FINISHED_L", "DELIVERY_RETURN"}
"""The states of an order whose goods have left the seller."""


def read_order(number: str, order: Mapping[str, Any], seen_at: datetime) -> ChannelOrder:
    """Map one order; a time that must be there and cannot be read becomes ``seen_at``, with a flaw."""
    reader = Reader()
    state = text(order.get("orderState"))
    meaning = _STATES.get(state, _UNKNOWN)
    if state not in _STATES:
        reader.note("channel-status-unknown", state, fact="status")
    paid_at = _moment(reader, order.get("paymentConfirmTime")) if meaning.paid else None
    amount = reader.minor(order.get("orderPayment"), CURRENCY)
    buyer = text(order.get("open_id_buyer"))
    return ChannelOrder(
        order_no=number,
        placed_at=reader.moment(order.get("orderStartTime"), from_beijing) or seen_at,
        updated_at=reader.moment(order.get("modified"), from_beijing) or seen_at,
        currency=CURRENCY,
        amount_minor=amount,
        customer=Party(buyer, buyer),
        receiver=_receiver(section(order.get("consigneeInfo"))),
        lines=_lines(order, reader),
        paid=meaning.paid,
        payment=Paid(amount, paid_at) if meaning.paid else None,
        cancelled=meaning.cancelled,
        freight_minor=(reader.minor(order["freightPrice"], CURRENCY) or 0) if order.get("freightPrice") else 0,
        remark="\n".join(filter(None, (text(order.get("orderRemark")), text(order.get("venderRemark"))))),
        reported=Reported(meaning.status, paid_at, hold=meaning.hold) if meaning.status else None,
        flaws=tuple(reader.flaws),
    )


def _moment(reader: Reader, value: object) -> datetime | None:
    return None if text(value) in {"", _NEVER} else reader.moment(value, from_beijing)


def _receiver(consignee: Mapping[str, Any]) -> Address:
    """``enSearch`` gives name, phone and street encrypted: they are passed on as they are, nobody here reads them."""

    def said(name: str) -> str:
        return text(consignee.get(f"encrypt_{name}")) or text(consignee.get(name))

    return Address(
        name=said("fullname"),
        phone=said("mobile") or said("telephone"),
        province=text(consignee.get("province")),
        city=text(consignee.get("city")),
        district=text(consignee.get("county")),
        street=text(consignee.get("town")) + said("fullAddress"),
        token=text(consignee.get("oaid")),
    )


def _lines(order: Mapping[str, Any], reader: Reader) -> tuple[ChannelLine, ...]:
    """The items, less their own coupons and their share of those of the whole order."""
    items = order.get("itemInfoList")
    if not isinstance(items, list) or not items:
        reader.note("lines-missing", items)
        return ()
    seen: Counter[str] = Counter()
    lines = [_line(section(item), seen) for item in items]
    coupons = order.get("couponDetailList")
    reductions = _reductions(coupons if isinstance(coupons, list) else [], lines, reader)
    return tuple(_reduced(line, less) for line, less in zip(lines, reductions, strict=True))


def _reduced(line: ChannelLine, less: int) -> ChannelLine:
    amount = None if line.amount_minor is None else line.amount_minor - less
    return replace(line, amount_minor=amount, price_minor=price_paid(line.price_minor, line.quantity, amount))


def _line(item: Mapping[str, Any], seen: Counter[str]) -> ChannelLine:
    """One item at its list price. JD numbers none: the SKU does, and a second line of it (a gift) is ``…-2``."""
    reader = Reader()
    sku_id = text(item.get("skuId"))
    seen[sku_id] += 1
    price = reader.minor(item.get("jdPrice"), CURRENCY, "price-unreadable")
    quantity = reader.quantity(item.get("itemTotal"))
    return ChannelLine(
        line_no=sku_id if seen[sku_id] == 1 else f"{sku_id}-{seen[sku_id]}",
        sku=text(item.get("outerSkuId")),
        quantity=quantity,
        price_minor=price,
        amount_minor=None if price is None or quantity is None else price * quantity,
        title=text(item.get("skuName")),
        flaws=tuple(reader.flaws),
        raw=item,
    )


def _reductions(coupons: Sequence[Any], lines: Sequence[ChannelLine], reader: Reader) -> list[int]:
    """What each line costs less. A coupon that names no SKU, or one that is not here, is the whole order's."""
    amounts = [line.amount_minor or 0 for line in lines]
    places = {text(line.raw.get("skuId")): place for place, line in reversed(list(enumerate(lines)))}
    less, common = [0] * len(lines), 0
    for coupon in map(section, coupons):
        value = reader.minor(coupon.get("couponPrice"), CURRENCY) or 0
        place = places.get(text(coupon.get("skuId")))
        if place is None:
            common += value
        else:
            less[place] += value
    left = [amount - own for amount, own in zip(amounts, less, strict=True)]
    return [own + share for own, share in zip(less, spread(common, left), strict=True)]
