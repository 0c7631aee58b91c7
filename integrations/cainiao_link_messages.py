"""Cainiao LINK's warehouse messages in XML: what an outbound becomes, and what reports and replies say. No I/O."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from integrations.beijing import from_beijing, to_beijing
from integrations.markup import Tree, text_of
from integrations.reading import whole
from models.lifecycle import OrderKind
from models.messages import (
    Address,
    OutboundConfirmed,
    OutboundLine,
    OutboundProgress,
    OutboundRequest,
    PackedParcel,
    Stage,
    StockLine,
)

_SALES_OUTBOUND: Final = "201"
_ORDER_TYPES: Final[Mapping[OrderKind, str]] = {OrderKind.EXCHANGE: "502"}
"""What is no sale. A transfer has no type in this message: 301 is one of ``WMS_STOCK_OUT_ORDER_NOTIFY``."""
_GOOD: Final = "1"
_TMS_CODES: Final[Mapping[str, str]] = {
    "sf_express": "SF", "yto": "YTO", "zto": "ZTO", "sto": "STO", "yunda": "YUNDA", "ems": "EMS",
}  # fmt: skip
_CARRIERS: Final[Mapping[str, str]] = {code: carrier for carrier, code in _TMS_CODES.items()}
_SOURCES: Final[Mapping[str, str]] = {"taobao": "201", "alibaba_1688": "202", "jd": "214"}
_OTHER_SOURCE: Final = "301"
_STAGES: Final[Mapping[str, Stage]] = {
    **dict.fromkeys(
        ("WMS_ACCEPT", "WMS_PRINT", "WMS_CONSIGN", "WMS_CONFIRMED", "TMS_SIGN"), Stage.AT_WORK
    ),  # what was shipped and what was signed for comes by itself
    **dict.fromkeys(
        ("WMS_PICK", "WMS_PICKED", "WMS_CHECK", "WMS_CHECKED", "WMS_PACKAGE", "WMS_PACKAGED"), Stage.PICKED
    ),
    **dict.fromkeys(("WMS_CANCEL", "WMS_REJECT", "WMS_FAILED"), Stage.STOPPED),
}
_FINAL: Final = {"": True, "0": True, "1": False}
_CHECK_CODE, _OAID = "checkCode", "oaid"


def consign_order(request: OutboundRequest, owner_user_id: str) -> Tree:
    """The content of ``WMS_CONSIGN_ORDER_NOTIFY``: amounts in minor units (fen), Beijing time.

    ``itemId`` is our SKU like ``itemCode``: by it a confirmation says what is in a parcel.
    """
    requested_at = to_beijing(request.requested_at)
    order: dict[str, Tree] = {
        "ownerUserId": owner_user_id,
        "storeCode": request.warehouse,
        "orderCode": request.outbound_no,
        "erpOrderCode": request.outbound_no,
        "orderType": order_type(request.kind),
        "userName": request.shop,
        "orderSource": _SOURCES.get(request.channel, _OTHER_SOURCE),
        "orderShopCreateTime": to_beijing(request.placed_at),
        "orderCreateTime": requested_at,
        "orderExaminationTime": requested_at,
        "orderAmount": str(request.amount_minor),
        "currency": request.currency,
        "receiverInfo": _party("receiver", request.receiver),
        "senderInfo": _party("sender", request.sender),
        "orderItemList": {"orderItem": [_item(line, request, owner_user_id) for line in request.lines]},
        "remark": request.remark,
        "extendFields": _fields({_CHECK_CODE: request.check_code, _OAID: request.receiver.token}),
    }
    if request.carrier:
        # Without a code Cainiao chooses the express company itself, although ours has given the waybill.
        order["tmsServiceCode"] = _TMS_CODES.get(request.carrier, request.carrier.upper())
        order["tmsOrderCode"] = request.waybill_no
    return order


def order_type(kind: OrderKind) -> str:
    """``orderType`` of an outbound (``taobao.wlb.wms.consign.order.notify``)."""
    return _ORDER_TYPES.get(kind, _SALES_OUTBOUND)


def is_stopped(bill: Element) -> bool:
    """Whether the warehouse will not ship what this bill asks for."""
    return _STAGES.get(text_of(bill, "status")) is Stage.STOPPED


def check_code_of(root: Element) -> str:
    """Our check code, where the warehouse repeats what it was given."""
    for name in ("extendFields", "features"):
        for pair in text_of(root, name).split(";"):
            key, _, value = pair.partition(":")
            if key.strip() == _CHECK_CODE:
                return value.strip()
    return ""


def read_report(root: Element, received_at: datetime) -> OutboundConfirmed | OutboundProgress:
    """A ``WMS_CONSIGN_ORDER_CONFIRM`` or a ``WMS_ORDER_STATUS_UPLOAD``, told apart by what stands in it: the signature
    does not cover the message's type. Raises ``ValueError`` for anything else, or what contradicts itself."""
    outbound_no = text_of(root, "orderCode")
    if not outbound_no:
        raise ValueError("orderCode is missing")
    if root.find("tmsOrders") is not None:
        return _confirmed(root, outbound_no, received_at)
    return _progress(root, outbound_no, received_at)


