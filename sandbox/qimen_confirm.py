"""What the warehouse says of outbounds: ``deliveryorder.confirm``, ``orderprocess.report`` and
``deliveryorder.batchcreate.answer``, signed (partners.md §13; the last by the schema of Qimen's published SDK).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement

from sandbox.clock import beijing_text
from sandbox.hub import Message
from sandbox.qimen_sign import put_texts, signed_call
from sandbox.warehouse import Outbound

OPERATION = "deliveryorder.confirm"
PROGRESS = "orderprocess.report"
ANSWER = "deliveryorder.batchcreate.answer"


def confirmation(outbound: Outbound, weight_grams: int, now: datetime) -> Message:
    """The signed callback for a shipped outbound; a repeat has the same `outBizCode`."""
    return signed_call(OPERATION, _request(outbound, weight_grams), now)


def progress(outbound: Outbound, step: str, now: datetime) -> Message:
    """The signed callback for a step of the work, such as `PICK` or `CANCELED`."""
    request = Element("request")
    put_texts(
        SubElement(request, "order"),
        orderCode=outbound.code,
        orderId=outbound.outbound_id,
        orderType=outbound.order_type,
        warehouseCode=outbound.warehouse,
    )
    put_texts(SubElement(request, "process"), processStatus=step, operatorName="王师傅", operateTime=beijing_text(now))
    put_texts(SubElement(request, "extendProps"), **outbound.extend_props)
    return signed_call(PROGRESS, request, now)


def answer_to_batch(outbounds: Sequence[Outbound], refused: Mapping[str, str], now: datetime) -> Message:
    """The signed callback of a warehouse that looks at a batch later: `refused` are those that it does not take after
    all, by their codes, and why."""
    request = Element("request")
    orders = SubElement(request, "orders")
    for outbound in outbounds:
        order = SubElement(orders, "order")
        put_texts(order, deliveryOrderCode=outbound.code)
        why = refused.get(outbound.code)
        if why is None:
            put_texts(SubElement(order, "orderInfo"), deliveryOrderId=outbound.outbound_id)
            put_texts(order, flag="success", code="0", message="success")
        else:
            put_texts(order, flag="failure", code="S004", message=why)
    return signed_call(ANSWER, request, now)


def _request(outbound: Outbound, weight_grams: int) -> Element:
    shipped = outbound.shipped_at
    if shipped is None:
        raise ValueError(f"outbound {outbound.code} is not shipped")
    request = Element("request")
    put_texts(
        SubElement(request, "deliveryOrder"),
        deliveryOrderCode=outbound.code,
        deliveryOrderId=outbound.outbound_id,
        warehouseCode=outbound.warehouse,
        orderType=outbound.order_type,
        status=outbound.status,
        outBizCode=f"OB-{outbound.code}",
        confirmType="0",
        orderConfirmTime=beijing_text(shipped),
    )
    package = SubElement(SubElement(request, "packages"), "package")
    put_texts(
        package,
        logisticsCode=outbound.logistics_code,
        expressCode=outbound.express_code,
        packageCode=f"PK-{outbound.code}",
        weight=f"{weight_grams / 1000:.3f}",
    )
    items = SubElement(package, "items")
    order_lines = SubElement(request, "orderLines")
    for line in outbound.lines:
        put_texts(SubElement(items, "item"), itemCode=line.sku, quantity=str(line.quantity))
        quantity = str(line.quantity)
        put_texts(
            SubElement(order_lines, "orderLine"),
            orderLineNo=line.line_no,
            itemCode=line.sku,
            planQty=quantity,
            actualQty=quantity,
        )
    put_texts(SubElement(request, "extendProps"), **outbound.extend_props)
    return request
