"""What is written to the partners of each port: one push for a number."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.ports import Carrier, Channel, Erp, Invoicer, Notifier, Warehouse
from models.messages import (
    Address,
    ErpOrder,
    InvoiceLine,
    InvoiceRequest,
    Notice,
    OutboundLine,
    OutboundRequest,
    ShipmentNotice,
    WaybillRequest,
)

_NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
_SENDER = Address("仓库", "02112345678", "CN", "上海市", "上海市", "浦东新区", "张江路 1 号")
_RECEIVER = Address("张三", "13800000001", "CN", "广东省", "深圳市", "南山区", "科技园 2 号")
_LINES = (OutboundLine("1", "SKU-0001", "保温杯", 2, 12_345),)
_INVOICED = (InvoiceLine("SKU-0001", "保温杯", 2, 24_690, Decimal(13), 2_840),)


def outbound(number: str) -> OutboundRequest:
    """An order for a warehouse."""
    return OutboundRequest(
        outbound_no=number, order_no=number, channel="shop", warehouse="SZ-01", placed_at=_NOON, requested_at=_NOON,
        shop="脊梁旗舰店", receiver=_RECEIVER, sender=_SENDER, carrier="sf_express", waybill_no=f"SF{number}",
        currency="CNY", amount_minor=24_690, lines=_LINES, remark="",
    )  # fmt: skip


PUSHES: Mapping[type, Callable[[Any, Any], Awaitable[object]]] = {
    Channel: lambda client, number: client.push_shipment(ShipmentNotice(number, "sf_express", f"SF{number}", _NOON)),
    Warehouse: lambda client, number: client.push_outbound(outbound(number)),
    Carrier: lambda client, number: client.book_waybill(
        WaybillRequest(number, _SENDER, _RECEIVER, _LINES, parcels=1, weight_grams=1_250, remark="")
    ),
    Erp: lambda client, number: client.push_order(ErpOrder(number, "CUST001", _NOON, "CNY", _LINES, "")),
    Invoicer: lambda client, number: client.request_invoice(
        InvoiceRequest(number, "测试公司", "91330106MA2B2ABCDN", "CNY", _INVOICED, _NOON)
    ),
    Notifier: lambda client, number: client.notify(Notice("订单停在审核", number, number, "http://127.0.0.1/")),
}
