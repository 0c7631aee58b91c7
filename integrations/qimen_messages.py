"""Qimen's XML: what an outbound becomes, and what confirmations and progress reports say. No I/O."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from integrations.beijing import from_beijing, to_beijing
from integrations.markup import Tree, text_of
from integrations.reading import number, whole
from models.lifecycle import OrderKind
from models.messages import (
    Address,
    OutboundConfirmed,
    OutboundLine,
    OutboundProgress,
    OutboundRequest,
    PackedParcel,
    Stage,
)
from models.money import Money

_LOGISTICS_CODES: Final[Mapping[str, str]] = {
    "sf_express": "SF", "yto": "YTO", "zto": "ZTO", "sto": "STO", "yunda": "YUNDA", "ems": "EMS",
}  # fmt: skip
_CARRIERS: Final[Mapping[str, str]] = {code: carrier for carrier, code in _LOGISTICS_CODES.items()}
_ORDER_TYPES: Final[Mapping[OrderKind, str]] = {OrderKind.EXCHANGE: "HHCK", OrderKind.TRANSFER: "QTCK"}
"""What is no sale: an exchange, and anything else that leaves."""
_PLATFORMS: Final[Mapping[str, str]] = {"taobao": "TB"}
_SHIPPED: Final = {"", "DELIVERED", "PARTDELIVERED"}
_STAGES: Final[Mapping[str, Stage]] = {
    **dict.fromkeys(
        ("ACCEPT", "PRINT", "DELIVERED", "PARTDELIVERED", "SIGN"), Stage.AT_WORK
    ),  # these come by themselves
    **dict.fromkeys(("PICK", "CHECK", "PACKAGE", "WEIGH", "READY"), Stage.PICKED),
    **dict.fromkeys(("CANCELED", "CLOSED", "REJECT", "REFUSE"), Stage.STOPPED),
}
CHECK_CODE: Final = "checkCode"
_FINAL: Final = {"": True, "0": True, "1": False}


def order_type(kind: OrderKind) -> str:
    """``orderType`` of an outbound."""
    return _ORDER_TYPES.get(kind, "JYCK")


def create_request(request: OutboundRequest, owner_code: str) -> Tree:
    """The content of ``deliveryorder.create``: amounts in yuan, Beijing time."""
    requested_at = to_beijing(request.requested_at)
    return {
        "deliveryOrder": {
            "deliveryOrderCode": request.outbound_no,
            "orderType": order_type(request.kind),
            "warehouseCode": request.warehouse,
            "sourcePlatformCode": _PLATFORMS.get(request.channel, "OTHERS"),
            "createTime": requested_at,
            "placeOrderTime": to_beijing(request.placed_at),
            "operateTime": requested_at,
            "shopNick": request.shop,
            "totalAmount": _amount(request.amount_minor, request.currency),
            "logisticsCode": _LOGISTICS_CODES.get(request.carrier, "OTHER"),
            "expressCode": request.waybill_no,
            "senderInfo": party(request.sender),
            "receiverInfo": party(request.receiver),
            "remark": request.remark,
        },
        "orderLines": {"orderLine": [_line(line, request, owner_code) for line in request.lines]},
        "extendProps": {CHECK_CODE: request.check_code},
    }


def read_confirmed(root: Element, received_at: datetime) -> OutboundConfirmed:
    """A ``deliveryorder.confirm``. Raises ``ValueError`` if parcels, lines and batches do not agree.

    Without ``orderConfirmTime`` it was confirmed when it was received; without ``confirmType`` it is final.
    """
    order = root.find("deliveryOrder")
    outbound_no = text_of(order, "deliveryOrderCode")
    if not outbound_no:
        raise ValueError("deliveryOrderCode is missing")
    status, kind = text_of(order, "status"), text_of(order, "confirmType")
    if status not in _SHIPPED:
        raise ValueError(f"status {status[:40]} is not that of a shipped outbound")
    if kind not in _FINAL:
        raise ValueError(f"confirmType {kind[:40]} is neither final nor partial")
    parcels = tuple(map(_parcel, root.iterfind("packages/package")))
    _check_figures(root, parcels)
    confirmed_at = text_of(order, "orderConfirmTime")
    return OutboundConfirmed(
        message_id=f"{outbound_no}:{text_of(order, 'outBizCode')}",
        outbound_no=outbound_no,
        partner_no=text_of(order, "deliveryOrderId"),
        final=_FINAL[kind],
        confirmed_at=from_beijing(confirmed_at) if confirmed_at else received_at,
        parcels=parcels,
        check_code=check_code_of(root),
    )


def read_progress(root: Element, received_at: datetime) -> OutboundProgress:
    """An ``orderprocess.report``. A step that is not in our table is trouble: a person reads the warehouse's word.

    Raises ``ValueError`` if it names no outbound or no step.
    """
    outbound_no, word = text_of(root, "order/orderCode"), text_of(root, "process/processStatus")
    if not outbound_no or not word:
        raise ValueError("orderCode or processStatus is missing")
    at = text_of(root, "process/operateTime")
    return OutboundProgress(
        outbound_no=outbound_no,
        stage=_STAGES.get(word, Stage.IN_TROUBLE),
        word=word,
        happened_at=from_beijing(at) if at else received_at,
        note=text_of(root, "process/operateInfo"),
        check_code=check_code_of(root),
    )


def check_code_of(root: Element) -> str:
    """Our check code, where the warehouse repeats what it was given."""
    return text_of(root, f"extendProps/{CHECK_CODE}")


def _check_figures(root: Element, parcels: tuple[PackedParcel, ...]) -> None:
    packed: Counter[str] = Counter()
    for parcel in parcels:
        packed.update(parcel.contents)
    if not packed:
        raise ValueError("no parcel holds anything")
    picked: Counter[str] = Counter()
    for line in root.iterfind("orderLines/orderLine"):
        sku, quantity = text_of(line, "itemCode"), whole(text_of(line, "actualQty"))
        picked[sku] += quantity
        batches = [whole(text_of(batch, "actualQty")) for batch in line.iterfind("batchs/batch")]
        if batches and sum(batches) != quantity:
            raise ValueError(f"{sku[:40]}: {quantity} shipped, but its batches sum up to {sum(batches)}")
    for sku in sorted(packed.keys() | picked.keys()) if picked else ():
        if packed[sku] != picked[sku]:
            raise ValueError(f"{sku[:40]}: {packed[sku]} in parcels, but {picked[sku]} on lines")


def _parcel(package: Element) -> PackedParcel:
    contents: Counter[str] = Counter()
    for item in package.iterfind("items/item"):
        quantity = whole(text_of(item, "quantity"))
        if quantity <= 0:
            raise ValueError(f"{text_of(item, 'itemCode')[:40]}: a parcel cannot hold {quantity}")
        contents[text_of(item, "itemCode")] += quantity
    code, waybill_no = text_of(package, "logisticsCode"), text_of(package, "expressCode")
    if not waybill_no:
        raise ValueError("a parcel has no expressCode")
    return PackedParcel(waybill_no, _CARRIERS.get(code, code.lower()), dict(contents), _grams(package))


def _grams(package: Element) -> int | None:
    kilograms = text_of(package, "weight")
    return int(number(kilograms) * 1000) if kilograms else None


def _line(line: OutboundLine, request: OutboundRequest, owner_code: str) -> Tree:
    return {
        "orderLineNo": line.line_no,
        "sourceOrderCode": request.order_no,
        "ownerCode": owner_code,
        "itemCode": line.sku,
        "itemName": line.title,
        "inventoryType": "ZP",
        "planQty": str(line.quantity),
        "actualPrice": _amount(line.price_minor, request.currency),
    }


def party(address: Address) -> Tree:
    """A sender or a receiver."""
    party: dict[str, Tree] = {
        "name": address.name,
        "mobile": address.phone,
        "province": address.province,
        "city": address.city,
        "area": address.district,
        "detailAddress": address.street,
    }
    return party | {"oaid": address.token} if address.token else party


def _amount(minor: int, currency: str) -> str:
    return str(Money(minor, currency).decimal())
