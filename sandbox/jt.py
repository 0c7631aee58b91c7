"""J&T Express (partners.md §18): form POST of `bizContent`, signed in a header and, for orders, inside once more.

    order/addOrder      key txlogisticId; 145002001 for a second one
    order/getOrders     by our numbers (command 1) or theirs (2); 145003064 if unknown
    order/cancelOrder   999002010 once it was cancelled or picked up
    order/printOrder    the label, a PDF in base64
    logistics/trace     up to 30 numbers

The codes are those that third-party clients list; the source names no tolerance for `timestamp`, so none is checked.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.carrier import Scan, Waybill
from sandbox.clock import beijing_text
from sandbox.credentials import JT_API_ACCOUNT, JT_CUSTOMER_CODE, JT_PASSWORD, JT_PRIVATE_KEY
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.small_pdf import small_pdf

if TYPE_CHECKING:
    from sandbox.world import World

_BASE = "/webopenplatformapi/api/"
_MAX_NUMBERS = 30
_SALT = "jadada236t2"
_PLACED, _CANCELLED = 100, 104
_WORDS = {
    "145002001": "订单已存在",
    "145003010": "API账号不存在",
    "145003030": "headers签名失败",
    "145003031": "业务参数签名失败",
    "145003050": "非法参数",
    "145003052": "digest为空",
    "145003064": "数据找不到",
    "999002010": "订单不能取消",
}
_SCAN_TYPES = {
    "50": "快件揽收",
    "36": "发件扫描",
    "31": "到件扫描",
    "44": "出仓扫描",
    "80": "快件签收",
}


def _md5(text: str) -> bytes:
    return hashlib.md5(text.encode()).digest()


def header_digest(biz_content: str, private_key: str) -> str:
    """What the header `digest` must be."""
    return b64encode(_md5(biz_content + private_key)).decode()


def order_digest(customer_code: str, password: str, private_key: str) -> str:
    """What `digest` inside an order request must be."""
    return b64encode(_md5(customer_code + _md5(password + _SALT).hex().upper() + private_key)).decode()


def _failed(code: str) -> Refused:
    return Refused(json_reply({"code": code, "msg": _WORDS[code], "data": None}, outcome=code))


def _answer(world: World, call: Call) -> Reply:
    service = _SERVICES.get(_operation(call))
    text = call.form.get("bizContent", "")
    if service is None or not text:
        raise _failed("145003050")
    if call.headers.get("apiAccount") != JT_API_ACCOUNT:
        raise _failed("145003010")
    if not call.headers.get("digest"):
        raise _failed("145003052")
    if not call.headers.get("timestamp", "").isdecimal() or not _same(
        header_digest(text, JT_PRIVATE_KEY), call.headers["digest"]
    ):
        raise _failed("145003030")
    try:
        content = json.loads(text)
    except ValueError as error:
        raise _failed("145003050") from error
    if not isinstance(content, dict):
        raise _failed("145003050")
    if _operation(call).startswith("order/"):
        _check_customer(content)
    return json_reply({"code": "1", "msg": "success", "data": service(world, content)})


def _same(expected: str, stated: str) -> bool:
    return hmac.compare_digest(expected.encode(), stated.encode())


def _check_customer(content: Mapping[str, Any]) -> None:
    expected = order_digest(JT_CUSTOMER_CODE, JT_PASSWORD, JT_PRIVATE_KEY)
    if content.get("customerCode") != JT_CUSTOMER_CODE or not _same(expected, str(content.get("digest"))):
        raise _failed("145003031")


def _add(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    number, sender, receiver = content.get("txlogisticId"), content.get("sender"), content.get("receiver")
    if not number or not sender or not receiver or not content.get("items"):
        raise _failed("145003050")
    for person in (sender, receiver):
        if not all(person.get(field) for field in ("name", "mobile", "prov", "city", "address")):
            raise _failed("145003050")
    carrier = world.carriers["jt"]
    if number in carrier.by_order:
        raise _failed("145002001")
    waybill = carrier.book(
        number,
        origin=sender["city"],
        destination=receiver["city"],
        phones=[sender["mobile"], receiver["mobile"]],
        at=world.clock.now(),
        reference=str(content.get("remark") or ""),
    )
    world.ledger.record("jt", "waybill-issued", number, waybill_no=waybill.number, by="hub")
    return {"txlogisticId": number, "billCode": waybill.number, "sortingCode": "382-300 08"}


def _get(world: World, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    carrier = world.carriers["jt"]
    known = carrier.by_order if content.get("command") == 1 else carrier.waybills
    found = [known[number] for number in content.get("serialNumber") or [] if number in known]
    if not found:
        raise _failed("145003064")
    return [_order(waybill) for waybill in found]


def _order(waybill: Waybill) -> dict[str, Any]:
    return {
        "txlogisticId": waybill.order_id,
        "billCode": waybill.number,
        "orderStatus": _CANCELLED if waybill.cancelled else _PLACED,
    }


def _cancel(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    waybill = world.carriers["jt"].by_order.get(content.get("txlogisticId", ""))
    if waybill is None:
        raise _failed("145003064")
    if waybill.cancelled or waybill.scans or not content.get("reason"):
        raise _failed("999002010")
    waybill.cancelled = True
    world.ledger.record("jt", "waybill-cancelled", waybill.order_id, waybill_no=waybill.number)
    return {"txlogisticId": waybill.order_id, "billCode": waybill.number}


def _print(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    waybill = world.carriers["jt"].waybills.get(content.get("billCode", ""))
    if waybill is None or waybill.cancelled:
        raise _failed("145003064")
    page = small_pdf([f"J&T Express {waybill.number}", f"Order {waybill.order_id} {waybill.reference}"])
    return {"billCode": waybill.number, "base64EncodeContent": b64encode(page).decode()}


def _trace(world: World, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    numbers = str(content.get("billCodes") or "").split(",")
    if len(numbers) > _MAX_NUMBERS:
        raise _failed("145003050")
    waybills = world.carriers["jt"].waybills
    return [
        {"billCode": number, "details": [_scan(scan) for scan in reversed(waybills[number].scans)]}
        for number in numbers
        if number in waybills
    ]


def _scan(scan: Scan) -> dict[str, Any]:
    return {
        "scanTime": beijing_text(scan.at),
        "scanType": _SCAN_TYPES.get(scan.op_code, scan.status),
        "desc": scan.remark,
        "scanNetworkName": f"{scan.city}网点",
        "scanNetworkCity": scan.city,
    }


_SERVICES: Mapping[str, Callable[[World, Mapping[str, Any]], Any]] = {
    "order/addOrder": _add,
    "order/v2/addOrder": _add,
    "order/getOrders": _get,
    "order/cancelOrder": _cancel,
    "order/printOrder": _print,
    "logistics/trace": _trace,
}


def _operation(call: Call) -> str:
    return call.path.removeprefix(_BASE)


def _throttled(_: Call) -> Reply:
    # The source names no code of J&T's own for this.
    return json_reply({"code": "0", "msg": "请求过于频繁", "data": None}, status=429, outcome="429")


def _token_expired(_: Call) -> Reply:
    code = "145003010"
    return json_reply({"code": code, "msg": _WORDS[code], "data": None}, outcome=code)


def _rejected(_: Call) -> Reply:
    return _failed("145003050").reply


JT = Partner("jt", "/jt", _operation, _answer, _throttled, _token_expired, _rejected)
