"""1688's open platform, for sellers (partners.md §3).

    param2/1/com.alibaba.trade/alibaba.trade.getSellerOrderList/{appKey}    by creation or change, newest change first
    param2/1/com.alibaba.trade/alibaba.trade.get.sellerView/{appKey}        one order, with its receiver
    param2/1/com.alibaba.logistics/alibaba.logistics.OpDeliverySendOrder.offline/{appKey}

`_aop_signature` is over the path and all parameters. Refusals of the gateway are HTTP 4xx with `error_code`, those of
an interface stand in a good reply. The list tells no receiver. Windows include both ends. Which codes the gateway has
for too many calls and a wrong signature is not in the source.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.alibaba_1688_order import listed_of, order_of, order_status
from sandbox.channel import Shipment
from sandbox.credentials import ALIBABA_1688_APP_KEY, ALIBABA_1688_SECRET, ALIBABA_1688_TOKEN
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply

if TYPE_CHECKING:
    from sandbox.world import World

MAX_PAGE_SIZE = 50
_MOUNT = "/alibaba_1688/openapi"
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


def sign(path: str, params: Mapping[str, str], secret: str) -> str:
    """Upper-case hex of HMAC-SHA1 over the path and the sorted pairs."""
    pairs = sorted(key + value for key, value in params.items() if key != "_aop_signature")
    return hmac.new(secret.encode(), (path + "".join(pairs)).encode(), hashlib.sha1).hexdigest().upper()


def _gateway(status: int, code: str, message: str) -> Reply:
    error = {"error_code": code, "error_message": message, "exception": message, "request_id": "sandbox"}
    return json_reply(error, status=status, outcome=code)


def _operation(call: Call) -> str:
    parts = call.path.split("/")
    return parts[-2] if len(parts) > 3 else "unknown"


def _answer(world: World, call: Call) -> Reply:
    params = {**call.query, **call.form}
    path = call.path.lstrip("/")
    expected = sign(path, params, ALIBABA_1688_SECRET)
    if not hmac.compare_digest(expected.encode(), params.get("_aop_signature", "").encode()):
        return _gateway(400, "gw.SignatureInvalid", "Invalid signature")
    interface = _INTERFACES.get(path.removesuffix(f"/{ALIBABA_1688_APP_KEY}"))
    if interface is None:
        return _gateway(400, "gw.APIUnsupported", "Unsupported API")
    if params.get("access_token") != ALIBABA_1688_TOKEN:
        return _token_expired(call)
    return json_reply(interface(world, params))


def _invalid(name: str) -> Refused:
    return Refused(json_reply({"errorCode": "INVALID_PARAM", "errorMessage": f"{name} is invalid"}, outcome="invalid"))


def _time(params: Mapping[str, str], name: str) -> datetime | None:
    if not params.get(name):
        return None
    try:
        return datetime.strptime(params[name], "%Y%m%d%H%M%S%f%z")
    except ValueError as error:
        raise _invalid(name) from error


def _number(params: Mapping[str, str], name: str, most: int) -> int:
    text = params.get(name, "")
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise _invalid(name)
    return int(text)


def _orders(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    page, size = _number(params, "page", 1_000_000), _number(params, "pageSize", MAX_PAGE_SIZE)
    now = world.clock.now() + timedelta(days=1)
    modified = _time(params, "modifyStartTime"), _time(params, "modifyEndTime")
    created = _time(params, "createStartTime"), _time(params, "createEndTime")
    book = world.channels["alibaba_1688"].book
    by_change = book.updated_between(modified[0] or _FIRST, modified[1] or now)
    by_creation = set(book.created_between(created[0] or _FIRST, created[1] or now))
    born = {number for _, number in by_creation}
    newest_first = [book[number] for _, number in reversed(by_change) if number in born]
    if wanted := params.get("orderStatus"):
        newest_first = [order for order in newest_first if order_status(order) == wanted]
    shown = newest_first[(page - 1) * size : page * size]
    return {"result": [listed_of(order) for order in shown], "totalRecord": len(newest_first)}


def _view(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    channel = world.channels["alibaba_1688"]
    order = channel.book.get(params.get("orderId", ""))
    if order is None or params.get("webSite") != "1688":
        return {"success": "false", "errorCode": "ORDER_NOT_EXIST", "errorMessage": "订单不存在"}
    sent = [each for each in channel.shipments.values() if each.order_no == order["order_no"]]
    return {"result": order_of(order, sent), "success": "true"}


def _send(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    try:
        (goods,) = json.loads(params.get("sendGoods", ""))
        parcel = json.loads(params.get("extBody", ""))
        number, entries = str(goods["sourceId"]), goods["sendGoodEntries"]
        company, bill = parcel["cpCode"], parcel["mailNo"]
    except (ValueError, KeyError, TypeError) as error:
        raise _invalid("sendGoods") from error
    channel = world.channels["alibaba_1688"]
    order = channel.book.get(number)
    if order is None or order["status"] != "paid" or not entries or not bill:
        return {"success": False, "errorCode": "INVALID_PARAM", "errorMessage": "订单状态不允许发货"}
    now = world.clock.now()
    channel.ship(Shipment(number, bill, company, now.isoformat()))
    channel.book.change(number, {"status": "shipped"}, now)
    world.ledger.record("alibaba_1688", "shipped", number, waybill_no=bill, carrier=company, entries=entries)
    return {"result": {"logisticsId": f"LP{number}", "sendGoods": [goods]}, "success": True}


_INTERFACES: Mapping[str, Callable[[World, Mapping[str, str]], dict[str, Any]]] = {
    "param2/1/com.alibaba.trade/alibaba.trade.getSellerOrderList": _orders,
    "param2/1/com.alibaba.trade/alibaba.trade.get.sellerView": _view,
    "param2/1/com.alibaba.logistics/alibaba.logistics.OpDeliverySendOrder.offline": _send,
}


def _throttled(_: Call) -> Reply:
    return _gateway(400, "gw.QosAppFrequencyLimit", "Beyond the app frequency limit")


def _token_expired(_: Call) -> Reply:
    return _gateway(401, "401", "Request need user authorized")


def _rejected(_: Call) -> Reply:
    return json_reply({"success": False, "errorCode": "5002", "errorMessage": "不支持发货"}, outcome="5002")


ALIBABA_1688 = Partner("alibaba_1688", _MOUNT, _operation, _answer, _throttled, _token_expired, _rejected)
