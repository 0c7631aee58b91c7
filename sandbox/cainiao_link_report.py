"""Reports of a warehouse behind Cainiao LINK: ``WMS_CONSIGN_ORDER_CONFIRM`` once it has shipped, the steps before that
by ``WMS_ORDER_STATUS_UPLOAD``. Whether they repeat `extendFields` is not documented: this warehouse does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from sandbox.cainiao_link_envelope import Content, data_digest, document, fields_text
from sandbox.clock import beijing_text
from sandbox.credentials import CAINIAO_LINK_OWNER, CAINIAO_LINK_PROVIDER, CAINIAO_LINK_SECRET
from sandbox.hub import HubAnswer, Message
from sandbox.warehouse import Outbound, OutboundStatus

OPERATION = "WMS_CONSIGN_ORDER_CONFIRM"
PROGRESS = "WMS_ORDER_STATUS_UPLOAD"
STATUS: Mapping[OutboundStatus, str] = {
    OutboundStatus.ACCEPT: "WMS_ACCEPT",
    OutboundStatus.DELIVERED: "WMS_CONFIRMED",
    OutboundStatus.CANCELED: "WMS_CANCEL",
}


def confirmation(outbound: Outbound, weight_grams: int) -> Message:
    """The signed report of a shipped outbound; a repeat has the same `outBizCode`."""
    if outbound.shipped_at is None:
        raise ValueError(f"outbound {outbound.code} is not shipped")
    lines: list[Content] = [
        {
            "orderItemId": line.line_no,
            "items": {"item": {"inventoryType": "1", "quantity": str(line.quantity)}},
        }
        for line in outbound.lines
    ]
    content: dict[str, Content] = {
        "orderCode": outbound.code,
        "storeOrderCode": outbound.outbound_id,
        "orderType": outbound.order_type,
        "outBizCode": f"OB-{outbound.code}",
        "confirmType": "0",
        "orderConfirmTime": beijing_text(outbound.shipped_at),
        "orderItems": {"orderItem": lines},
        "tmsOrders": tms_orders(outbound, weight_grams),
        "extendFields": fields_text(outbound.extend_props),
    }
    return _signed(OPERATION, content)


def progress(outbound: Outbound, step: str, now: datetime) -> Message:
    """The signed report of a step of the work, such as `WMS_PICKED` or `WMS_CANCEL`."""
    content = {
        "orderType": outbound.order_type,
        "orderCode": outbound.code,
        "storeOrderCode": outbound.outbound_id,
        "status": step,
        "operator": "王师傅",
        "operateDate": beijing_text(now),
        "features": fields_text(outbound.extend_props),
    }
    return _signed(PROGRESS, content)


def tms_orders(outbound: Outbound, weight_grams: int | None = None) -> dict[str, Content]:
    """The one parcel of a shipped outbound."""
    items: list[Content] = [
        {"itemId": line.sku, "itemQuantity": str(line.quantity), "orderItemId": line.line_no} for line in outbound.lines
    ]
    parcel: dict[str, Content] = {
        "tmsCode": outbound.logistics_code,
        "tmsOrderCode": outbound.express_code,
        "packageCode": f"PK-{outbound.code}",
        "tmsItems": {"tmsItem": items},
    }
    if weight_grams is not None:
        parcel["packageWeight"] = str(weight_grams)
    return {"tmsOrder": parcel}


def accepted(answer: HubAnswer) -> bool:
    """Whether the hub took the report: HTTP 2xx and `success`."""
    return 200 <= answer.status < 300 and "<success>true</success>" in answer.text


def _signed(kind: str, content: Mapping[str, Content]) -> Message:
    text = document("request", content)
    form = {
        "msg_type": kind,
        "msg_id": data_digest(text, ""),
        "partner_code": CAINIAO_LINK_OWNER,
        "from_code": CAINIAO_LINK_PROVIDER,
        "logistics_interface": text,
        "data_digest": data_digest(text, CAINIAO_LINK_SECRET),
    }
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    return Message("/webhooks/cainiao_link", urlencode(form).encode(), headers)
