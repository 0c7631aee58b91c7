"""UnionPay's file download (partners.md §21): a form POST, signed by the merchant; the reply brings its certificate.

The reply is `k=v` joined by `&`, not percent-encoded. 98 stands for a day without trades and for one that is not ready.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from sandbox.clock import BEIJING
from sandbox.credentials import (
    UNIONPAY_CERT_ID,
    UNIONPAY_MERCHANT_ID,
    UNIONPAY_MERCHANT_PUBLIC_KEY,
    UNIONPAY_SIGN_CERTIFICATE,
    UNIONPAY_SIGN_PRIVATE_KEY,
)
from sandbox.exchange import Call, Partner, Reply
from sandbox.union_pay_file import packed_file

if TYPE_CHECKING:
    from sandbox.world import World

_FIXED = {
    "version": "5.1.0",
    "encoding": "UTF-8",
    "signMethod": "01",
    "txnType": "76",
    "txnSubType": "01",
    "bizType": "000000",
    "accessType": "0",
    "fileType": "00",
}
_WORDS = {
    "00": "成功",
    "01": "交易失败",
    "10": "报文格式错误",
    "11": "验证签名失败",
    "13": "报文交易要素缺失",
    "31": "商户状态不正确",
    "98": "文件不存在",
}


def digest(params: Mapping[str, str]) -> str:
    """What is signed: SHA-256 in lower hex of the sorted, non-empty pairs."""
    text = "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "signature" and params[name])
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(world: World, call: Call) -> Reply:
    params = call.form
    if not all(params.get(name) for name in ("signature", "certId", "merId", "settleDate", "txnTime")):
        return _reply(params, "13")
    if any(params.get(name) != value for name, value in _FIXED.items()):
        return _reply(params, "10")
    if params["merId"] != UNIONPAY_MERCHANT_ID:
        return _reply(params, "31")
    try:
        if params["certId"] != UNIONPAY_CERT_ID:
            raise InvalidSignature
        _merchant_key().verify(b64decode(params["signature"]), digest(params).encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return _reply(params, "11")
    day = _day(world, params["settleDate"])
    if day is None:
        return _reply(params, "98")
    name = f"{UNIONPAY_MERCHANT_ID}_{day:%Y%m%d}.zip"
    return _reply(params, "00", fileName=name, fileContent=packed_file(day, world.bills.days[day]))


def _day(world: World, settled: str) -> date | None:
    """The latest made day of that date that had trades; UnionPay writes no year."""
    days = (day for day, rows in world.bills.days.items() if rows and f"{day:%m%d}" == settled)
    return max(days, default=None)


def _reply(params: Mapping[str, str], code: str, **more: str) -> Reply:
    content = {
        **_FIXED,
        "merId": params.get("merId", ""),
        "settleDate": params.get("settleDate", ""),
        "txnTime": params.get("txnTime") or f"{datetime.now(UTC).astimezone(BEIJING):%Y%m%d%H%M%S}",
        "respCode": code,
        "respMsg": _WORDS[code],
        "signPubKeyCert": UNIONPAY_SIGN_CERTIFICATE,
        **more,
    }
    signature = _sign_key().sign(digest(content).encode(), PKCS1v15(), SHA256())
    text = "&".join(
        f"{name}={value}" for name, value in [*content.items(), ("signature", b64encode(signature).decode())]
    )
    return Reply(text.encode(), media_type="text/html; charset=UTF-8", outcome="ok" if code == "00" else code)


@cache
def _merchant_key() -> RSAPublicKey:
    key = load_pem_public_key(UNIONPAY_MERCHANT_PUBLIC_KEY.encode())
    if not isinstance(key, RSAPublicKey):
        raise TypeError("the merchant's key is not RSA")
    return key


@cache
def _sign_key() -> RSAPrivateKey:
    key = load_pem_private_key(UNIONPAY_SIGN_PRIVATE_KEY.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("UnionPay's key is not RSA")
    return key


def _throttled(_: Call) -> Reply:
    # The source names no code of UnionPay's own for this.
    return Reply(b"too many requests", 429, "text/plain", outcome="429")


def _token_expired(call: Call) -> Reply:
    return _reply(call.form, "31")


def _rejected(call: Call) -> Reply:
    return _reply(call.form, "01")


UNION_PAY = Partner("union_pay", "/unionpay", lambda _: "file", _answer, _throttled, _token_expired, _rejected)
