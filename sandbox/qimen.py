"""Qimen, the standard API of a warehouse management system (partners.md §13).

    deliveryorder.query    state of one outbound, with its parcel once shipped
    order.cancel           only while it is not shipped
    inventory.query        `quantity` is what is free, `lockQuantity` what open outbounds hold

XML over POST, signed over URL parameters and body. `method` is taken with and without the prefix `taobao.qimen.`.
Outbounds come in by ``sandbox.qimen_create``. Returns are in ``sandbox.qimen_return``, the callbacks in
``sandbox.qimen_confirm`` and ``sandbox.qimen_stock``. The failure codes are invented: the source gives none.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError, SubElement

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sandbox import qimen_confirm, qimen_create, qimen_return, qimen_stock
from sandbox.clock import beijing_text, from_beijing_text
from sandbox.credentials import QIMEN_APP_KEY, QIMEN_APP_SECRET, QIMEN_CUSTOMER_ID
from sandbox.exchange import Call, Partner, Reply
from sandbox.faults import CALLBACK_KINDS, FaultKind
from sandbox.qimen_order import text_of
from sandbox.qimen_reply import element, record, refuse, reply
from sandbox.qimen_sign import sign
from sandbox.warehouse import Outbound, OutboundStatus, StockRow

if TYPE_CHECKING:
    from sandbox.world import World

TOLERANCE = timedelta(minutes=10)
_PREFIX = "taobao.qimen."
_CALLBACKS = (qimen_confirm.OPERATION, qimen_return.CONFIRM, qimen_stock.CHANGE, qimen_stock.COUNT)


def _operation(call: Call) -> str:
    return call.query.get("method", "unknown").removeprefix(_PREFIX)


def _answer(world: World, call: Call) -> Reply:
    _check_signature(world, call)
    method = _METHODS.get(_operation(call))
    if method is None:
        raise refuse("invalid-method", f"method {_operation(call)} is not supported")
    try:
        request = fromstring(call.body)
    except (ParseError, DefusedXmlException) as error:
        raise refuse("invalid-xml", "the body is not XML") from error
    return method(world, call, request)


def _check_signature(world: World, call: Call) -> None:
    params = call.query
    illegal = refuse("sign-check-failure", "Illegal request")
    if params.get("app_key") != QIMEN_APP_KEY or params.get("sign_method") != "md5":
        raise illegal
    expected = sign(params, call.body.decode("utf-8", "replace"), QIMEN_APP_SECRET)
    if not hmac.compare_digest(expected.encode(), params.get("sign", "").encode()):
        raise illegal
    try:
        moment = from_beijing_text(params["timestamp"])
    except (KeyError, ValueError) as error:
        raise refuse("invalid-timestamp", "timestamp is not yyyy-MM-dd HH:mm:ss") from error
    if not world.clock.accepts(moment, TOLERANCE):
        raise refuse("invalid-timestamp", "timestamp is more than 10 minutes off")
    if params.get("customerId") != QIMEN_CUSTOMER_ID:
        raise refuse("invalid-customer", "customerId is unknown")


def _query(world: World, _: Call, request: Element) -> Reply:
    outbound = _outbound(world, text_of(request, "orderCode"))
    order = element("deliveryOrder")
    order.extend(
        [
            element("deliveryOrderCode", outbound.code),
            element("deliveryOrderId", outbound.outbound_id),
            element("warehouseCode", outbound.warehouse),
            element("orderType", outbound.order_type),
            element("status", outbound.status),
        ]
    )
    packages = element("packages")
    if outbound.shipped_at:
        order.append(element("orderConfirmTime", beijing_text(outbound.shipped_at)))
        packages.append(_package(outbound))
    lines = element("orderLines")
    for line in outbound.lines:
        actual = line.quantity if outbound.shipped_at else 0
        lines.append(
            record(
                "orderLine",
                orderLineNo=line.line_no,
                itemCode=line.sku,
                planQty=str(line.quantity),
                actualQty=str(actual),
            )
        )
    total = element("totalLines", str(len(outbound.lines)))
    props = record("extendProps", **outbound.extend_props)
    return reply("success", "0", "success", total, order, packages, lines, props)


def _package(outbound: Outbound) -> Element:
    package = record("package", logisticsCode=outbound.logistics_code, expressCode=outbound.express_code)
    items = SubElement(package, "items")
    items.extend(record("item", itemCode=line.sku, quantity=str(line.quantity)) for line in outbound.lines)
    return package


def _cancel(world: World, _: Call, request: Element) -> Reply:
    outbound = _outbound(world, text_of(request, "orderCode"))
    if outbound.warehouse != text_of(request, "warehouseCode"):
        raise refuse("order-not-found", "the order lies in another warehouse")
    if text_of(request, "orderType") not in {"", outbound.order_type}:
        raise refuse("order-not-found", f"order {outbound.code} is of another type")
    if outbound.status is OutboundStatus.DELIVERED:
        raise refuse("order-shipped", f"order {outbound.code} is already picked, it cannot be cancelled")
    if outbound.status is OutboundStatus.ACCEPT:
        world.warehouse.cancel(outbound)
        world.ledger.record("qimen", "outbound-cancelled", outbound.code, reason=text_of(request, "cancelReason"))
    return reply("success", "0", "success")


def _inventory(world: World, call: Call, request: Element) -> Reply:
    items = element("items")
    for criteria in request.iterfind("criteriaList/criteria"):
        sku, warehouse = text_of(criteria, "itemCode"), text_of(criteria, "warehouseCode")
        if not sku:
            raise refuse("missing-field", "missing: itemCode")
        items.extend(_stock_item(place, sku, row, call) for place, row in world.warehouse.rows_of(sku, warehouse))
    if call.stray_sku:
        place = text_of(request, "criteriaList/criteria/warehouseCode")
        [(_, row)] = world.warehouse.rows_of(call.stray_sku, place) or [(place, StockRow(1))]
        items.append(_stock_item(place, call.stray_sku, row, call))
    return reply("success", "0", "success", items)


def _stock_item(warehouse: str, sku: str, row: StockRow, call: Call) -> Element:
    return record(
        "item",
        warehouseCode=warehouse,
        itemCode=sku,
        inventoryType="ZP",
        quantity=str(round(row.available * call.stock_factor)),
        lockQuantity=str(row.locked),
    )


def _outbound(world: World, code: str) -> Outbound:
    outbound = world.warehouse.outbounds.get(code)
    if outbound is None:
        raise refuse("order-not-found", f"order {code} does not exist")
    return outbound


_METHODS: Mapping[str, Callable[[World, Call, Element], Reply]] = {
    "deliveryorder.create": qimen_create.create,
    "deliveryorder.batchcreate": qimen_create.create_all,
    "deliveryorder.query": _query,
    "order.cancel": _cancel,
    "inventory.query": _inventory,
    "returnorder.create": qimen_return.create,
    "returnorder.query": qimen_return.query,
}


def _throttled(_: Call) -> Reply:
    return Reply(b"Too Many Requests", 429, "text/plain", "429", {"Retry-After": "1"})


def _unauthorised(_: Call) -> Reply:
    return reply("failure", "sign-check-failure", "Illegal request")


def _rejected(_: Call) -> Reply:
    return reply("failure", "S003", "the warehouse does not do this")


QIMEN = Partner(
    "qimen",
    "/qimen/router/qimen/service",
    _operation,
    _answer,
    _throttled,
    _unauthorised,
    _rejected,
    plays={
        **dict.fromkeys(CALLBACK_KINDS, _CALLBACKS),
        FaultKind.WRONG_STOCK: ("inventory.query",),
        FaultKind.STRAY_STOCK: ("inventory.query",),
    },
)
