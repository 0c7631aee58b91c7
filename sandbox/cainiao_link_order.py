"""Reads the order of ``WMS_CONSIGN_ORDER_NOTIFY``. What is required is not documented: here, what a parcel cannot do
without."""

from __future__ import annotations

from datetime import datetime
from xml.etree.ElementTree import Element

from sandbox.cainiao_link_envelope import fields_of
from sandbox.warehouse import Outbound, OutboundLine

_ORDER_FIELDS = ("ownerUserId", "storeCode", "orderCode", "orderType", "orderSource", "orderCreateTime")
_PERSON_FIELDS = ("Province", "City", "Address", "Name", "Mobile")
_LINE_FIELDS = ("orderItemId", "itemId", "itemQuantity", "inventoryType")
_ORDER_TYPES = frozenset({"201", "202", "502", "503"})


def text_of(element: Element, path: str) -> str:
    """The text of a descendant, stripped; empty if it is missing."""
    return (element.findtext(path) or "").strip()


def missing_fields(request: Element) -> list[str]:
    """Paths of the required fields that are missing or empty."""
    paths = [*_ORDER_FIELDS]
    paths += [f"{role}Info/{role}{name}" for role in ("sender", "receiver") for name in _PERSON_FIELDS]
    missing = [path for path in paths if not text_of(request, path)]
    lines = request.findall("orderItemList/orderItem")
    if not lines:
        missing.append("orderItemList/orderItem")
    return missing + [f"orderItem/{name}" for line in lines for name in _LINE_FIELDS if not text_of(line, name)]


def outbound_from(request: Element, outbound_id: str, now: datetime) -> Outbound:
    """The outbound that a complete request asks for. Raises ``ValueError`` for a bad type or quantity."""
    if text_of(request, "orderType") not in _ORDER_TYPES:
        raise ValueError(f"orderType {text_of(request, 'orderType')} is unknown")
    lines = [
        OutboundLine(text_of(line, "orderItemId"), text_of(line, "itemId"), int(text_of(line, "itemQuantity")))
        for line in request.iterfind("orderItemList/orderItem")
    ]
    if any(line.quantity <= 0 for line in lines):
        raise ValueError("itemQuantity must be positive")
    return Outbound(
        code=text_of(request, "orderCode"),
        outbound_id=outbound_id,
        warehouse=text_of(request, "storeCode"),
        order_type=text_of(request, "orderType"),
        lines=lines,
        logistics_code=text_of(request, "tmsServiceCode"),
        express_code=text_of(request, "tmsOrderCode"),
        sender_city=text_of(request, "senderInfo/senderCity"),
        receiver_city=text_of(request, "receiverInfo/receiverCity"),
        receiver_phone=text_of(request, "receiverInfo/receiverMobile"),
        remark=text_of(request, "remark"),
        created_at=now,
        extend_props=fields_of(text_of(request, "extendFields")),
        system="cainiao_link",
    )
