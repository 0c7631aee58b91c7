"""JD's open platform for POP shops, JOS (partners.md §2).

    jingdong.pop.order.enSearch | search   by creation or change, at most one month, either order of sorting
    jingdong.pop.order.enGet | get         one order
    jingdong.pop.order.shipment            ship; key orderId + logiNo, a repeat is refused by the order's state

Parameters come in the query or the form; `sign` is over all of them. Business JSON is flat, in `360buy_param_json`.
Replies name themselves `…_responce` and may refuse inside: `success` is false. Windows include both ends and count
whole seconds, pages past the hundredth are empty; the `en…` operations give receivers encrypted. The codes of the two
inner refusals are invented, and so is the reply to too many calls: the source gives none.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.channel import Shipment
from sandbox.clock import BEIJING, from_beijing_text
from sandbox.credentials import JD_ACCESS_TOKEN, JD_APP_KEY, JD_APP_SECRET
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.jd_order import order_info, order_state
from sandbox.order_book import Order

if TYPE_CHECKING:
    from sandbox.world import World

TOLERANCE = timedelta(minutes=6)
MAX_PAGE_SIZE = 100
MAX_PAGES = 100
LONGEST_WINDOW = timedelta(days=31)
_REQUIRED = {"method": 12, "app_key": 18, "access_token": 16, "timestamp": 7, "v": 4, "sign": 9}
"""Parameter → the code for its absence."""


def sign(params: Mapping[str, str], secret: str) -> str:
    """Upper-case hex of the MD5 over secret, all parameters sorted, secret; UTF-8."""
    text = "".join(f"{key}{params[key]}" for key in sorted(params) if key != "sign")
    return hashlib.md5(f"{secret}{text}{secret}".encode()).hexdigest().upper()


def _error(code: int, zh: str, en: str) -> Reply:
    return json_reply({"error_response": {"code": str(code), "zh_desc": zh, "en_desc": en}}, outcome=str(code))


def _refuse(code: int, zh: str, en: str) -> Refused:
    return Refused(_error(code, zh, en))


def _params(call: Call) -> dict[str, str]:
    return {**call.query, **call.form}


def _operation(call: Call) -> str:
    return _params(call).get("method", "unknown").removeprefix("jingdong.pop.order.")


def _answer(world: World, call: Call) -> Reply:
    params = _params(call)
    _check_signature(world, params)
    operation = _OPERATIONS.get(params["method"])
    if operation is None:
        raise _refuse(13, "不存在的方法名", "Invalid method")
    content = {"code": "0", **operation(world, params["method"], _business(params))}
    return json_reply({params["method"].replace(".", "_") + "_responce": content})


def _check_signature(world: World, params: Mapping[str, str]) -> None:
    for name, code in _REQUIRED.items():
        if not params.get(name):
            raise _refuse(code, f"缺少参数 {name}", f"Missing {name}")
    if params["app_key"] != JD_APP_KEY:
        raise _refuse(17, "无效app_key", "Invalid app_key")
    try:
        moment = _time_stamp(params["timestamp"])
    except ValueError as error:
        raise _refuse(8, "非法的时间戳参数", "Invalid timestamp") from error
    if not world.clock.accepts(moment, TOLERANCE):
        raise _refuse(8, "非法的时间戳参数", "Invalid timestamp")
    if params["v"] != "2.0":
        raise _refuse(5, "不支持的版本号", "Unsupported version")
    if not hmac.compare_digest(sign(params, JD_APP_SECRET).encode(), params["sign"].encode()):
        raise _refuse(10, "无效签名", "Invalid signature")
    if params["access_token"] != JD_ACCESS_TOKEN:
        raise _refuse(19, "token已过期或者不存在", "access_token is expired or unknown")


def _time_stamp(text: str) -> datetime:
    """Beijing time as documented, or with a fraction and an offset as the SDK sends it."""
    if "." in text:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f%z")
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)


def _business(params: Mapping[str, str]) -> dict[str, Any]:
    try:
        content = json.loads(params.get("360buy_param_json", ""))
    except ValueError as error:
        raise _invalid("360buy_param_json") from error
    if not isinstance(content, dict) or "paramOrderJSFQuery" in content:
        raise _invalid("360buy_param_json")
    return content


def _invalid(name: str) -> Refused:
    return _refuse(11, f"参数 {name} 无效", f"Invalid {name}")


def _required(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise _invalid(name)
    return value


def _moment(asked: Mapping[str, Any], name: str) -> datetime:
    try:
        return from_beijing_text(_required(asked, name))
    except ValueError as error:
        raise _invalid(name) from error


def _number(asked: Mapping[str, Any], name: str, most: int) -> int:
    text = _required(asked, name)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise _invalid(name)
    return int(text)


def _search(world: World, method: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    start, end = _moment(asked, "start_date"), _moment(asked, "end_date")
    if not start <= end <= start + LONGEST_WINDOW:
        raise _invalid("end_date")
    states = set(_required(asked, "order_state").split(","))
    size, page = _number(asked, "page_size", MAX_PAGE_SIZE), _number(asked, "page", 1_000_000)
    book = world.channels["jd"].book
    between = book.created_between if asked.get("dateType") == 1 else book.updated_between
    orders = [book[number] for _, number in between(start, end)]
    if "ALL" not in states:
        orders = [order for order in orders if order_state(order) in states]
    if asked.get("sortType") == 1:
        orders.reverse()
    wanted = orders[(page - 1) * size : page * size] if page <= MAX_PAGES else []
    result = {"apiResult": _done(), "orderInfoList": _shown(wanted, method, asked), "orderTotal": len(orders)}
    return {"searchorderinfo_result": result}


def _get(world: World, method: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    order = world.channels["jd"].book.get(str(_order_id(asked, "order_id")))
    if order is None:
        return {"orderDetailInfo": {"apiResult": _refused("订单不存在", 10_100_001)}}
    return {"orderDetailInfo": {"apiResult": _done(), "orderInfo": _shown([order], method, asked)[0]}}


def _order_id(asked: Mapping[str, Any], name: str) -> int:
    value = asked.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
        raise _invalid(name)
    return value


def _shown(orders: Sequence[Order], method: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    fields = {field.strip() for field in _required(asked, "optional_fields").split(",")}
    encrypted = ".en" in method
    infos = [order_info(order, encrypted=encrypted) for order in orders]
    return [{name: value for name, value in info.items() if name in fields} for info in infos]


def _ship(world: World, _: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    number, waybill, carrier = str(_order_id(asked, "orderId")), _required(asked, "logiNo"), asked.get("logiCoprId")
    if not str(carrier).isdecimal():
        raise _invalid("logiCoprId")
    channel = world.channels["jd"]
    order = channel.book.get(number)
    if order is None:
        return {"sopjosshipment_result": _refused("订单不存在", 10_100_001)}
    if order["status"] != "paid":
        return {"sopjosshipment_result": _refused("订单不是等待出库状态", 10_100_002)}
    now = world.clock.now()
    channel.ship(Shipment(number, waybill, str(carrier), now.isoformat()))
    channel.book.change(number, {"status": "shipped"}, now)
    world.ledger.record("jd", "shipped", number, waybill_no=waybill, carrier=str(carrier))
    return {"sopjosshipment_result": _done()}


def _done() -> dict[str, Any]:
    return {"success": True, "englishErrCode": "", "chineseErrCode": "", "numberCode": 0}


def _refused(words: str, code: int) -> dict[str, Any]:
    return {"success": False, "englishErrCode": "refused", "chineseErrCode": words, "numberCode": code}


_OPERATIONS: Mapping[str, Callable[[World, str, Mapping[str, Any]], dict[str, Any]]] = {
    "jingdong.pop.order.search": _search,
    "jingdong.pop.order.enSearch": _search,
    "jingdong.pop.order.get": _get,
    "jingdong.pop.order.enGet": _get,
    "jingdong.pop.order.shipment": _ship,
}


def _throttled(_: Call) -> Reply:
    return _error(2, "限制时间内调用失败次数", "App Call Limited")


def _token_expired(_: Call) -> Reply:
    return _error(19, "token已过期或者不存在", "access_token is expired or unknown")


def _rejected(_: Call) -> Reply:
    return _error(11, "参数无效", "Invalid arguments")


JD = Partner("jd", "/jd/routerjson", _operation, _answer, _throttled, _token_expired, _rejected)
