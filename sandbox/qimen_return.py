"""Goods that customers send back (partners.md §13; the query by the published schema of Qimen's own SDK):

returnorder.create    key returnOrderCode; a second one is refused as existing
returnorder.query     the return, under both numbers
returnorder.confirm   callback: what has arrived, by state
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from sandbox.clock import beijing_text
from sandbox.exchange import Call, Reply
from sandbox.hub import Message
from sandbox.qimen_order import PERSON_FIELDS, text_of
from sandbox.qimen_reply import element, record, refuse, reply
from sandbox.qimen_sign import put_texts, signed_call
from sandbox.warehouse import Arrived, GoodsBack

if TYPE_CHECKING:
    from sandbox.world import World

CONFIRM = "returnorder.confirm"
_FIELDS = ("returnOrderCode", "warehouseCode", "preDeliveryOrderCode", "logisticsCode")


def create(world: World, _: Call, request: Element) -> Reply:
    paths = [f"returnOrder/{name}" for name in _FIELDS]
    paths += [f"returnOrder/senderInfo/{name}" for name in PERSON_FIELDS]
    missing = [path for path in paths if not text_of(request, path)]
    lines = {
        text_of(line, "itemCode"): int(text_of(line, "planQty")) for line in request.iterfind("orderLines/orderLine")
    }
    if missing or not lines or min(lines.values()) <= 0:
        raise refuse("missing-field", f"missing: {', '.join(missing) or 'orderLines'}")
    code, kind = text_of(request, "returnOrder/returnOrderCode"), text_of(request, "returnOrder/orderType")
    if kind not in {"", "THRK", "HHRK"}:
        raise refuse("invalid-field", f"orderType {kind} is unknown")
    if code in world.warehouse.returns:
        raise refuse("order-exists", f"returnOrderCode {code} already exists")
    back = GoodsBack(
        code=code,
        return_id=f"RET{len(world.warehouse.returns) + 1:08d}",
        warehouse=text_of(request, "returnOrder/warehouseCode"),
        order_type=kind,
        outbound=text_of(request, "returnOrder/preDeliveryOrderCode"),
        express_code=text_of(request, "returnOrder/expressCode"),
        reason=text_of(request, "returnOrder/returnReason"),
        sender=text_of(request, "returnOrder/senderInfo/name"),
        lines=lines,
        extend_props={prop.tag: prop.text or "" for prop in request.iterfind("extendProps/*")},
    )
    world.warehouse.returns[code] = back
    world.ledger.record("qimen", "return-created", code, warehouse=back.warehouse, outbound=back.outbound)
    return reply("success", "0", "success", element("returnOrderId", back.return_id))


def query(world: World, _: Call, request: Element) -> Reply:
    code = text_of(request, "returnOrderCode")
    back = world.warehouse.returns.get(code)
    if back is None:
        raise refuse("order-not-found", f"return {code} does not exist")
    order = record("returnOrder", returnOrderCode=back.code, returnOrderId=back.return_id, warehouseCode=back.warehouse)
    return reply("success", "0", "success", order, record("extendProps", **back.extend_props))


def arrival_message(back: GoodsBack, arrived: Arrived, now: datetime) -> Message:
    """The signed callback for what has come back; a repeat has the same `outBizCode`."""
    request = Element("request")
    put_texts(
        SubElement(request, "returnOrder"),
        returnOrderCode=back.code,
        returnOrderId=back.return_id,
        warehouseCode=back.warehouse,
        outBizCode=arrived.notice_id,
        orderType=back.order_type,
        orderConfirmTime=beijing_text(arrived.at),
    )
    lines = SubElement(request, "orderLines")
    for sku, inventory_type, quantity in arrived.pieces:
        plan = str(back.lines.get(sku, 0))
        texts = {"itemCode": sku, "inventoryType": inventory_type, "planQty": plan, "actualQty": str(quantity)}
        put_texts(SubElement(lines, "orderLine"), **texts)
    put_texts(SubElement(request, "extendProps"), **back.extend_props)
    return signed_call(CONFIRM, request, now)
