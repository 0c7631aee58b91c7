"""Cainiao LINK, the gateway to warehouses (partners.md §14).

    WMS_CONSIGN_ORDER_NOTIFY  key orderCode; a second one is answered like the first, as warehouses were seen to do
    WMS_CONSIGN_BILL_GET      the bill of one orderCode, with its parcels once shipped
    WMS_ORDER_CANCEL_NOTIFY   only while it is not shipped
    WMS_INVENTORY_QUERY       pages of a warehouse; `quantity` is what lies there, `lockQuantity` what open ones hold

XML in the form field `logistics_interface`, signed by `data_digest`. Fields are those of recorded messages and of
`taobao.wlb.wms.*` at TOP, from which the two questions are carried over. Codes `S..` are LINK's, `B..` invented. The
reports are in ``sandbox.cainiao_link_report``; the warehouse behind is the one that Qimen leads to.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sandbox.cainiao_link_envelope import Content, data_digest, document, fields_text
from sandbox.cainiao_link_order import missing_fields, outbound_from, text_of
from sandbox.cainiao_link_report import OPERATION, STATUS, tms_orders
from sandbox.clock import beijing_text
from sandbox.credentials import CAINIAO_LINK_OWNER, CAINIAO_LINK_PROVIDER, CAINIAO_LINK_SECRET
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.faults import CALLBACK_KINDS, FaultKind
from sandbox.warehouse import Outbound, OutboundStatus

if TYPE_CHECKING:
    from sandbox.world import World

_MOST_ROWS = 50


def _reply(content: Mapping[str, Content], outcome: str = "ok") -> Reply:
    return Reply(document("response", content).encode(), media_type="text/xml; charset=utf-8", outcome=outcome)


def _success(content: Mapping[str, Content] | None = None) -> Reply:
    return _reply({"success": "true", "errorCode": "", "errorMsg": "", **(content or {})})


def _failure(code: str, message: str) -> Reply:
    return _reply({"success": "false", "errorCode": code, "errorMsg": message}, code)


def _gateway_failure(code: str, message: str) -> Reply:
    """What LINK says itself, before any warehouse was asked, comes in JSON."""
    return json_reply({"success": False, "errorCode": code, "errorMsg": message}, outcome=code)


def _answer(world: World, call: Call) -> Reply:
    form = call.form
    content = form.get("logistics_interface", "")
    signed = data_digest(content, CAINIAO_LINK_SECRET)
    if not hmac.compare_digest(signed.encode(), form.get("data_digest", "").encode()):
        raise Refused(_unauthorised(call))
    if form.get("logistic_provider_id") != CAINIAO_LINK_PROVIDER:
        raise Refused(_gateway_failure("S03", "非法的物流公司/仓储公司"))
    method = _METHODS.get(form.get("msg_type", ""))
    if method is None:
        raise Refused(_gateway_failure("S04", "非法的通知类型"))
    try:
        request = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Refused(_gateway_failure("S01", "非法的XML/JSON")) from error
    if text_of(request, "ownerUserId") != CAINIAO_LINK_OWNER:
        raise Refused(_failure("B0006", "货主不存在"))
    return method(world, call, request)


def _notify(world: World, _: Call, request: Element) -> Reply:
    if missing := missing_fields(request):
        raise Refused(_failure("S12", f"非法的请求参数: {', '.join(missing)}"))
    try:
        outbound = outbound_from(request, f"CN{len(world.warehouse.outbounds) + 1:08d}", world.clock.now())
    except ValueError as error:
        raise Refused(_failure("S12", f"非法的请求参数: {error}")) from error
    known = world.warehouse.outbounds.get(outbound.code)
    if known is None:
        known = outbound
        world.warehouse.accept(outbound)
        world.ledger.record(
            "cainiao_link",
            "outbound-created",
            outbound.code,
            warehouse=outbound.warehouse,
            lines=[(line.sku, line.quantity) for line in outbound.lines],
            remark=outbound.remark,
        )
    return _success({"orderCode": known.outbound_id})


def _bill(world: World, _: Call, request: Element) -> Reply:
    outbound = world.warehouse.outbounds.get(text_of(request, "orderCode"))
    return _success({"consignSendInfoList": {"consignSendInfo": [] if outbound is None else [_told(outbound)]}})


def _told(outbound: Outbound) -> dict[str, Content]:
    bill: dict[str, Content] = {
        "cnOrderCode": outbound.outbound_id,
        "orderCode": outbound.code,
        "orderType": outbound.order_type,
        "storeCode": outbound.warehouse,
        "status": STATUS[outbound.status],
        "extendFields": fields_text(outbound.extend_props),
    }
    if outbound.shipped_at:
        bill |= {"confirmTime": beijing_text(outbound.shipped_at), "tmsOrderList": tms_orders(outbound)}
    return bill


def _cancel(world: World, _: Call, request: Element) -> Reply:
    outbound = world.warehouse.outbounds.get(text_of(request, "orderCode"))
    if outbound is None or outbound.warehouse != text_of(request, "storeCode"):
        raise Refused(_failure("B0005", "订单不存在"))
    if text_of(request, "orderType") != outbound.order_type:
        raise Refused(_failure("B0006", "单据类型不一致"))
    if outbound.status is OutboundStatus.DELIVERED:
        raise Refused(_failure("B0007", "此订单已发货，请联系WMS处理!"))
    if outbound.status is OutboundStatus.ACCEPT:
        world.warehouse.cancel(outbound)
        world.ledger.record("cainiao_link", "outbound-cancelled", outbound.code)
    return _success()


def _inventory(world: World, call: Call, request: Element) -> Reply:
    place, page = text_of(request, "storeCode"), int(text_of(request, "pageNo"))
    size = min(int(text_of(request, "pageSize")), _MOST_ROWS)
    stock = [(sku, row) for (warehouse, sku), row in world.warehouse.stock.items() if warehouse == place]
    items: list[Content] = [
        {
            "item": {
                "storeCode": place,
                "itemId": sku,
                "inventoryType": "1",
                "quantity": str(round(row.available * call.stock_factor) + row.locked),
                "lockQuantity": str(row.locked),
            }
        }
        for sku, row in stock[(page - 1) * size : page * size]
    ]
    return _success({"itemList": {"wmsInventoryQueryItemlist": items}, "totalCount": str(len(stock))})


_METHODS: Mapping[str, Callable[[World, Call, Element], Reply]] = {
    "WMS_CONSIGN_ORDER_NOTIFY": _notify,
    "WMS_CONSIGN_BILL_GET": _bill,
    "WMS_ORDER_CANCEL_NOTIFY": _cancel,
    "WMS_INVENTORY_QUERY": _inventory,
}


def _throttled(_: Call) -> Reply:
    return Reply(b"Too Many Requests", 429, "text/plain", "429", {"Retry-After": "1"})


def _unauthorised(_: Call) -> Reply:
    return _gateway_failure("S02", "验签或加密失败:digist sign check not pass")


def _rejected(_: Call) -> Reply:
    return _failure("B0002", "the warehouse does not do this")


CAINIAO_LINK = Partner(
    "cainiao_link",
    "/cainiao_link/gateway/link.do",
    lambda call: call.form.get("msg_type", "unknown"),
    _answer,
    _throttled,
    _unauthorised,
    _rejected,
    plays={
        **dict.fromkeys(CALLBACK_KINDS, (OPERATION,)),
        FaultKind.WRONG_STOCK: ("WMS_INVENTORY_QUERY",),
    },
)