def read_stock(rows: Iterable[Element], warehouse: str) -> list[StockLine]:
    """The good pieces in rows of an inventory reply; ``quantity`` holds the locked ones. Raises ``ValueError``."""
    found: list[StockLine] = []
    for row in rows:
        if text_of(row, "storeCode") in {"", warehouse} and text_of(row, "inventoryType") in {"", _GOOD}:
            locked = whole(text_of(row, "lockQuantity") or 0)
            free = whole(text_of(row, "quantity")) - locked
            found.append(StockLine(warehouse, text_of(row, "itemId"), free, locked))
    return found


def _confirmed(root: Element, outbound_no: str, received_at: datetime) -> OutboundConfirmed:
    kind = text_of(root, "confirmType")
    if kind not in _FINAL:
        raise ValueError(f"confirmType {kind[:40]} is neither final nor partial")
    parcels = tuple(map(_parcel, root.iterfind("tmsOrders/*")))
    _check_figures(root, parcels)
    confirmed_at = text_of(root, "orderConfirmTime")
    return OutboundConfirmed(
        message_id=f"{outbound_no}:{text_of(root, 'outBizCode')}",
        outbound_no=outbound_no,
        partner_no=text_of(root, "storeOrderCode"),
        final=_FINAL[kind],
        confirmed_at=from_beijing(confirmed_at) if confirmed_at else received_at,
        parcels=parcels,
        check_code=check_code_of(root),
    )


def _progress(root: Element, outbound_no: str, received_at: datetime) -> OutboundProgress:
    word, at = text_of(root, "status"), text_of(root, "operateDate")
    if not word:
        raise ValueError("neither tmsOrders nor a status stands in it")
    return OutboundProgress(
        outbound_no=outbound_no,
        stage=_STAGES.get(word, Stage.IN_TROUBLE),
        word=word,
        happened_at=from_beijing(at) if at else received_at,
        note=text_of(root, "content") or text_of(root, "remark"),
        check_code=check_code_of(root),
    )


def _check_figures(root: Element, parcels: tuple[PackedParcel, ...]) -> None:
    if not any(parcel.contents for parcel in parcels):
        raise ValueError("no parcel holds anything")
    packed, picked = Counter[str](), Counter[str]()
    for item in root.iterfind("tmsOrders/*/tmsItems/*"):
        packed[text_of(item, "orderItemId")] += whole(text_of(item, "itemQuantity"))
    for line in root.iterfind("orderItems/*"):
        picked[text_of(line, "orderItemId")] += sum(whole(text_of(i, "quantity")) for i in line.iterfind("items/*"))
    if "" in packed:
        # Many warehouses name no line in a parcel: then only all pieces together can be compared.
        packed, picked = Counter({"": packed.total()}), Counter({"": picked.total()})
    for line_no in sorted(packed.keys() | picked.keys()) if picked.total() else ():
        if packed[line_no] != picked[line_no]:
            raise ValueError(f"line {line_no[:40]}: {packed[line_no]} in parcels, but {picked[line_no]} on lines")


def _parcel(parcel: Element) -> PackedParcel:
    contents: Counter[str] = Counter()
    for item in parcel.iterfind("tmsItems/*"):
        sku, quantity = text_of(item, "itemCode") or text_of(item, "itemId"), whole(text_of(item, "itemQuantity"))
        if not sku or quantity <= 0:
            raise ValueError(f"{sku[:40]}: a parcel cannot hold {quantity}")
        contents[sku] += quantity
    code, waybill_no = text_of(parcel, "tmsCode"), text_of(parcel, "tmsOrderCode")
    if not waybill_no:
        raise ValueError("a parcel has no tmsOrderCode")
    weight = text_of(parcel, "packageWeight")
    return PackedParcel(
        waybill_no, _CARRIERS.get(code, code.lower()), dict(contents), whole(weight) if weight else None
    )


def _item(line: OutboundLine, request: OutboundRequest, owner_user_id: str) -> Tree:
    return {
        "orderItemId": line.line_no,
        "orderSourceCode": request.order_no,
        "ownerUserId": owner_user_id,
        "itemId": line.sku,
        "itemCode": line.sku,
        "itemName": line.title,
        "inventoryType": _GOOD,
        "itemQuantity": str(line.quantity),
        "actualPrice": str(line.price_minor),
    }


def _party(role: str, address: Address) -> Tree:
    return {
        f"{role}Country": address.country,
        f"{role}Province": address.province,
        f"{role}City": address.city,
        f"{role}Area": address.district,
        f"{role}Address": address.street,
        f"{role}Name": address.name,
        f"{role}Mobile": address.phone,
    }


def _fields(pairs: Mapping[str, str]) -> str:
    return "".join(f"{name}:{value};" for name, value in pairs.items() if value)
