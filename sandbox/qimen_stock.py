"""The warehouse's callbacks ``stockchange.report`` and ``inventory.report``: by how much its stock changed, and by
which document, signed (partners.md §13)."""

from __future__ import annotations

from datetime import datetime
from xml.etree.ElementTree import Element, SubElement

from sandbox.clock import beijing_text
from sandbox.credentials import QIMEN_OWNER_CODE
from sandbox.hub import Message
from sandbox.qimen_sign import put_texts, signed_call
from sandbox.warehouse import StockNotice

CHANGE = "stockchange.report"
COUNT = "inventory.report"


def operation_of(notice: StockNotice) -> str:
    """A stock-take is told by a callback of its own."""
    return COUNT if notice.counted else CHANGE


def stock_message(notice: StockNotice, now: datetime) -> Message:
    """The signed callback for one change of stock; a repeat has the same `outBizCode`."""
    request = Element("request")
    if notice.counted:
        put_texts(
            request, totalPage="1", currentPage="1", pageSize="50", warehouseCode=notice.warehouse,
            checkOrderCode=notice.document, ownerCode=QIMEN_OWNER_CODE, checkTime=beijing_text(notice.at),
            outBizCode=notice.notice_id, adjustType="CHECK",
        )  # fmt: skip
    item = SubElement(SubElement(request, "items"), "item")
    if not notice.counted:
        put_texts(
            item, ownerCode=QIMEN_OWNER_CODE, warehouseCode=notice.warehouse, orderCode=notice.document,
            orderType=notice.order_type, outBizCode=notice.notice_id, changeTime=beijing_text(notice.at),
        )  # fmt: skip
    put_texts(item, itemCode=notice.sku, inventoryType=notice.inventory_type, quantity=str(notice.quantity))
    return signed_call(operation_of(notice), request, now)
