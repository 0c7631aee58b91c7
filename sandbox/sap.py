"""SAP S/4HANA's OData V2 services (partners.md §12): HTTP Basic, a CSRF token bound to a session, `$metadata`.

    GET   /sap/opu/odata/sap/{service}/                          `x-csrf-token: Fetch` gives a token and a cookie
    GET   /sap/opu/odata/sap/{service}/$metadata
    GET   /sap/opu/odata/sap/{service}/{set}                     $filter, $expand, $top, $skip, $inlinecount
    GET   /sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder('1')
    POST  /sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder    deep insert
    PATCH /sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder('1')               If-Match
    PATCH /sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrderItem(SalesOrder='1',SalesOrderItem='10')   If-Match
    POST  /sap/opu/odata/sap/API_CREDIT_MEMO_REQUEST_SRV/A_CreditMemoRequest     deep insert
    GET   /sap/opu/odata4/sap/api_billingdocument/srvd_a2x/sap/billingdocument/0001/        a token, as above
    POST  /sap/opu/odata4/sap/api_billingdocument/…/0001/BillingDocument/SAP__self.CreateFromSDDocument

A write without its token gets 403 with `x-csrf-token: Required`. Shapes follow a reply that SAP has published.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import uuid4

from sandbox.credentials import SAP_CLIENT, SAP_PASSWORD, SAP_USER
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.faults import FaultKind
from sandbox.odata import Json, error, literal_of, page_of, parse_filter
from sandbox.sap_billing import create_invoice, create_request, delivery_items, invoice_items, invoices, requests
from sandbox.sap_model import (
    DELIVERY_ITEM,
    INVOICE,
    INVOICE_ITEM,
    ITEM,
    MATERIAL_STOCK,
    ORDER,
    REQUEST,
    SALES_ORDERS,
    SERVICES,
    STOCK,
    metadata,
)
from sandbox.sap_orders import change_item, change_order, create, etag_of, fields_of, invalid, items_of

if TYPE_CHECKING:
    from sandbox.erp import Document
    from sandbox.world import World

_ROOT = "/opu/odata/sap/"
_V4_ROOT = "/opu/odata4/sap/api_billingdocument/srvd_a2x/sap/billingdocument/0001/"
_V4_ACTION = "BillingDocument/SAP__self.CreateFromSDDocument"
_SEGMENT = re.compile(r"(?P<set>\w+)(?:\((?P<key>.*)\))?")
_KEY = re.compile(r"(?:(?P<name>\w+)=)?(?P<value>'(?:[^']|'')*')(?:,|$)")
_SESSION = "SAP_SESSIONID_S4H_100"
_BILLING = {INVOICE: invoices, INVOICE_ITEM: invoice_items, DELIVERY_ITEM: delivery_items, REQUEST: requests}
_CHANGES = {ORDER: change_order, ITEM: change_item}


def _segments(call: Call) -> tuple[str, str, dict[str, str]]:
    """Service, entity set and key of a request's path; the name of a single key is empty."""
    service, _, rest = unquote(call.path).removeprefix(_ROOT).partition("/")
    match = _SEGMENT.fullmatch(rest)
    if match is None:
        return service, rest, {}
    keys = {key["name"] or "": literal_of(key["value"]) for key in _KEY.finditer(match["key"] or "")}
    return service, match["set"], keys


def _operation(call: Call) -> str:
    if call.path.startswith(_V4_ROOT):
        return "root.read" if call.method == "GET" else "BillingDocument.CreateFromSDDocument"
    _, name, _ = _segments(call)
    verb = {"GET": "read", "POST": "create", "PATCH": "change"}.get(call.method, call.method.lower())
    return f"{name or 'root'}.{verb}"


def _answer(world: World, call: Call) -> Reply:
    _check_login(call)
    if call.path.startswith(_V4_ROOT):
        return _v4(world, call)
    service, name, keys = _segments(call)
    if service not in SERVICES:
        return error(404, "/IWFND/MED/170", f"No service found for namespace '', name '{service}'")
    if name == "$metadata":
        return Reply(metadata(service).encode(), media_type="application/xml")
    if name and name not in SERVICES[service]:
        return error(404, "/IWFND/CM_BEC/009", f"Resource not found for segment '{name}'")
    if call.method == "GET":
        return _with_token(world, call, _read(world, call, service, name, keys))
    _check_token(world, call)
    return _written(world, call, name, keys)


def _v4(world: World, call: Call) -> Reply:
    rest = call.path.removeprefix(_V4_ROOT)
    if call.method == "GET" and not rest:
        return _with_token(world, call, json_reply({"value": [{"name": "BillingDocument"}]}))
    _check_token(world, call)
    if (call.method, rest) != ("POST", _V4_ACTION):
        return error(404, "/IWBEP/CM_V4_COS/014", f"Resource not found for segment '{rest}'")
    return create_invoice(world, _body_of(call))


def _body_of(call: Call) -> Any:
    try:
        return call.json
    except ValueError as problem:
        raise invalid("The request body is not JSON") from problem


