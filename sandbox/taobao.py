"""Taobao Open Platform (TOP): trades and shipping back (partners.md §1).

    taobao.trades.sold.get            by creation, at most the last 3 months
    taobao.trades.sold.increment.get  by change, at most one day, newest first
    taobao.trade.fullinfo.get         one trade
    taobao.tmc.messages.consume       the oldest messages that are not confirmed
    taobao.tmc.messages.confirm       by their ids; what is not confirmed comes again
    taobao.refunds.receive.get        refunds by change, newest first
    taobao.logistics.offline.send     ship; key tid + out_sid, a repeat is refused as shipped already

Parameters come in the query or the form; `sign` is over all of them. An empty page has no `trades` at all,
windows include both ends and count whole seconds, names and phones are masked and stand behind an `oaid`.
The sub codes of `offline.send` are invented: the source gives none.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.channel import Shipment
from sandbox.clock import from_beijing_text
from sandbox.credentials import TAOBAO_APP_KEY, TAOBAO_APP_SECRET, TAOBAO_SESSION
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.order_book import Position
from sandbox.taobao_trade import refunds_of, trade_of, trade_status

if TYPE_CHECKING:
    from sandbox.world import World

TOLERANCE = timedelta(minutes=10)
MAX_PAGE_SIZE = 100
_REQUIRED = ("method", "app_key", "timestamp", "v", "sign_method", "sign")


def sign(params: Mapping[str, str], secret: str) -> str:
    """Upper-case hex by the `sign_method` in `params`. Raises ``KeyError`` for an unknown one."""
    text = "".join(k + params[k] for k in sorted(params) if k != "sign" and params[k] != "")
    match params["sign_method"]:
        case "md5":
            return hashlib.md5(f"{secret}{text}{secret}".encode()).hexdigest().upper()
        case "hmac":
            return hmac.new(secret.encode(), text.encode(), "md5").hexdigest().upper()
        case "hmac-sha256":
            return hmac.new(secret.encode(), text.encode(), "sha256").hexdigest().upper()
    raise KeyError(params["sign_method"])


def _error(code: int, msg: str, sub_code: str = "", sub_msg: str = "") -> Reply:
    error: dict[str, Any] = {"code": code, "msg": msg, "request_id": "sandbox"}
    if sub_code:
        error.update(sub_code=sub_code, sub_msg=sub_msg)
    return json_reply({"error_response": error}, outcome=sub_code or str(code))


def _refuse(code: int, msg: str, sub_code: str = "", sub_msg: str = "") -> Refused:
    return Refused(_error(code, msg, sub_code, sub_msg))


def _params(call: Call) -> dict[str, str]:
    return {**call.query, **call.form}


def _operation(call: Call) -> str:
    return _params(call).get("method", "unknown").removeprefix("taobao.")


def _answer(world: World, call: Call) -> Reply:
    params = _params(call)
    _check_signature(world, params)
    method = _METHODS.get(_operation(call))
    if method is None:
        raise _refuse(22, "Invalid method")
    content = method(world, params)
    name = _operation(call).replace(".", "_") + "_response"
    return json_reply({name: content | {"request_id": "sandbox"}})


def _check_signature(world: World, params: Mapping[str, str]) -> None:
    for name in _REQUIRED:
        if not params.get(name):
            code = {"method": 21, "app_key": 28, "timestamp": 30, "v": 32, "sign": 24}.get(name, 40)
            raise _refuse(code, f"Missing {name}")
    if params["app_key"] != TAOBAO_APP_KEY:
        raise _refuse(29, "Invalid app Key")
    try:
        moment = _time_stamp(params["timestamp"])
    except ValueError as error:
        raise _refuse(31, "Invalid timestamp") from error
    if not world.clock.accepts(moment, TOLERANCE):
        raise _refuse(31, "Invalid timestamp")
    if params["v"] != "2.0":
        raise _refuse(33, "Invalid version")
    if params.get("format", "xml") != "json":
        raise _refuse(23, "Invalid format")
    try:
        expected = sign(params, TAOBAO_APP_SECRET)
    except KeyError as error:
        raise _refuse(25, "Invalid signature") from error
    if not hmac.compare_digest(expected.encode(), params["sign"].encode()):
        raise _refuse(25, "Invalid signature")
    if not params.get("session"):
        raise _refuse(26, "Missing session")
    if params["session"] != TAOBAO_SESSION:
        raise _refuse(27, "Invalid session")


def _time_stamp(text: str) -> datetime:
    """Beijing time as documented, or milliseconds as the SDKs send it."""
    return datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdecimal() else from_beijing_text(text)


def _required(params: Mapping[str, str], name: str) -> str:
    if not params.get(name):
        raise _refuse(40, f"Missing required arguments:{name}", "isv.missing-parameter", f"缺少参数 {name}")
    return params[name]


def _invalid(name: str) -> Refused:
    return _refuse(41, f"Invalid arguments:{name}", "isv.invalid-parameter", f"参数 {name} 无效")


def _moment(params: Mapping[str, str], name: str) -> datetime:
    try:
        return from_beijing_text(_required(params, name))
    except ValueError as error:
        raise _invalid(name) from error


def _number(params: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = params.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise _invalid(name)
    return int(text)


def _sold(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    now = world.clock.now()
    end = _moment(params, "end_created") if params.get("end_created") else now
    start = _moment(params, "start_created") if params.get("start_created") else end - timedelta(days=90)
    if start > end:
        raise _invalid("start_created")
    return _page(world, params, world.channels["taobao"].book.created_between(start, end))


def _increment(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    start, end = _moment(params, "start_modified"), _moment(params, "end_modified")
    if not start <= end <= start + timedelta(days=1):
        raise _invalid("end_modified")
    return _page(world, params, world.channels["taobao"].book.updated_between(start, end))


def _page(world: World, params: Mapping[str, str], oldest_first: Sequence[Position]) -> dict[str, Any]:
    fields = _required(params, "fields").split(",")
    size = _number(params, "page_size", 40, MAX_PAGE_SIZE)
    page = _number(params, "page_no", 1, 1_000_000)
    book = world.channels["taobao"].book
    if status := params.get("status"):
        oldest_first = [p for p in oldest_first if trade_status(book[p[1]]) == status]
    end = len(oldest_first) - (page - 1) * size
    wanted = oldest_first[max(0, end - size) : max(0, end)][::-1]
    content: dict[str, Any] = (
        {"has_next": end > size} if params.get("use_has_next") == "true" else {"total_results": len(oldest_first)}
    )
    if wanted:
        content["trades"] = {"trade": [_only(trade_of(book[number]), fields) for _, number in wanted]}
    return content


def _only(trade: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    names = {field.strip().split(".")[0] for field in fields}
    return {name: value for name, value in trade.items() if name in names}


def _refunds(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    fields = _required(params, "fields").split(",")
    start, end = _moment(params, "start_modified"), _moment(params, "end_modified")
    size, page = _number(params, "page_size", 40, MAX_PAGE_SIZE), _number(params, "page_no", 1, 1_000_000)
    changed = sorted(
        (refund for order in world.channels["taobao"].book for refund in refunds_of(order)),
        key=lambda refund: str(refund["modified"]),
        reverse=True,
    )
    inside = [refund for refund in changed if start <= from_beijing_text(refund["modified"]) <= end]
    wanted = inside[(page - 1) * size : page * size]
    content: dict[str, Any] = (
        {"has_next": len(inside) > page * size}
        if params.get("use_has_next") == "true"
        else {"total_results": len(inside)}
    )
    if wanted:
        content["refunds"] = {"refund": [_only(refund, fields) for refund in wanted]}
    return content


def _consume(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    _required(params, "group_name")
    taken = world.taobao_queue.take(_number(params, "quantity", 100, 200))
    return {"messages": {"tmc_message": taken}} if taken else {}


def _confirm(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    numbers = _required(params, "s_message_ids").split(",")
    if len(numbers) > 200 or not all(number.isdecimal() for number in numbers):
        raise _invalid("s_message_ids")
    world.taobao_queue.confirm([int(number) for number in numbers])
    return {"is_success": True}


def _fullinfo(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    fields = _required(params, "fields").split(",")
    order = world.channels["taobao"].book.get(_required(params, "tid"))
    if order is None:
        raise _refuse(15, "Remote service error", "isv.trade-not-exist", "交易订单不存在")
    return {"trade": _only(trade_of(order), fields)}


def _send(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    tid, out_sid, company = (_required(params, name) for name in ("tid", "out_sid", "company_code"))
    channel = world.channels["taobao"]
    order = channel.book.get(tid)
    problem = "isv.logistics-offline-service-error"
    if order is None:
        raise _refuse(15, "Remote service error", f"{problem}:B01", "订单不存在")
    if channel.shipped(tid, out_sid):
        raise _refuse(15, "Remote service error", f"{problem}:B04", "该订单已经发货，不能重复发货")
    if order["status"] != "paid":
        raise _refuse(15, "Remote service error", f"{problem}:B27", "订单状态不允许发货")
    now = world.clock.now()
    channel.ship(Shipment(tid, out_sid, company, now.isoformat()))
    channel.book.change(tid, {"status": "shipped"}, now)
    world.ledger.record("taobao", "shipped", tid, waybill_no=out_sid, carrier=company)
    return {"shipping": {"is_success": True}}


_METHODS: Mapping[str, Callable[[World, Mapping[str, str]], dict[str, Any]]] = {
    "trades.sold.get": _sold,
    "trades.sold.increment.get": _increment,
    "trade.fullinfo.get": _fullinfo,
    "refunds.receive.get": _refunds,
    "tmc.messages.consume": _consume,
    "tmc.messages.confirm": _confirm,
    "logistics.offline.send": _send,
}


def _throttled(_: Call) -> Reply:
    return _error(
        7,
        "App Call Limited",
        "accesscontrol.limited-by-app-access-count",
        "This ban will last for 1 more seconds",
    )


def _session_expired(_: Call) -> Reply:
    return _error(27, "Invalid session", "invalid-sessionkey", "SessionKey is expired")


def _rejected(_: Call) -> Reply:
    return _error(15, "Remote service error", "isv.trade-not-allowed", "The trade does not allow this")


TAOBAO = Partner("taobao", "/taobao/router/rest", _operation, _answer, _throttled, _session_expired, _rejected)
