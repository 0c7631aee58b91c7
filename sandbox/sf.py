"""SF Express (partners.md §16): one form POST for all services, JSON text inside JSON in both directions.

    EXP_RECE_CREATE_ORDER        key orderId; 8016 for a second one
    EXP_RECE_SEARCH_ORDER_RESP   8018 if unknown
    EXP_RECE_UPDATE_ORDER        dealType 2 cancels, 1 confirms
    EXP_RECE_SEARCH_ROUTES       at most 10 numbers; a wrong checkPhoneNo shows no routes
    COM_RECE_CLOUD_PRINT_WAYBILLS, and GET print/{number}.pdf: see `sandbox.sf_print`

The outer reply has the A-codes, the inner one, a JSON string, the business codes. The source names no tolerance
for `timestamp`, so none is checked.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from sandbox.carrier import Waybill
from sandbox.clock import beijing_text
from sandbox.credentials import SF_CHECKWORD, SF_PARTNER_ID
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.sf_print import FILES, SERVICE, label_address, label_data, label_file

if TYPE_CHECKING:
    from sandbox.world import World

_REQUIRED = ("partnerID", "requestID", "serviceCode", "timestamp", "msgDigest", "msgData")
_MAX_NUMBERS = 10
_OUTER = {
    "A1001": "必传参数不可为空",
    "A1002": "请求时效已过期",
    "A1004": "无对应服务权限",
    "A1005": "流量受控",
    "A1006": "数字签名无效",
}
_INNER = {
    "8003": "查询单号数量超限",
    "8016": "重复下单",
    "8018": "未获取到订单信息",
    "8037": "已消单",
    "6200": "请求参数不完整",
}


def digest(msg_data: str, timestamp: str, checkword: str) -> str:
    """Base64 MD5 of what Java's ``URLEncoder`` makes of the three texts: `*` stays bare, `~` is escaped."""
    encoded = quote_plus(msg_data + timestamp + checkword, safe="*").replace("~", "%7E")
    return b64encode(hashlib.md5(encoded.encode()).digest()).decode()


def _outer(code: str, result: str = "", outcome: str | None = None) -> Reply:
    return json_reply(
        {
            "apiResultCode": code,
            "apiErrorMsg": _OUTER.get(code, ""),
            "apiResponseID": "00016F8A5A5D0D3FE3B0",
            "apiResultData": result,
        },
        outcome=outcome or code,
    )


def _done(result: Mapping[str, Any], name: str) -> Reply:
    inner = {"success": True, "errorCode": "S0000", "errorMsg": None, name: result}
    return _outer("A1000", json.dumps(inner, ensure_ascii=False), "ok")


def _failed(code: str) -> Refused:
    inner = {"success": False, "errorCode": code, "errorMsg": _INNER[code], "msgData": None}
    return Refused(_outer("A1000", json.dumps(inner, ensure_ascii=False), code))


def _operation(call: Call) -> str:
    return "print" if call.path.startswith(FILES) else call.form.get("serviceCode", "unknown")


def _answer(world: World, call: Call) -> Reply:
    if call.path.startswith(FILES):
        return label_file(world.carrier.waybills, call)
    form = call.form
    if any(not form.get(name) for name in _REQUIRED):
        return _outer("A1001")
    if form["partnerID"] != SF_PARTNER_ID or form["serviceCode"] not in (*_SERVICES, SERVICE):
        return _outer("A1004")
    expected = digest(form["msgData"], form["timestamp"], SF_CHECKWORD)
    if not hmac.compare_digest(expected.encode(), form["msgDigest"].encode()):
        return _outer("A1006")
    try:
        content = json.loads(form["msgData"])
    except ValueError as error:
        raise _failed("6200") from error
    if not isinstance(content, dict):
        raise _failed("6200")
    if form["serviceCode"] == SERVICE:
        return _done(_label(world, content, call.base_url), "obj")
    return _done(_SERVICES[form["serviceCode"]](world, content), "msgData")


