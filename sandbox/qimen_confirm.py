"""The warehouse's callbacks ``deliveryorder.confirm`` and ``orderprocess.report``: what it shipped and how far it is,
signed (partners.md §13)."""

from __future__ import annotations

from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from sandbox.clock import beijing_text
from sandbox.credentials import QIMEN_APP_KEY, QIMEN_APP_SECRET, QIMEN_CUSTOMER_ID
from sandbox.hub import HubAnswer, Message
from sandbox.qimen_sign import sign
from sandbox.warehouse import Outbound

OPERATION = "deliveryorder.confirm"
PROGRESS = "orderprocess.report"


def confirmation(outbound: Outbound, weight_grams: int, now: datetime) -> Message:
    """The signed callback for a shipped outbound; a repeat has the same `outBizCode`."""
    return _signed(OPERATION, _request(outbound, weight_grams), now)


def progress(outbound: Outbound, step: str, now: datetime) -> Message:
    """The signed callback for a step of the work, such as `PICK` or `CANCELED`."""
    request = Element("request")
    _add(
        SubElement(request, "order"),
        orderCode=outbound.code,
        orderId=outbound.outbound_id,
        orderType=outbound.order_type,
        warehouseCode=outbound.warehouse,
    )
    _add(SubElement(request, "process"), processStatus=step, operatorName="王师傅", operateTime=beijing_text(now))
    _add(SubElement(request, "extendProps"), **outbound.extend_props)
    return _signed(PROGRESS, request, now)


def _signed(method: str, request: Element, now: datetime) -> Message:
    body = '<?xml version="1.0" encoding="utf-8"?>' + tostring(request, "unicode")
    params = {
        "method": method,
        "timestamp": beijing_text(now),
        "format": "xml",
        "app_key": QIMEN_APP_KEY,
        "v": "2.0",
        "sign_method": "md5",
        "customerId": QIMEN_CUSTOMER_ID,
    }
    params["sign"] = sign(params, body, QIMEN_APP_SECRET)
    return Message("/webhooks/qimen", body.encode(), {"content-type": "text/xml; charset=utf-8"}, params)


def accepted(answer: HubAnswer) -> bool:
    """Whether the hub took the callback: HTTP 2xx and `flag` success."""
    return 200 <= answer.status < 300 and "<flag>success</flag>" in answer.text


def _request(outbound: Outbound, weight_grams: int) -> Element:
    shipped = outbound.shipped_at
    if shipped is None:
        raise ValueError(f"outbound {outbound.code} is not shipped")
    request = Element("request")
    _add(
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
    _add(
        package,
        logisticsCode=outbound.logistics_code,
        expressCode=outbound.express_code,
        packageCode=f"PK-{outbound.code}",
        weight=f"{weight_grams / 1000:.3f}",
    )
    items = SubElement(package, "items")
    order_lines = SubElement(request, "orderLines")
    for line in outbound.lines:
        _add(SubElement(items, "item"), itemCode=line.sku, quantity=str(line.quantity))
        quantity = str(line.quantity)
        _add(
            SubElement(order_lines, "orderLine"),
            orderLineNo=line.line_no,
            itemCode=line.sku,
            planQty=quantity,
            actualQty=quantity,
        )
    _add(SubElement(request, "extendProps"), **outbound.extend_props)
    return request


def _add(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = text
