"""Alibaba.com's new gateway, IOP (partners.md §4; openapi.alibaba.com).

    /alibaba/order/list          by change, or by creation
    /alibaba/order/get           one order
    /order/logistics/query       its shipments
    /alibaba/v2/order/shipping   ship

`sign` is over the path and all parameters. A good reply has the code 0; the codes of refusals by the gateway are those
of its SDK's users, not in the source.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox import alibaba_com_desk as desk
from sandbox.credentials import ALIBABA_COM_APP_KEY, ALIBABA_COM_SECRET, ALIBABA_COM_TOKEN
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply

if TYPE_CHECKING:
    from sandbox.world import World

TOLERANCE = timedelta(minutes=10)


def sign(path: str, params: Mapping[str, str], secret: str) -> str:
    """Upper-case hex of HMAC-SHA256 over the path and the sorted pairs."""
    pairs = "".join(key + params[key] for key in sorted(params.keys() - {"sign"}))
    return hmac.new(secret.encode(), f"{path}{pairs}".encode(), "sha256").hexdigest().upper()


def _refuse(kind: str, code: str, message: str) -> Reply:
    refusal = {"type": kind, "code": code, "message": message, "request_id": "sandbox"}
    return json_reply(refusal, outcome=code)


def _answer(world: World, call: Call) -> Reply:
    params = {**call.query, **call.form}
    interface = _INTERFACES.get(call.path)
    if interface is None:
        return _refuse("ISV", "InvalidApiPath", "The specified API path is invalid")
    _check_caller(world, call, params)
    try:
        return json_reply(interface(world, params) | {"code": "0", "request_id": "sandbox"})
    except desk.Refusal as refusal:
        return _refuse("ISV", refusal.code, refusal.message)


def _check_caller(world: World, call: Call, params: Mapping[str, str]) -> None:
    expected = sign(call.path, params, ALIBABA_COM_SECRET)
    if not hmac.compare_digest(expected.encode(), params.get("sign", "").encode()):
        raise Refused(_refuse("ISV", "IncompleteSignature", "The request signature does not conform to standards"))
    if params.get("app_key") != ALIBABA_COM_APP_KEY:
        raise Refused(_refuse("ISV", "InvalidAppKey", "The specified App Key is invalid"))
    stamp = params.get("timestamp", "")
    at = datetime.fromtimestamp(int(stamp) / 1000, UTC) if stamp.isdecimal() else None
    if at is None or not world.clock.accepts(at, TOLERANCE):
        raise Refused(_refuse("ISV", "IllegalTimestamp", "The specified timestamp is invalid"))
    if params.get("access_token") != ALIBABA_COM_TOKEN:
        raise Refused(_token_expired(call))


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refused(_refuse("ISV", "InvalidParameter", "an object is not JSON")) from error


def _list(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    query = {name: _object(value) if "_date_" in name else value for name, value in params.items()}
    total, orders = desk.page_of_orders(world, query)
    return {"value": {"total_count": str(total), "order_list": orders}}


def _get(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    return {"value": desk.one_order(world, params.get("e_trade_id", ""))}


def _logistics(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    return {"value": desk.shipments(world, params.get("trade_id", ""))}


def _ship(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    return {"voucher_id": desk.ship(world, _object(params.get("shipping_request", "")))}


_INTERFACES: Mapping[str, Callable[[World, Mapping[str, str]], dict[str, Any]]] = {
    "/alibaba/order/list": _list,
    "/alibaba/order/get": _get,
    "/order/logistics/query": _logistics,
    "/alibaba/v2/order/shipping": _ship,
}


def _throttled(_: Call) -> Reply:
    return _refuse("ISP", "ApiCallLimit", "App call frequency exceeds the limit. This ban will last 1 seconds")


def _token_expired(_: Call) -> Reply:
    return _refuse("ISV", "IllegalAccessToken", "The specified access token is invalid or expired")


def _rejected(_: Call) -> Reply:
    return _refuse("ISV", "403", "this is not your order or you are not the admin account")


ALIBABA_COM_IOP = Partner(
    "alibaba_com_iop",
    "/alibaba_com/rest",
    lambda call: call.path,
    _answer,
    _throttled,
    _token_expired,
    _rejected,
)
