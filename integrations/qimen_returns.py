"""Qimen's XML about goods that come back: what is announced, and what a confirmation says. No I/O."""

from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from integrations.beijing import from_beijing
from integrations.markup import Tree, text_of
from integrations.qimen_messages import CHECK_CODE, check_code_of, party
from integrations.qimen_stock import condition_of
from integrations.reading import whole
from models.messages import ReturnArrived, ReturnedLine, ReturnRequest

_UNKNOWN_CARRIER: Final = "OTHER"
"""``logisticsCode`` is required, and nobody knows yet with whom the customer sends it."""


def return_request(request: ReturnRequest, owner_code: str) -> Tree:
    """The content of ``returnorder.create``: a return (``THRK``), or one for which another piece is sent (``HHRK``)."""
    return {
        "returnOrder": {
            "returnOrderCode": request.return_no,
            "warehouseCode": request.warehouse,
            "orderType": "HHRK" if request.exchange else "THRK",
            "preDeliveryOrderCode": request.outbound_no,
            "logisticsCode": _UNKNOWN_CARRIER,
            "expressCode": request.waybill_no,
            "returnReason": request.why,
            "senderInfo": party(request.sender),
        },
        "orderLines": {
            "orderLine": [
                {
                    "orderLineNo": line.line_no,
                    "ownerCode": owner_code,
                    "itemCode": line.sku,
                    "planQty": str(line.quantity),
                }
                for line in request.lines
            ]
        },
        "extendProps": {CHECK_CODE: request.check_code},
    }


def read_return(root: Element, received_at: datetime) -> ReturnArrived:
    """A ``returnorder.confirm``. Raises ``ValueError`` if it names no return, or lines and batches do not agree.

    Without ``orderConfirmTime`` it arrived when we heard of it.
    """
    order = root.find("returnOrder")
    return_no, at = text_of(order, "returnOrderCode"), text_of(order, "orderConfirmTime")
    lines = tuple(line for item in root.iterfind("orderLines/orderLine") for line in _lines(item))
    if not return_no or not lines:
        raise ValueError("returnOrderCode or every orderLine is missing")
    return ReturnArrived(
        return_no=return_no,
        message_id=text_of(order, "outBizCode"),
        warehouse=text_of(order, "warehouseCode"),
        arrived_at=from_beijing(at) if at else received_at,
        lines=lines,
        check_code=check_code_of(root),
    )


def _lines(item: Element) -> list[ReturnedLine]:
    """A line, or each batch of it: pieces of one line may have come back in several states."""
    total = _line(item, item)
    batches = [_line(item, batch) for batch in item.iterfind("batchs/batch")]
    if batches and sum(batch.quantity for batch in batches) != total.quantity:
        raise ValueError(f"{total.sku[:40]}: {total.quantity} came back, but its batches sum up otherwise")
    return batches or [total]


def _line(item: Element, counted: Element) -> ReturnedLine:
    sku, quantity = text_of(item, "itemCode"), whole(text_of(counted, "actualQty"))
    if not sku or quantity < 0:
        raise ValueError(f"{sku[:40]}: a line cannot have {quantity}")
    stated = counted if text_of(counted, "inventoryType") else item
    return ReturnedLine(sku, quantity, condition_of(stated), text_of(stated, "inventoryType"))
