"""Requests signed by code that shares nothing with the sandbox: SDKs where there is one, the formula where not."""

import hashlib
import json
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from standardwebhooks import Webhook
from top.api.base import sign as top_sign

from sandbox import credentials

BEIJING = timezone(timedelta(hours=8))


def beijing_now() -> str:
    return datetime.now(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def shop_request(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    *,
    params: dict[str, Any] | None = None,
    body: dict[str, Any] | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> httpx.Request:
    """Signed by the package `standardwebhooks`, with the request line as the first line of the content."""
    content = json.dumps(body).encode() if body is not None else b""
    request = client.build_request(method, path, params=params, content=content)
    moment = at or datetime.now(UTC)
    text = f"{method} {request.url.raw_path.decode()}\n{content.decode()}"
    request.headers["webhook-id"] = "msg_1"
    request.headers["webhook-timestamp"] = str(int(moment.timestamp()))
    request.headers["webhook-signature"] = Webhook(credentials.SHOP_SECRET).sign("msg_1", moment, text)
    if key:
        request.headers["Idempotency-Key"] = key
    return request


def top_params(method: str, **business: Any) -> dict[str, str]:
    """Signed with md5 by the SDK `taobao-openapi`; what is no text goes as JSON, as in the two below."""
    app = credentials.TAOBAO_APP_KEY, credentials.TAOBAO_SESSION, credentials.TAOBAO_APP_SECRET
    return _on_top(*app, method, business)


def cainiao_params(method: str, **business: Any) -> dict[str, str]:
    """Of the application that gets waybills."""
    app = credentials.CAINIAO_APP_KEY, credentials.CAINIAO_SESSION, credentials.CAINIAO_APP_SECRET
    return _on_top(*app, method, business)


def alibaba_com_params(method: str, **business: Any) -> dict[str, str]:
    """Of the application that sells on the international station."""
    app = credentials.ALIBABA_COM_APP_KEY, credentials.ALIBABA_COM_TOKEN, credentials.ALIBABA_COM_SECRET
    return _on_top(*app, method, business)


def _on_top(app_key: str, session: str, secret: str, method: str, business: dict[str, Any]) -> dict[str, str]:
    params = {
        "method": method,
        "app_key": app_key,
        "session": session,
        "timestamp": beijing_now(),
        "v": "2.0",
        "sign_method": "md5",
        "format": "json",
        **{name: value if isinstance(value, str) else json.dumps(value) for name, value in business.items()},
    }
    return params | {"sign": top_sign(secret, params)}


def qimen_params(method: str, body: str, timestamp: str | None = None) -> dict[str, str]:
    """By the formula of the document; no SDK signs the body."""
    params = {
        "method": f"taobao.qimen.{method}",
        "timestamp": timestamp or beijing_now(),
        "format": "xml",
        "app_key": credentials.QIMEN_APP_KEY,
        "v": "2.0",
        "sign_method": "md5",
        "customerId": credentials.QIMEN_CUSTOMER_ID,
    }
    return params | {"sign": qimen_sign(params, body)}


def qimen_sign(params: dict[str, str], body: str) -> str:
    secret = credentials.QIMEN_APP_SECRET
    text = "".join(f"{key}{value}" for key, value in sorted(params.items()) if key != "sign")
    return hashlib.md5((secret + text + body + secret).encode()).hexdigest().upper()  # noqa: S324 - the protocol


def alipay_params(**changes: str) -> dict[str, str]:
    """RSA2 by `cryptography` over the sorted parameters."""
    params = {
        "app_id": credentials.ALIPAY_APP_ID,
        "method": "alipay.data.dataservice.bill.downloadurl.query",
        "format": "JSON",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": beijing_now(),
        "version": "1.0",
        "biz_content": '{"bill_type":"trade","bill_date":"2026-01-01"}',
        **changes,
    }
    content = "&".join(f"{key}={value}" for key, value in sorted(params.items()))
    key = load_pem_private_key(credentials.ALIPAY_APP_PRIVATE_KEY.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return params | {"sign": b64encode(key.sign(content.encode(), PKCS1v15(), SHA256())).decode()}


def weather_token(**claims: Any) -> str:
    """By PyJWT; QWeather wants no `typ`."""
    issued = int(time.time()) - 30
    payload = {"sub": credentials.QWEATHER_PROJECT_ID, "iat": issued, "exp": issued + 900, **claims}
    headers = {"kid": credentials.QWEATHER_KEY_ID, "typ": None}
    return jwt.encode(payload, credentials.QWEATHER_PRIVATE_KEY, "EdDSA", headers)
