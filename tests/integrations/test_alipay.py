"""Alipay's own SDK: our sandbox takes it as a client, and it verifies what ours sends."""

import asyncio
import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.request.AlipayDataDataserviceBillDownloadurlQueryRequest import (
    AlipayDataDataserviceBillDownloadurlQueryRequest,
)
from alipay.aop.api.util import WebUtils
from alipay.aop.api.util.SignatureUtils import get_sign_content, verify_with_rsa
from bench import Bench
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from samples import DAY, NOON

from sandbox import credentials
from sandbox.bills import BillRow

ROW = BillRow("2026T1", "SO-1", "杯子", NOON, 12_345)


@pytest.fixture
def sdk(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> DefaultAlipayClient:
    """The SDK's client. It cannot speak to an address with a port, so that its connections are opened for it."""
    there = urlsplit(bench.address)

    def connection(url: str, query: str, timeout: float) -> tuple[str, HTTPConnection]:
        return f"{urlsplit(url).path}?{query}", HTTPConnection(str(there.hostname), there.port, timeout=timeout)

    monkeypatch.setattr(WebUtils, "get_http_connection", connection)
    key = load_pem_private_key(credentials.ALIPAY_APP_PRIVATE_KEY.encode(), None)
    config = AlipayClientConfig()
    config.server_url = "http://127.0.0.1/alipay/gateway.do"
    config.app_id = credentials.ALIPAY_APP_ID
    config.app_private_key = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    config.alipay_public_key = credentials.ALIPAY_GATEWAY_PUBLIC_KEY
    return DefaultAlipayClient(config)


async def asked(client: DefaultAlipayClient, day: str) -> Any:
    """The SDK raises unless the answer bears Alipay's signature."""
    request = AlipayDataDataserviceBillDownloadurlQueryRequest()
    request.biz_content = {"bill_type": "trade", "bill_date": day}
    return json.loads(await asyncio.to_thread(client.execute, request))


@pytest.mark.proves("alipay", "alipay-sdk-python", "sandbox")
async def test_the_sdk_is_told_where_the_bill_is(sdk: DefaultAlipayClient, bench: Bench) -> None:
    bench.world.make_bill(DAY, rows=[ROW], from_orders=False)
    told = await asked(sdk, DAY.isoformat())
    assert told["code"] == "10000"
    assert (await bench.http.get(told["bill_download_url"])).content.startswith(b"PK")
    assert (await asked(sdk, "2001-01-01"))["sub_code"] == "isp.bill_not_exist"


@pytest.mark.proves("alipay", "alipay-sdk-python", "client")
async def test_the_sdk_verifies_our_request(bench: Bench) -> None:
    bench.world.make_bill(DAY, rows=[ROW], from_orders=False)
    seen: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        seen.append(request)

    async with httpx.AsyncClient(event_hooks={"request": [note]}) as http:
        (line,) = await bench.partner("alipay", http=http).pull_statement(DAY)
    assert (line.trade_no, line.amount.minor) == ("2026T1", 12_345)
    params = dict(httpx.QueryParams(seen[0].content.decode()))
    signature = params.pop("sign")
    assert verify_with_rsa(credentials.ALIPAY_APP_PUBLIC_KEY, get_sign_content(params).encode(), signature)
    spoilt = get_sign_content(params | {"app_id": "other"}).encode()
    with pytest.raises(Exception, match="Verification failed"):
        verify_with_rsa(credentials.ALIPAY_APP_PUBLIC_KEY, spoilt, signature)
