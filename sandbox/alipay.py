"""Alipay's open platform, as far as the merchant's bill needs it (partners.md §20).

    POST /alipay/gateway.do      alipay.data.dataservice.bill.downloadurl.query, RSA2 over the sorted parameters
    GET  /alipay/bill/download   the zip, for 30 seconds

The reply node is signed with the sandbox's own key over its raw text.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from sandbox.alipay_bill import bill_zip
from sandbox.clock import from_beijing_text
from sandbox.credentials import ALIPAY_APP_ID, ALIPAY_APP_PUBLIC_KEY, ALIPAY_GATEWAY_PRIVATE_KEY
from sandbox.exchange import Call, Partner, Reply

if TYPE_CHECKING:
    from sandbox.world import World

METHOD = "alipay.data.dataservice.bill.downloadurl.query"
LINK_LIFETIME = timedelta(seconds=30)
_DOWNLOAD = "/bill/download"
_REQUIRED = ("app_id", "method", "charset", "sign_type", "timestamp", "version", "sign")


class _GatewayError(Exception):
    """A refusal with Alipay's codes."""

    def __init__(self, code: str, msg: str, sub_code: str, sub_msg: str) -> None:
        super().__init__(sub_code)
        self.node = {"code": code, "msg": msg, "sub_code": sub_code, "sub_msg": sub_msg}


def sign_content(params: Mapping[str, str]) -> str:
    """What RSA2 signs: the non-empty parameters but `sign`, sorted, as `k=v` joined by `&`."""
    return "&".join(f"{key}={params[key]}" for key in sorted(params) if key != "sign" and params[key])


def _operation(call: Call) -> str:
    if call.path == _DOWNLOAD:
        return "bill-download"
    return _params(call).get("method", "unknown").removeprefix("alipay.")


def _params(call: Call) -> dict[str, str]:
    return {**call.query, **call.form}


def _node_name(params: Mapping[str, str]) -> str:
    return params.get("method", "error").replace(".", "_") + "_response"


def _answer(world: World, call: Call) -> Reply:
    if call.path == _DOWNLOAD:
        return _download(world, call.query.get("code", ""))
    params = _params(call)
    name = _node_name(params)
    try:
        _check(params)
        return _signed(name, _bill_link(world, call, params), "ok")
    except _GatewayError as error:
        return _signed(name, error.node, error.node["sub_code"])


def _check(params: Mapping[str, str]) -> None:
    def invalid(sub_code: str, sub_msg: str) -> _GatewayError:
        return _GatewayError("40002", "Invalid Arguments", sub_code, sub_msg)

    for name in _REQUIRED:
        if not params.get(name):
            raise _GatewayError("40001", "Missing Required Arguments", f"isv.missing-{name}", f"缺少参数 {name}")
    if params["app_id"] != ALIPAY_APP_ID:
        raise invalid("isv.invalid-app-id", "无效的AppID参数")
    if params["sign_type"] != "RSA2":
        raise invalid("isv.invalid-signature-type", "无效的签名类型")
    try:
        _public_key().verify(b64decode(params["sign"]), sign_content(params).encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError) as error:
        raise invalid("isv.invalid-signature", "验签出错，建议检查签名字符串或签名私钥") from error
    try:
        from_beijing_text(params["timestamp"])
    except ValueError as error:
        raise invalid("isv.invalid-timestamp", "非法的时间戳参数") from error
    if params["method"] != METHOD:
        raise invalid("isv.invalid-method", "不存在的方法名")


def _invalid_arguments() -> _GatewayError:
    return _GatewayError("40004", "Business Failed", "INVAILID_ARGUMENTS", "入参不合法")


def _bill_link(world: World, call: Call, params: Mapping[str, str]) -> dict[str, Any]:
    try:
        wanted = json.loads(params.get("biz_content", "{}"))
        day = date.fromisoformat(wanted["bill_date"])
    except (ValueError, KeyError, TypeError) as error:
        raise _invalid_arguments() from error
    if wanted.get("bill_type") != "trade":
        raise _invalid_arguments()
    if day not in world.bills.days:
        raise _GatewayError("40004", "Business Failed", "isp.bill_not_exist", "账单不存在")
    if not world.bills.days[day]:
        raise _GatewayError("40004", "Business Failed", "NO_BILL_DATA", "当日无账单数据")
    code = secrets.token_hex(16)
    world.bills.codes[code] = (day, world.clock.now())
    return {
        "code": "10000",
        "msg": "Success",
        "bill_download_url": f"{call.base_url}/alipay{_DOWNLOAD}?code={code}",
        "bill_file_code": code,
    }


def _download(world: World, code: str) -> Reply:
    day, issued_at = world.bills.codes.get(code, (None, None))
    if day is None or issued_at is None or world.clock.now() - issued_at > LINK_LIFETIME:
        return Reply("下载链接已失效".encode(), 403, "text/html; charset=utf-8", outcome="link-expired")
    return Reply(bill_zip(day, world.bills.days[day], world.clock.now()), media_type="application/zip")


def _signed(name: str, node: Mapping[str, Any], outcome: str) -> Reply:
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    signature = b64encode(_private_key().sign(text.encode(), PKCS1v15(), SHA256())).decode()
    return Reply(f'{{"{name}":{text},"sign":"{signature}"}}'.encode(), outcome=outcome)


@cache
def _public_key() -> RSAPublicKey:
    key = load_pem_public_key(ALIPAY_APP_PUBLIC_KEY.encode())
    if not isinstance(key, RSAPublicKey):
        raise TypeError("the app's key is not RSA")
    return key


@cache
def _private_key() -> RSAPrivateKey:
    key = load_pem_private_key(ALIPAY_GATEWAY_PRIVATE_KEY.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the gateway's key is not RSA")
    return key


def _throttled(call: Call) -> Reply:
    node = {"code": "40005", "msg": "Call Limited", "sub_code": "isv.app-call-limited", "sub_msg": "调用频率超限"}
    return _signed(_node_name(_params(call)), node, "isv.app-call-limited")


def _token_expired(call: Call) -> Reply:
    node = {
        "code": "20001",
        "msg": "Insufficient Token Permissions",
        "sub_code": "aop.app-auth-token-time-out",
        "sub_msg": "应用授权令牌已过期",
    }
    return _signed(_node_name(_params(call)), node, "aop.app-auth-token-time-out")


def _rejected(call: Call) -> Reply:
    node = _invalid_arguments().node
    return _signed(_node_name(_params(call)), node, node["sub_code"])


ALIPAY = Partner("alipay", "/alipay", _operation, _answer, _throttled, _token_expired, _rejected)
