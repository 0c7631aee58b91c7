"""Reads the delivery order of ``deliveryorder.create``; required fields are the starred ones of partners.md §13."""

from __future__ import annotations

from datetime import datetime
from xml.etree.ElementTree import Element

from sandbox.warehouse import Outbound, OutboundLine

_ORDER_FIELDS = (
    "deliveryOrderCode",
    "orderType",
    "warehouseCode",
    "createTime",
    "placeOrderTime",
    "operateTime",
    "shopNick",
    "logisticsCode",
)
PERSON_FIELDS = ("name", "mobile", "province", "city", "detailAddress")
_LINE_FIELDS = ("ownerCode", "itemCode", "planQty", "actualPrice")
_ORDER_TYPES = frozenset({"JYCK", "HHCK", "BFCK", "QTCK"})


def text_of(element: Element, path: str) -> str:
    """The text of a descendant, stripped; empty if it is missing."""
    return (element.findtext(path) or "").strip()


def missing_fields(request: Element) -> list[str]:
    """Paths of the required fields that are missing or empty."""
    paths = [f"deliveryOrder/{name}" for name in _ORDER_FIELDS]
    paths += [f"deliveryOrder/{who}/{name}" for who in ("senderInfo", "receiverInfo") for name in PERSON_FIELDS]
    missing = [path for path in paths if not text_of(request, path)]
    lines = request.findall("orderLines/orderLine")
    if not lines:
        missing.append("orderLines/orderLine")
    missing += [f"orderLines/orderLine/{n}" for line in lines for n in _LINE_FIELDS if not text_of(line, n)]
    return missing


def outbound_from(request: Element, outbound_id: str, now: datetime) -> Outbound:
    """The outbound that a complete request asks for. Raises ``ValueError`` for a bad type or quantity."""

    def order(path: str) -> str:
        return text_of(request, f"deliveryOrder/{path}")

    if order("orderType") not in _ORDER_TYPES:
        raise ValueError(f"orderType {order('orderType')} is unknown")
    lines = [
        OutboundLine(text_of(line, "orderLineNo"), text_of(line, "itemCode"), int(text_of(line, "planQty")))
        for line in request.iterfind("orderLines/orderLine")
    ]
    if any(line.quantity <= 0 for line in lines):
        raise ValueError("planQty must be positive")
    return Outbound(
        code=order("deliveryOrderCode"),
        outbound_id=outbound_id,
        warehouse=order("warehouseCode"),
        order_type=order("orderType"),
        lines=lines,
        logistics_code=order("logisticsCode"),
        express_code=order("expressCode"),
        sender_city=order("senderInfo/city"),
        receiver_city=order("receiverInfo/city"),
        receiver_phone=order("receiverInfo/mobile"),
        remark=order("remark"),
        created_at=now,
        extend_props={prop.tag: prop.text or "" for prop in request.iterfind("extendProps/*")},
    )
