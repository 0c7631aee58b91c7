"""WeChat Pay API v3 (partners.md §19): the trade bill, its download, and notifications.

    GET /v3/bill/tradebill        STATEMENT_CREATING before the day is made, NO_STATEMENT_EXIST for one without trades
    GET /v3/billdownload/file     for five minutes; not signed in return

Requests are signed by the merchant, replies and notifications with the platform's key `PUB_KEY_ID_…`.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from sandbox.bills import BillRow
from sandbox.clock import BEIJING
from sandbox.credentials import (
    WECHAT_API_V3_KEY,
    WECHAT_MERCHANT_ID,
    WECHAT_MERCHANT_PUBLIC_KEY,
    WECHAT_MERCHANT_SERIAL,
    WECHAT_PLATFORM_KEY_ID,
    WECHAT_PLATFORM_PRIVATE_KEY,
)
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.hub import Message
from sandbox.wechat_pay_bill import trade_bill

if TYPE_CHECKING:
    from sandbox.world import World

SCHEME = "WECHATPAY2-SHA256-RSA2048"
SKEW = timedelta(minutes=5)
LINK_LIFETIME = timedelta(minutes=5)
_FIELD = re.compile(r'(\w+)="([^"]*)"')


def _failed(status: int, code: str, message: str) -> Refused:
    return Refused(json_reply({"code": code, "message": message}, status=status, outcome=code))


def _operation(call: Call) -> str:
    return {"/bill/tradebill": "tradebill", "/billdownload/file": "download"}.get(call.path, "unknown")


def _answer(world: World, call: Call) -> Reply:
    _check(call)
    if _operation(call) == "download":
        return _download(world, call)
    if _operation(call) != "tradebill" or call.method != "GET":
        raise _failed(404, "RESOURCE_NOT_EXISTS", "请求的资源不存在")
    return _signed(_bill(world, call))


def _check(call: Call) -> None:
    scheme, _, rest = call.headers.get("authorization", "").partition(" ")
    stated = dict(_FIELD.findall(rest))
    wrong = _failed(401, "SIGN_ERROR", "错误的签名，验签失败")
    if scheme != SCHEME or stated.get("mchid") != WECHAT_MERCHANT_ID:
        raise wrong
    if stated.get("serial_no") != WECHAT_MERCHANT_SERIAL or not stated.get("timestamp", "").isdecimal():
        raise wrong
    if abs(datetime.now(UTC).timestamp() - int(stated["timestamp"])) > SKEW.total_seconds():
        raise wrong
    text = f"{call.method}\n{call.target}\n{stated['timestamp']}\n{stated.get('nonce_str')}\n{call.body.decode()}\n"
    try:
        _merchant_key().verify(b64decode(stated.get("signature", "")), text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError) as error:
        raise wrong from error


def _bill(world: World, call: Call) -> Reply:
    try:
        day = date.fromisoformat(call.query.get("bill_date", ""))
    except ValueError as error:
        raise _failed(400, "PARAM_ERROR", "账单日期格式错误") from error
    if call.query.get("bill_type", "ALL") != "ALL":
        raise _failed(400, "PARAM_ERROR", "沙箱仅提供ALL账单")
    if day not in world.bills.days:
        raise _failed(400, "STATEMENT_CREATING", "账单生成中")
    rows = world.bills.days[day]
    if not rows:
        raise _failed(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    token = secrets.token_hex(16)
    world.bills.codes[token] = (day, world.clock.now())
    packing = "&tartype=gzip" if call.query.get("tar_type") == "GZIP" else ""
    return json_reply(
        {
            "hash_type": "SHA1",
            "hash_value": hashlib.sha1(trade_bill(rows)).hexdigest(),
            "download_url": f"{call.base_url}/v3/billdownload/file?token={token}{packing}",
        }
    )


def _download(world: World, call: Call) -> Reply:
    day, issued_at = world.bills.codes.get(call.query.get("token", ""), (None, None))
    if day is None or issued_at is None or world.clock.now() - issued_at > LINK_LIFETIME:
        raise _failed(400, "INVALID_REQUEST", "下载链接已失效")
    packed = call.query.get("tartype") == "gzip"
    return Reply(trade_bill(world.bills.days[day], packed=packed), media_type="application/octet-stream")


def _headers(body: bytes, now: datetime) -> dict[str, str]:
    stamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    signature = _platform_key().sign(f"{stamp}\n{nonce}\n".encode() + body + b"\n", PKCS1v15(), SHA256())
    return {
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": WECHAT_PLATFORM_KEY_ID,
        "Wechatpay-Signature": b64encode(signature).decode(),
        "Wechatpay-Signature-Type": SCHEME,
    }


def _signed(reply: Reply) -> Reply:
    return replace(reply, headers=_headers(reply.body, datetime.now(UTC)))


def notification(row: BillRow, now: datetime) -> Message:
    """What WeChat tells of a payment, or of a refund for a negative row."""
    local = row.paid_at.astimezone(BEIJING).isoformat(timespec="seconds")
    content = {
        "mchid": WECHAT_MERCHANT_ID,
        "out_trade_no": row.merchant_order_no,
        "transaction_id": row.trade_no,
        "success_time": local,
    }
    if row.amount_fen < 0:
        event = "REFUND.SUCCESS"
        content |= {"refund_id": row.refund_no, "out_refund_no": f"M{row.refund_no}", "refund_status": "SUCCESS"}
        amount: dict[str, object] = {"total": -row.amount_fen, "refund": -row.amount_fen}
    else:
        event = "TRANSACTION.SUCCESS"
        content |= {"trade_state": "SUCCESS", "trade_type": "JSAPI"}
        amount = {"total": row.amount_fen, "payer_total": row.amount_fen, "currency": "CNY"}
    nonce, kind = secrets.token_hex(6), event.partition(".")[0].lower()
    opened = json.dumps(content | {"amount": amount}, ensure_ascii=False).encode()
    sealed = AESGCM(WECHAT_API_V3_KEY.encode()).encrypt(nonce.encode(), opened, kind.encode())
    body = json.dumps(
        {
            "id": f"EV-{hashlib.sha256(opened).hexdigest()[:32]}",
            "create_time": local,
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": "支付成功" if row.amount_fen >= 0 else "退款成功",
            "resource": {
                "original_type": kind,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": b64encode(sealed).decode(),
                "associated_data": kind,
                "nonce": nonce,
            },
        },
        ensure_ascii=False,
    ).encode()
    return Message("/webhooks/wechat_pay", body, {**_headers(body, now), "content-type": "application/json"})


@cache
def _merchant_key() -> RSAPublicKey:
    key = load_pem_public_key(WECHAT_MERCHANT_PUBLIC_KEY.encode())
    if not isinstance(key, RSAPublicKey):
        raise TypeError("the merchant's key is not RSA")
    return key


@cache
def _platform_key() -> RSAPrivateKey:
    key = load_pem_private_key(WECHAT_PLATFORM_PRIVATE_KEY.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the platform's key is not RSA")
    return key


def _throttled(_: Call) -> Reply:
    return _failed(429, "FREQUENCY_LIMITED", "频率超限").reply


def _token_expired(_: Call) -> Reply:
    return _failed(403, "NO_AUTH", "商户证书已失效").reply


def _rejected(_: Call) -> Reply:
    return _failed(400, "INVALID_REQUEST", "仅支持下载三个月内的账单").reply


# Mounted at its real path: the signature covers the path, and an SDK cannot be told of another.
WECHAT_PAY = Partner("wechat_pay", "/v3", _operation, _answer, _throttled, _token_expired, _rejected)
