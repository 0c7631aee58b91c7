"""Kuaidi100 (partners.md §17): one history per query, subscriptions, and the push of a whole history.

POST /poll/query.do   form customer, sign, param; 500 while nothing is known, 408 for a wrong phone (SF only)
POST /poll            form schema, param with our key inside; 501 for a second subscription
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.carrier import Scan, Waybill
from sandbox.clock import beijing_text
from sandbox.credentials import KUAIDI100_CUSTOMER, KUAIDI100_KEY
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.hub import HubAnswer, Message

if TYPE_CHECKING:
    from sandbox.world import World

_COMPANIES = {"shunfeng": "sf", "jtexpress": "jt", "yuantong": "cainiao", "zhongtong": "zto"}
_WORDS = {
    "400": "提交的数据不完整，或者贵公司没授权",
    "408": "快递公司参数异常：验证码错误",
    "500": "查询无结果，请隔段时间再查",
    "501": "重复订阅",
    "503": "验证签名失败",
    "600": "您不是合法的订阅者（即授权Key出错）",
    "601": "POLL:KEY已过期",
    "700": "不支持的快递公司",
    "701": "拒绝订阅的快递公司",
}
_STATES = {
    "50": ("1", "揽收"),
    "36": ("1002", "干线"),
    "31": ("0", "在途"),
    "10": ("10", "待清关"),
    "11": ("11", "清关中"),
    "12": ("12", "已清关"),
    "44": ("5", "派件"),
    "80": ("3", "签收"),
}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest().upper()


def query_sign(param: str, key: str, customer: str) -> str:
    """What a query must be signed with."""
    return _md5(param + key + customer)


def push_sign(param: str, salt: str) -> str:
    """What a push is signed with."""
    return _md5(param + salt)


def _failed(code: str) -> Refused:
    return Refused(json_reply({"result": False, "returnCode": code, "message": _WORDS[code]}, outcome=code))


def _operation(call: Call) -> str:
    return {"/poll/query.do": "query", "/poll": "subscribe"}.get(call.path, "unknown")


def _answer(world: World, call: Call) -> Reply:
    try:
        param = json.loads(call.form.get("param", ""))
    except ValueError as error:
        raise _failed("400") from error
    if not isinstance(param, dict):
        raise _failed("400")
    return _query(world, call, param) if _operation(call) == "query" else _subscribe(world, call, param)


def _query(world: World, call: Call, param: Mapping[str, Any]) -> Reply:
    expected = query_sign(call.form["param"], KUAIDI100_KEY, KUAIDI100_CUSTOMER)
    if call.form.get("customer") != KUAIDI100_CUSTOMER:
        raise _failed("601")
    if not hmac.compare_digest(expected.encode(), call.form.get("sign", "").encode()):
        raise _failed("503")
    carrier = world.carriers.get(_COMPANIES.get(param.get("com", ""), ""))
    if carrier is None or not param.get("num"):
        raise _failed("400")
    waybill = carrier.waybills.get(param["num"])
    phone = str(param.get("phone") or "")
    if waybill is not None and phone and not any(number.endswith(phone) for number in waybill.phones):
        raise _failed("408")
    if waybill is None or not waybill.scans:
        raise _failed("500")
    return json_reply(history(waybill, param["com"]))


def history(waybill: Waybill, company: str) -> dict[str, Any]:
    """All that is known of a parcel, newest first."""
    state, _ = _STATES[waybill.scans[-1].op_code] if waybill.scans else ("0", "")
    return {
        "message": "ok",
        "nu": waybill.number,
        "ischeck": "1" if state == "3" else "0",
        "com": company,
        "condition": "F00",
        "status": "200",
        "state": state,
        "data": [_scan(scan) for scan in reversed(waybill.scans)],
    }


def _scan(scan: Scan) -> dict[str, Any]:
    code, status = _STATES[scan.op_code]
    time = beijing_text(scan.at)
    return {
        "time": time,
        "ftime": time,
        "context": scan.remark,
        "areaName": scan.city,
        "status": status,
        "statusCode": code,
        "location": "",
    }


def _subscribe(world: World, call: Call, param: Mapping[str, Any]) -> Reply:
    if param.get("key") != KUAIDI100_KEY:
        raise _failed("600")
    wanted = param.get("parameters") or {}
    if call.form.get("schema") != "json" or not param.get("number") or not wanted.get("callbackurl"):
        raise _failed("400")
    if param.get("company") not in _COMPANIES:
        raise _failed("700")
    if param["number"] in world.subscriptions:
        raise _failed("501")
    world.subscriptions[param["number"]] = (param["company"], str(wanted.get("salt") or ""))
    world.ledger.record("kuaidi100", "subscribed", param["number"], callback=wanted["callbackurl"])
    return json_reply({"result": True, "returnCode": "200", "message": "提交成功"})


def push(waybill: Waybill, company: str, salt: str) -> Message:
    """The push of all that is known of a parcel; `shutdown` once it has arrived."""
    last = history(waybill, company)
    status = "shutdown" if last["state"] == "3" else "polling"
    return _pushed({"status": status, "message": "", "lastResult": last}, salt)


def taken(answer: HubAnswer) -> bool:
    """Whether the hub took the push: HTTP 2xx and `result` true."""
    return 200 <= answer.status < 300 and '"result": true' in answer.text


def give_up(world: World, number: str, why: str = "3天查询无记录") -> Message:
    """The end of a subscription, and the push that says why; by itself, that nothing came in three days.

    Raises ``KeyError`` for a number that nobody subscribed.
    """
    company, salt = world.subscriptions.pop(number)
    last = {"message": why, "nu": number, "com": company, "status": "201", "state": "0", "data": []}
    return _pushed({"status": "abort", "message": why, "lastResult": last}, salt)


def _pushed(content: Mapping[str, Any], salt: str) -> Message:
    param = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    body = urlencode({"sign": push_sign(param, salt), "param": param}).encode()
    return Message("/webhooks/kuaidi100", body, {"content-type": "application/x-www-form-urlencoded"})


def _throttled(_: Call) -> Reply:
    # The source names no code of Kuaidi100's own for this.
    return json_reply({"result": False, "returnCode": "429", "message": "too many"}, status=429, outcome="429")


def _token_expired(_: Call) -> Reply:
    return _failed("601").reply


def _rejected(_: Call) -> Reply:
    return _failed("701").reply


KUAIDI100 = Partner("kuaidi100", "/kuaidi100", _operation, _answer, _throttled, _token_expired, _rejected)
