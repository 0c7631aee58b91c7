"""Qimen, the standard API of a warehouse management system (partners.md §13).

    deliveryorder.create   key deliveryOrderCode; a second one is refused as existing
    deliveryorder.query    state of one outbound, with its parcel once shipped
    order.cancel           only while it is not shipped
    inventory.query        `quantity` is what is free, `lockQuantity` what open outbounds hold

XML over POST, signed over URL parameters and body. `method` is taken with and without the prefix `taobao.qimen.`.
The callback is in ``sandbox.qimen_confirm``. The failure codes are invented: the source gives none.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sandbox.clock import beijing_text, from_beijing_text
from sandbox.credentials import QIMEN_APP_KEY, QIMEN_APP_SECRET, QIMEN_CUSTOMER_ID
from sandbox.exchange import Call, Partner, Refused, Reply
from sandbox.qimen_order import missing_fields, outbound_from, text_of
from sandbox.qimen_sign import sign
from sandbox.warehouse import Outbound, OutboundStatus, StockRow

if TYPE_CHECKING:
    from sandbox.world import World

TOLERANCE = timedelta(minutes=10)
_PREFIX = "taobao.qimen."


def _reply(flag: str, code: str, message: str, *children: Element) -> Reply:
    response = Element("response")
    for name, text in (("flag", flag), ("code", code), ("message", message)):
        SubElement(response, name).text = text
    response.extend(children)
    body = b'<?xml version="1.0" encoding="utf-8"?>' + tostring(response, "utf-8", xml_declaration=False)
    return Reply(body, media_type="text/xml; charset=utf-8", outcome="ok" if flag == "success" else code)


def _refuse(code: str, message: str) -> Refused:
    return Refused(_reply("failure", code, message))


def _operation(call: Call) -> str:
    return call.query.get("method", "unknown").removeprefix(_PREFIX)


def _answer(world: World, call: Call) -> Reply:
    _check_signature(world, call)
    method = _METHODS.get(_operation(call))
    if method is None:
        raise _refuse("invalid-method", f"method {_operation(call)} is not supported")
    try:
        request = fromstring(call.body)
    except (ParseError, DefusedXmlException) as error:
        raise _refuse("invalid-xml", "the body is not XML") from error
    return method(world, call, request)


def _check_signature(world: World, call: Call) -> None:
    params = call.query
    illegal = _refuse("sign-check-failure", "Illegal request")
    if params.get("app_key") != QIMEN_APP_KEY or params.get("sign_method") != "md5":
        raise illegal
    expected = sign(params, call.body.decode("utf-8", "replace"), QIMEN_APP_SECRET)
    if not hmac.compare_digest(expected.encode(), params.get("sign", "").encode()):
        raise illegal
    try:
        moment = from_beijing_text(params["timestamp"])
    except (KeyError, ValueError) as error:
        raise _refuse("invalid-timestamp", "timestamp is not yyyy-MM-dd HH:mm:ss") from error
    if not world.clock.accepts(moment, TOLERANCE):
        raise _refuse("invalid-timestamp", "timestamp is more than 10 minutes off")
    if params.get("customerId") != QIMEN_CUSTOMER_ID:
        raise _refuse("invalid-customer", "customerId is unknown")


def _create(world: World, _: Call, request: Element) -> Reply:
    if missing := missing_fields(request):
        raise _refuse("missing-field", f"missing: {', '.join(missing)}")
    try:
        outbound = outbound_from(request, f"WMS{len(world.warehouse.outbounds) + 1:08d}", world.clock.now())
    except ValueError as error:
        raise _refuse("invalid-field", str(error)) from error
    if outbound.code in world.warehouse.outbounds:
        raise _refuse("order-exists", f"deliveryOrderCode {outbound.code} already exists")
    world.warehouse.accept(outbound)
    world.ledger.record(
        "qimen",
        "outbound-created",
        outbound.code,
        warehouse=outbound.warehouse,
        lines=[(line.sku, line.quantity) for line in outbound.lines],
        remark=outbound.remark,
    )
    return _reply(
        "success",
        "0",
        "success",
        _element("createTime", beijing_text(outbound.created_at)),
        _element("deliveryOrderId", outbound.outbound_id),
        _element("warehouseCode", outbound.warehouse),
    )


def _query(world: World, _: Call, request: Element) -> Reply:
    outbound = _outbound(world, text_of(request, "orderCode"))
    order = _element("deliveryOrder")
    order.extend(
        [
            _element("deliveryOrderCode", outbound.code),
            _element("deliveryOrderId", outbound.outbound_id),
            _element("warehouseCode", outbound.warehouse),
            _element("orderType", outbound.order_type),
            _element("status", outbound.status),
        ]
    )
    packages = _element("packages")
    if outbound.shipped_at:
        order.append(_element("orderConfirmTime", beijing_text(outbound.shipped_at)))
        packages.append(_package(outbound))
    lines = _element("orderLines")
    for line in outbound.lines:
        actual = line.quantity if outbound.shipped_at else 0
        lines.append(
            _record(
                "orderLine",
                orderLineNo=line.line_no,
                itemCode=line.sku,
                planQty=str(line.quantity),
                actualQty=str(actual),
            )
        )
    total = _element("totalLines", str(len(outbound.lines)))
    props = _record("extendProps", **outbound.extend_props)
    return _reply("success", "0", "success", total, order, packages, lines, props)


def _package(outbound: Outbound) -> Element:
    package = _record("package", logisticsCode=outbound.logistics_code, expressCode=outbound.express_code)
    items = SubElement(package, "items")
    items.extend(_record("item", itemCode=line.sku, quantity=str(line.quantity)) for line in outbound.lines)
    return package


def _cancel(world: World, _: Call, request: Element) -> Reply:
    outbound = _outbound(world, text_of(request, "orderCode"))
    if outbound.warehouse != text_of(request, "warehouseCode"):
        raise _refuse("order-not-found", "the order lies in another warehouse")
    if outbound.status is OutboundStatus.DELIVERED:
        raise _refuse("order-shipped", f"order {outbound.code} is already picked, it cannot be cancelled")
    if outbound.status is OutboundStatus.ACCEPT:
        world.warehouse.cancel(outbound)
        world.ledger.record("qimen", "outbound-cancelled", outbound.code, reason=text_of(request, "cancelReason"))
    return _reply("success", "0", "success")


def _inventory(world: World, call: Call, request: Element) -> Reply:
    items = _element("items")
    for criteria in request.iterfind("criteriaList/criteria"):
        sku, warehouse = text_of(criteria, "itemCode"), text_of(criteria, "warehouseCode")
        if not sku:
            raise _refuse("missing-field", "missing: itemCode")
        items.extend(_stock_item(place, sku, row, call) for place, row in world.warehouse.rows_of(sku, warehouse))
    if call.stray_sku:
        place = text_of(request, "criteriaList/criteria/warehouseCode")
        [(_, row)] = world.warehouse.rows_of(call.stray_sku, place) or [(place, StockRow(1))]
        items.append(_stock_item(place, call.stray_sku, row, call))
    return _reply("success", "0", "success", items)


def _stock_item(warehouse: str, sku: str, row: StockRow, call: Call) -> Element:
    return _record(
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
        raise _refuse("order-not-found", f"order {code} does not exist")
    return outbound


def _element(name: str, text: str | None = None) -> Element:
    element = Element(name)
    element.text = text
    return element


def _record(element_name: str, **texts: str) -> Element:
    record = Element(element_name)
    record.extend(_element(name, text) for name, text in texts.items())
    return record


_METHODS: Mapping[str, Callable[[World, Call, Element], Reply]] = {
    "deliveryorder.create": _create,
    "deliveryorder.query": _query,
    "order.cancel": _cancel,
    "inventory.query": _inventory,
}


def _throttled(_: Call) -> Reply:
    return Reply(b"Too Many Requests", 429, "text/plain", "429", {"Retry-After": "1"})


def _unauthorised(_: Call) -> Reply:
    return _reply("failure", "sign-check-failure", "Illegal request")


def _rejected(_: Call) -> Reply:
    return _reply("failure", "S003", "the warehouse does not do this")


QIMEN = Partner("qimen", "/qimen/router/qimen/service", _operation, _answer, _throttled, _unauthorised, _rejected)
