"""E-invoices through Nuonuo (partners.md §30).

    POST /nuonuo/accessToken               form; a new token each time, which ends the last one
    POST /nuonuo/open/v1/services          JSON; header `method` says what is asked
    GET  /nuonuo/file/{serial}.pdf         an issued invoice; no token

E9106 is the answer to an `orderNo` that was used, E9500 to one that nobody knows. An invoice is issued some time after
it was asked for. The source names no tolerance for `timestamp` and no code for too many calls: none is checked, and 429
is sent. The gateway's code for an ended token and E9101 to E9103 are invented.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from decimal import InvalidOperation
from typing import TYPE_CHECKING, Any

from sandbox.credentials import NUONUO_APP_KEY, NUONUO_APP_SECRET, NUONUO_TAX_NO
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.small_pdf import small_pdf
from sandbox.tax_office import TaxInvoice

if TYPE_CHECKING:
    from sandbox.world import World

LIFETIME_SECONDS = 86_400
MOST_NUMBERS = 50
_PREFIX = "nuonuo.OpeMplatform."
_SERVICES = "/open/v1/services"
_ORDER = ("orderNo", "buyerName", "invoiceDate", "salerTaxNum", "salerTel", "salerAddress", "clerk", "invoiceDetail")
_LINE = ("goodsName", "taxRate", "withTaxFlag", "taxIncludedAmount", "taxExcludedAmount", "tax")


def signature(secret: str, app_key: str, senid: str, nonce: str, timestamp: str, body: str) -> str:
    """What a call must be signed with."""
    parts = {"a": "services", "l": "v1", "p": "open", "k": app_key, "i": senid, "n": nonce, "t": timestamp, "f": body}
    text = "&".join(f"{name}={value}" for name, value in parts.items())
    return b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _reply(code: str, describe: str, result: Any = None) -> Reply:
    content = {"code": code, "describe": describe, "result": result}
    return json_reply(content, outcome="ok" if code == "E0000" else code)


def _operation(call: Call) -> str:
    if call.path == _SERVICES:
        return call.headers.get("method", "").removeprefix(_PREFIX) or "unknown"
    return {"accessToken": "token", "file": "file"}.get(call.path.split("/")[1], "unknown")


def _answer(world: World, call: Call) -> Reply:
    world.tax_office.work(world.clock.now())
    if call.path == "/accessToken":
        return _give_token(world, call.form)
    if call.path.startswith("/file/"):
        return _file(world, call)
    if call.path != _SERVICES or call.method != "POST":
        return json_reply({}, status=404, outcome="404")
    asked = _verified(world, call)
    match _operation(call):
        case "requestBillingNew":
            return _request(world, asked)
        case "queryInvoiceResult":
            return _query(world, call, asked)
        case _:
            return _reply("070201", "API不存在")


def _give_token(world: World, form: Mapping[str, str]) -> Reply:
    if form.get("grant_type") != "client_credentials":
        return json_reply({"error": "070307", "error_description": "应用类型不符"}, outcome="070307")
    if (form.get("client_id"), form.get("client_secret")) != (NUONUO_APP_KEY, NUONUO_APP_SECRET):
        return json_reply({"error": "070304", "error_description": "appKey或appSecret错误"}, outcome="070304")
    token = world.tax_office.current_token(renew=True)
    return json_reply({"access_token": token, "expires_in": LIFETIME_SECONDS})


def _verified(world: World, call: Call) -> dict[str, Any]:
    """The body of a call that is ours, signed, and has the token."""
    query, headers = call.query, call.headers
    senid, nonce, at = (query.get(name, "") for name in ("senid", "nonce", "timestamp"))
    if query.get("appkey") != NUONUO_APP_KEY:
        raise Refused(_reply("070101", "获取app密钥失败或appkey无效"))
    if not re.fullmatch("[0-9A-Za-z]{32}", senid) or not re.fullmatch("[1-9][0-9]{7}", nonce) or not at.isdecimal():
        raise Refused(_reply("070102", "公共参数有误"))
    expected = signature(NUONUO_APP_SECRET, NUONUO_APP_KEY, senid, nonce, at, call.body.decode("utf-8", "replace"))
    if not hmac.compare_digest(expected.encode(), headers.get("x-nuonuo-sign", "").encode()):
        raise Refused(_reply("070601", "签名校验失败"))
    if not world.tax_office.token or headers.get("accesstoken") != world.tax_office.token:
        raise Refused(_token_ended())
    try:
        content = call.json
    except ValueError:
        content = None
    if headers.get("usertax") != NUONUO_TAX_NO or not isinstance(content, dict):
        raise Refused(_reply("070103", "税号或报文有误"))
    return content


def _request(world: World, asked: Mapping[str, Any]) -> Reply:
    order = asked.get("order")
    if not isinstance(order, dict) or any(not order.get(name) for name in _ORDER):
        return _reply("E9101", "必填项不能为空")
    number, lines = str(order["orderNo"]), order["invoiceDetail"]
    if len(number) > 64 or order["salerTaxNum"] != NUONUO_TAX_NO:
        return _reply("E9102", "订单号或销方税号有误")
    if number in world.tax_office.invoices:
        return _reply("E9106", "订单编号不能重复")
    if not all(isinstance(line, dict) and all(line.get(name) for name in _LINE) for line in lines):
        return _reply("E9101", "发票明细必填项不能为空")
    try:
        world.tax_office.ask(
            number, str(order["buyerName"]), str(order.get("buyerTaxNum") or ""), lines, world.clock.now()
        )
    except (ValueError, InvalidOperation) as error:
        return _reply("E9103", str(error) or "金额有误")
    world.ledger.record("nuonuo", "invoice-requested", number)
    return _reply("E0000", "开票提交成功", {"invoiceSerialNum": world.tax_office.invoices[number].serial})


def _query(world: World, call: Call, asked: Mapping[str, Any]) -> Reply:
    numbers, serials = asked.get("orderNos") or [], asked.get("serialNos") or []
    if not 1 <= len(numbers) + len(serials) <= MOST_NUMBERS:
        return _reply("E9102", "查询条件有误")
    invoices = world.tax_office.invoices.values()
    found = [each for each in invoices if each.order_no in numbers or each.serial in serials]
    if not found:
        return _reply("E9500", "发票不存在")
    return _reply("E0000", "获取成功", [_result(each, call.base_url) for each in found])


def _result(invoice: TaxInvoice, base_url: str) -> dict[str, Any]:
    status, said = ("2", "开票完成（最终状态）") if invoice.number else ("20", "开票中")
    if invoice.failure:
        status, said = "22", "开票失败（最终状态）"
    return {
        "serialNo": invoice.serial,
        "orderNo": invoice.order_no,
        "status": status,
        "statusMsg": said,
        "failCause": invoice.failure,
        "invoiceNo": invoice.number,
        "allElectronicInvoiceNumber": invoice.number,
        "exTaxAmount": f"{invoice.net:.2f}",
        "taxAmount": f"{invoice.tax:.2f}",
        "payerName": invoice.buyer,
        "payerTaxNo": invoice.buyer_tax_no,
        "pdfUrl": f"{base_url}{NUONUO.mount}/file/{invoice.serial}.pdf" if invoice.number else "",
    }


def _file(world: World, call: Call) -> Reply:
    serial = call.path.removeprefix("/file/").removesuffix(".pdf")
    invoice = next((each for each in world.tax_office.invoices.values() if each.serial == serial), None)
    if invoice is None or not invoice.number:
        return _rejected(call)
    total = invoice.net + invoice.tax
    page = small_pdf([f"Invoice {invoice.number}", f"Amount {total:.2f} CNY, tax {invoice.tax:.2f} CNY"])
    return Reply(page, media_type="application/pdf")


def _token_ended() -> Reply:
    return _reply("070302", "accessToken已过期或无效")


def _session_expired(call: Call) -> Reply:
    if call.path.startswith("/file/"):
        return Reply(b"the link has ended", status=403, media_type="text/plain", outcome="403")
    return _token_ended()


def _throttled(_: Call) -> Reply:
    return json_reply({"code": "429", "describe": "请求过于频繁", "result": None}, status=429, outcome="429")


def _rejected(call: Call) -> Reply:
    if call.path.startswith("/file/"):
        return Reply(b"not found", status=404, media_type="text/plain", outcome="404")
    return _reply("E9103", "购方税号有误")


NUONUO = Partner("nuonuo", "/nuonuo", _operation, _answer, _throttled, _session_expired, _rejected)