def _check_login(call: Call) -> None:
    scheme, _, login = call.headers.get("authorization", "").partition(" ")
    try:
        offered = b64decode(login, validate=True)
    except ValueError:
        offered = b""
    if scheme != "Basic" or not hmac.compare_digest(offered, f"{SAP_USER}:{SAP_PASSWORD}".encode()):
        raise Refused(_logon_failed(call))
    if call.query.get("sap-client", SAP_CLIENT) != SAP_CLIENT:
        raise Refused(_logon_failed(call))


def _with_token(world: World, call: Call, reply: Reply) -> Reply:
    if call.headers.get("x-csrf-token", "").lower() != "fetch":
        return reply
    session, token = uuid4().hex, uuid4().hex
    world.erp.tokens[session] = token
    headers = {"x-csrf-token": token, "set-cookie": f"{_SESSION}={session}; path=/; HttpOnly"}
    return Reply(reply.body, reply.status, reply.media_type, reply.outcome, headers)


def _check_token(world: World, call: Call) -> None:
    cookie = SimpleCookie(call.headers.get("cookie", "")).get(_SESSION)
    expected = world.erp.tokens.get(cookie.value) if cookie else None
    if not expected or not hmac.compare_digest(expected.encode(), call.headers.get("x-csrf-token", "").encode()):
        refused = Reply(b"CSRF token validation failed", 403, "text/plain", "csrf", {"x-csrf-token": "Required"})
        raise Refused(refused)


def _read(world: World, call: Call, service: str, name: str, keys: dict[str, str]) -> Reply:
    address = call.base_url + "/sap" + call.path
    if not name:
        return json_reply({"d": {"EntitySets": list(SERVICES[service])}})
    if keys:
        document = world.erp.documents.get((ORDER, keys.get("", "")))
        if name != ORDER or document is None:
            return error(404, "/IWBEP/CM_MGW_RT/020", f"Resource not found for segment '{name}'")
        return json_reply({"d": _order(world, call, document)}, ETag=etag_of(document))
    read = _BILLING.get(name)
    rows = read(world) if read else _stock(world, call) if service == MATERIAL_STOCK else _orders(world, call, name)
    try:
        if condition := call.query.get("$filter"):
            rows = list(filter(parse_filter(condition), rows))
        return json_reply({"d": page_of(rows, call.query, address)})
    except ValueError as problem:
        raise invalid(str(problem), "/IWBEP/CM_MGW_RT/021") from problem


def _orders(world: World, call: Call, name: str) -> list[Json]:
    documents = world.erp.of_form(ORDER)
    if name == ORDER:
        return [_order(world, call, document) for document in documents]
    return [row for document in documents for row in items_of(document)] if name == ITEM else []


def _order(world: World, call: Call, document: Document) -> Json:
    uri = f"{call.base_url}/sap{_ROOT}{SALES_ORDERS}/{ORDER}('{document.number}')"
    about = {"id": uri, "uri": uri, "type": f"{SALES_ORDERS}.{ORDER}Type", "etag": etag_of(document)}
    expanded = "to_Item" in call.query.get("$expand", "").split(",")
    parts: Any = {"results": items_of(document)} if expanded else {"__deferred": {"uri": f"{uri}/to_Item"}}
    return {"__metadata": about, **fields_of(world, document), "to_Item": parts}


def _stock(world: World, call: Call) -> list[Json]:
    return [
        {
            "Material": sku,
            "Plant": warehouse,
            "StorageLocation": "",
            "InventoryStockType": "01",
            "InventorySpecialStockType": "",
            "MaterialBaseUnit": "PC",
            "MatlWrhsStkQtyInMatlBaseUnit": str(round(quantity * call.stock_factor)),
        }
        for (warehouse, sku), quantity in world.erp.stock.items()
    ]


def _written(world: World, call: Call, name: str, keys: dict[str, str]) -> Reply:
    body = _body_of(call)
    if (call.method, name) == ("POST", REQUEST):
        return json_reply({"d": create_request(world, body)}, status=201)
    if (call.method, name) == ("POST", ORDER):
        return json_reply({"d": _order(world, call, create(world, body))}, status=201)
    if call.method == "PATCH" and name in _CHANGES:
        _CHANGES[name](world, keys, body, call.headers.get("if-match", ""))
        return Reply(b"", 204, outcome="ok")
    return error(405, "/IWFND/CM_CONSUMER/101", "Method not allowed")


def _throttled(_: Call) -> Reply:
    return error(429, "429", "Too many requests", Retry_After="1")


def _logon_failed(_: Call) -> Reply:
    return Reply(b"<html><body>Logon failed</body></html>", 401, "text/html", "401", {"www-authenticate": "Basic"})


def _rejected(_: Call) -> Reply:
    return error(400, "V1/154", "Sold-to party is blocked")


SAP = Partner(
    "sap",
    "/sap",
    _operation,
    _answer,
    _throttled,
    _logon_failed,
    _rejected,
    plays={FaultKind.WRONG_STOCK: (f"{STOCK}.read",)},
)