def _create(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    order_id = content.get("orderId")
    people = {person.get("contactType"): person for person in content.get("contactInfoList") or []}
    sender, receiver = people.get(1), people.get(2)
    if not order_id or not sender or not receiver or not content.get("cargoDetails"):
        raise _failed("6200")
    for person in (sender, receiver):
        if not person.get("address") or not (person.get("mobile") or person.get("tel")):
            raise _failed("6200")
    if order_id in world.carrier.by_order:
        raise _failed("8016")
    waybill = world.carrier.book(
        order_id,
        origin=sender.get("city", ""),
        destination=receiver.get("city", ""),
        phones=[str(p.get("mobile") or p.get("tel")) for p in (sender, receiver)],
        at=world.clock.now(),
        reference=str(content.get("custReferenceNo") or ""),
    )
    world.ledger.record("sf", "waybill-issued", order_id, waybill_no=waybill.number, by="hub")
    return _order_reply(waybill)


def _search(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    return _order_reply(_booked(world, content))


def _update(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    waybill = _booked(world, content)
    if content.get("dealType") == 2:
        if waybill.cancelled:
            raise _failed("8037")
        waybill.cancelled = True
        world.ledger.record("sf", "waybill-cancelled", waybill.order_id, waybill_no=waybill.number)
    return {
        "orderId": waybill.order_id,
        "waybillNoInfoList": [{"waybillType": 1, "waybillNo": waybill.number}],
        "resStatus": 2,
    }


def _routes(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    numbers = content.get("trackingNumber") or []
    if len(numbers) > _MAX_NUMBERS:
        raise _failed("8003")
    known = world.carrier.by_order if content.get("trackingType") == 2 else world.carrier.waybills
    phone = str(content.get("checkPhoneNo") or "")
    return {"routeResps": [_route_reply(number, known.get(number), phone) for number in numbers]}


def _label(world: World, content: Mapping[str, Any], base_url: str) -> Mapping[str, Any]:
    asked = content.get("documents") or [{}]
    waybill = world.carrier.waybills.get(str(asked[0].get("masterWaybillNo")))
    if not content.get("templateCode") or content.get("version") != "2.0":
        raise _failed("6200")
    if waybill is None or waybill.cancelled:
        raise _failed("8018")
    return label_address(waybill, content["templateCode"], base_url + SF.mount)


def _booked(world: World, content: Mapping[str, Any]) -> Waybill:
    waybill = world.carrier.by_order.get(content.get("orderId", ""))
    if waybill is None:
        raise _failed("8018")
    return waybill


def _order_reply(waybill: Waybill) -> dict[str, Any]:
    return {
        "orderId": waybill.order_id,
        "originCode": waybill.origin,
        "destCode": waybill.destination,
        "filterResult": 2,
        "waybillNoInfoList": [{"waybillType": 1, "waybillNo": waybill.number}],
        "routeLabelInfo": [label_data(waybill)],
    }


def _route_reply(number: str, waybill: Waybill | None, phone: str) -> dict[str, Any]:
    visible = waybill is not None and (not phone or any(p.endswith(phone) for p in waybill.phones))
    scans = waybill.scans if waybill and visible else []
    return {
        "mailNo": waybill.number if waybill else number,
        "routes": [
            {
                "acceptTime": beijing_text(scan.at),
                "acceptAddress": scan.city,
                "remark": scan.remark,
                "opCode": scan.op_code,
                "firstStatusName": scan.status,
            }
            for scan in scans
        ],
    }


_SERVICES: Mapping[str, Callable[[World, Mapping[str, Any]], dict[str, Any]]] = {
    "EXP_RECE_CREATE_ORDER": _create,
    "EXP_RECE_SEARCH_ORDER_RESP": _search,
    "EXP_RECE_UPDATE_ORDER": _update,
    "EXP_RECE_SEARCH_ROUTES": _routes,
}


def _throttled(_: Call) -> Reply:
    return _outer("A1005")


def _token_expired(_: Call) -> Reply:
    return _outer("A1002")


def _rejected(_: Call) -> Reply:
    inner = {"success": False, "errorCode": "20012", "errorMsg": "不支持的寄收地址", "msgData": None}
    return _outer("A1000", json.dumps(inner, ensure_ascii=False), "20012")


SF = Partner("sf", "/sf/std/service", _operation, _answer, _throttled, _token_expired, _rejected)
