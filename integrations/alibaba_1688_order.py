"""A 1688 order as the hub's order, less what was refunded before it left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from integrations.beijing import BEIJING
from integrations.discounts import price_paid
from integrations.reading import Reader, section, text
from models.lifecycle import Status
from models.messages import Address, ChannelLine, ChannelOrder, Paid, Party, Reported

CURRENCY: Final = "CNY"
_REFUNDED: Final = "refundsuccess"
_NO_REFUND: Final = {"", _REFUNDED, "refundclose"}
_NOT_SENT: Final = {"", "1"}
"""``logisticsStatus`` of an item that has not left."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What an order's status says: may it be shipped, is it off, how far is it."""

    paid: bool = True
    cancelled: bool = False
    status: Status | None = None


_UNPAID: Final = _Meaning(paid=False)
_OFF: Final = _Meaning(paid=False, cancelled=True)
_STATUSES: Final[Mapping[str, _Meaning]] = {
    "waitbuyerpay": _UNPAID,
    "waitsellerconfirm": _UNPAID,
    "waitbuyerconfirm": _UNPAID,
    "paid_but_not_fund": _UNPAID,
    "waitsellersend": _Meaning(),
    "waitlogisticstakein": _Meaning(status=Status.PICKED),
    "waitbuyerreceive": _Meaning(status=Status.SHIPPED),
    "waitbuyersign": _Meaning(status=Status.SHIPPED),
    "send_goods_but_not_fund": _Meaning(status=Status.SHIPPED),
    "signinsuccess": _Meaning(status=Status.DELIVERED),
    "confirm_goods": _Meaning(status=Status.DELIVERED),
    "confirm_goods_but_not_fund": _Meaning(status=Status.DELIVERED),
    "confirm_goods_and_has_subsidy": _Meaning(status=Status.DELIVERED),
    "success": _Meaning(status=Status.COMPLETED),
    "cancel": _OFF,
    "terminated": _OFF,
}


def written(at: datetime) -> str:
    """An aware time as 1688 writes it: ``20240101000000000+0800``."""
    local = at.astimezone(BEIJING)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}+0800"


def moment(text: str) -> datetime:
    """The reverse, in UTC; the zone may be another. Raises ``ValueError``."""
    # Without the dot a thirteenth month would be read as a first one, for digits would be left over.
    return datetime.strptime(f"{text[:14]}.{text[14:]}", "%Y%m%d%H%M%S.%f%z").astimezone(UTC)


def number_of(order: Mapping[str, Any]) -> str:
    """The order's number as text: as a number it is larger than JavaScript can count, and may have been rounded."""
    base = section(order.get("baseInfo"))
    return text(base.get("idOfStr")) or text(base.get("id"))


def read_order(number: str, order: Mapping[str, Any], seen_at: datetime) -> ChannelOrder:
    """Map one order; a time that must be there and cannot be read becomes ``seen_at``, with a flaw."""
    reader, base = Reader(), section(order.get("baseInfo"))
    status = text(base.get("status"))
    meaning = _STATUSES.get(status, _UNPAID)
    if status not in _STATUSES:
        reader.note("channel-status-unknown", status, fact="status")
    items = [section(item) for item in _listed(order.get("productItems"))]
    if not items:
        reader.note("lines-missing", order.get("productItems"))
    stated = reader.minor(base.get("totalAmount"), CURRENCY)
    waits = meaning.paid and meaning.status is None
    refunded = reader.minor(base["refund"], CURRENCY) or 0 if waits and base.get("refund") else 0
    left = [each for each in items if not (waits and _is_refunded(each))]
    paid_at = reader.moment(base["payTime"], moment) if meaning.paid and base.get("payTime") else None
    contact = section(base.get("buyerContact"))
    login = text(base.get("buyerLoginId"))
    return ChannelOrder(
        order_no=number,
        placed_at=reader.moment(base.get("createTime"), moment) or seen_at,
        updated_at=reader.moment(base.get("modifyTime"), moment) or seen_at,
        currency=CURRENCY,
        amount_minor=None if stated is None else stated - refunded,
        customer=Party(text(base.get("buyerID")) or login, text(contact.get("companyName")) or login),
        receiver=_receiver(section(order.get("nativeLogistics"))),
        lines=tuple(_line(place, each) for place, each in enumerate(left, start=1)),
        paid=meaning.paid,
        payment=Paid(stated, paid_at, text(base.get("alipayTradeId"))) if meaning.paid else None,
        cancelled=meaning.cancelled,
        freight_minor=(reader.minor(base["shippingFee"], CURRENCY) or 0) if base.get("shippingFee") else 0,
        remark="\n".join(filter(None, (text(base.get("buyerFeedback")), text(base.get("sellerMemo"))))),
        reported=_reported(meaning, items, base, paid_at, reader),
        flaws=tuple(reader.flaws),
    )


def to_send(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of an order as a shipment lists them, less those that are refunded."""
    items = [section(item) for item in _listed(order.get("productItems"))]
    return [
        {"sourceEntryId": text(item.get("subItemID")), "amount": item.get("quantity"), "weight": 0}
        for item in items
        if not _is_refunded(item)
    ]


def bills(order: Mapping[str, Any]) -> set[str]:
    """The waybills that 1688 knows of an order."""
    logistics = section(order.get("nativeLogistics")).get("logisticsItems")
    return {text(section(each).get("logisticsBillNo")) for each in _listed(logistics)}


def _is_refunded(item: Mapping[str, Any]) -> bool:
    return text(item.get("refundStatus")) == _REFUNDED and text(item.get("logisticsStatus")) in _NOT_SENT


def _reported(
    meaning: _Meaning,
    items: Sequence[Mapping[str, Any]],
    base: Mapping[str, Any],
    paid_at: datetime | None,
    reader: Reader,
) -> Reported | None:
    if meaning.status is not None:
        sent = base.get("allDeliveredTime")
        return Reported(meaning.status, paid_at, reader.moment(sent, moment) if sent else None)
    if not meaning.paid:
        return None
    if any(text(each.get("refundStatus")) not in _NO_REFUND for each in items):
        return Reported(Status.RECEIVED, paid_at, hold="channel-refund-under-way")
    if any(text(each.get("logisticsStatus")) not in _NOT_SENT for each in items):
        return Reported(Status.RECEIVED, paid_at, hold="channel-shipped-in-part")
    return None


def _receiver(logistics: Mapping[str, Any]) -> Address:
    return Address(
        name=text(logistics.get("contactPerson")),
        phone=text(logistics.get("mobile")) or text(logistics.get("telephone")),
        province=text(logistics.get("province")),
        city=text(logistics.get("city")),
        district=text(logistics.get("area")),
        street=text(logistics.get("town")) + text(logistics.get("address")),
        token=text(logistics.get("caid")),
    )


def _line(place: int, item: Mapping[str, Any]) -> ChannelLine:
    """One item at what was agreed for it: ``itemAmount`` is that of all its pieces."""
    reader = Reader()
    amount = reader.minor(item.get("itemAmount"), CURRENCY)
    price = reader.minor(item.get("price"), CURRENCY, "price-unreadable")
    quantity = reader.quantity(item.get("quantity"))
    return ChannelLine(
        line_no=text(item.get("subItemID")) or str(place),
        sku=text(item.get("cargoNumber")) or text(item.get("productCargoNumber")),
        quantity=quantity,
        price_minor=price_paid(price, quantity, amount),
        amount_minor=amount,
        title=text(item.get("name")),
        flaws=tuple(reader.flaws),
        raw=item,
    )


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []
