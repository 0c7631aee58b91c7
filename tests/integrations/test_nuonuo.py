"""Nuonuo's token is asked for once however many calls need it, and what is refused has its class."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from bench import Bench
from nuonuo.signing import sign as sdk_sign
from peers import peer
from samples import HOSTILE, invoice_request

from integrations.errors import Misconfigured, PartnerError, Rejected, Unavailable
from integrations.nuonuo import sign
from sandbox.credentials import NUONUO_APP_SECRET
from sandbox.faults import Fault, FaultKind

VECTOR = ("testappsecret", "testappkey", "0123456789abcdef0123456789abcdef", "12345678")
BODY = '{"order":{"orderNo":"SO2024010001","buyerName":"测试公司"}}'


def partner(bench: Bench, **changes: Any) -> Any:
    return bench.partner("nuonuo", settings=peer("nuonuo").settings(bench.address) | changes)


@pytest.mark.proves("nuonuo", "vector", "client")
def test_nuonuo_signs_as_the_vector_and_the_sdk() -> None:
    assert sign(*VECTOR, "1700000000", BODY) == "8W59fP8fAJ+eZjEU5YGyn4Tzalg="
    assert sign(*VECTOR, "1700000000", HOSTILE) == sdk_sign(*VECTOR, HOSTILE, "1700000000")


@pytest.mark.proves("nuonuo", "nuonuo-sdk", "client")
async def test_what_is_sent_is_signed_as_the_sdk_would(bench: Bench) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/accessToken":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 86_400})
        seen.append(request)
        return httpx.Response(200, json={"code": "E0000", "result": {"invoiceSerialNum": "1"}})

    settings = peer("nuonuo").settings("https://open.nuonuo.com") | {"token_url": "https://open.nuonuo.com/accessToken"}
    await bench.replying("nuonuo", answer, settings).request_invoice(invoice_request())
    (request,) = seen
    query = request.url.params
    expected = sdk_sign(
        NUONUO_APP_SECRET, query["appkey"], query["senid"], query["nonce"], request.content.decode(), query["timestamp"]
    )
    assert request.headers["x-nuonuo-sign"] == expected
    assert request.headers["accesstoken"] == "t"


async def test_an_ended_token_is_asked_for_once_however_many_wait(bench: Bench) -> None:
    client = partner(bench)
    await client.request_invoice(invoice_request("SO-0-1"))
    bench.world.tax_office.expire_token()
    await asyncio.gather(*(client.request_invoice(invoice_request(f"SO-{n}-1")) for n in range(1, 9)))
    assert len(bench.effects("nuonuo")) == 9
    assert bench.world.requests.total("nuonuo", "token") == 2


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    ("kind", "expected"),
    [(FaultKind.DROP_REPLY, Unavailable), (FaultKind.HTML_200, Unavailable), (FaultKind.EMPTY_JSON, Unavailable)],
)
async def test_without_a_token_nothing_has_been_done(bench: Bench, kind: FaultKind, expected: type) -> None:
    bench.world.add_fault(Fault("nuonuo", "token", kind, times=None))
    with pytest.raises(expected) as caught:
        await partner(bench).request_invoice(invoice_request())
    assert not getattr(caught.value, "outcome_unknown", False)
    assert bench.effects("nuonuo") == []


async def test_a_wrong_secret_stops_the_partner(bench: Bench) -> None:
    with pytest.raises(Misconfigured) as caught:
        await partner(bench, app_secret="x" + NUONUO_APP_SECRET).request_invoice(invoice_request())
    assert caught.value.code == "070304"


@pytest.mark.parametrize(("code", "expected"), [("070601", Misconfigured), ("070306", Misconfigured), ("E9", Rejected)])
async def test_a_refused_call_has_its_class_and_shows_no_token(
    bench: Bench, code: str, expected: type[PartnerError]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("accessToken"):
            return httpx.Response(200, json={"access_token": "q9Zx-token", "expires_in": 0})
        return httpx.Response(200, json={"code": code, "describe": f"you sent {request.headers['accessToken']}"})

    with pytest.raises(expected, match=r"you sent \*\*\*"):
        await bench.replying("nuonuo", answer).request_invoice(invoice_request())


async def test_an_invoice_in_another_currency_is_not_asked_for(bench: Bench) -> None:
    with pytest.raises(Rejected, match="CNY"):
        await partner(bench).request_invoice(replace(invoice_request(), currency="USD"))
    assert bench.world.requests.total("nuonuo") == 0


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": "77"}, "77"),
        ({"invoiceNo": "18757776"}, "20 digits"),
        ({"pdfUrl": None}, "pdfUrl"),
        ({"pdfUrl": "file:///etc/passwd"}, "pdfUrl"),
        ({"taxAmount": "0.125"}, "decimals"),
    ],
)
async def test_an_invoice_that_lacks_anything_is_not_taken_for_issued(
    bench: Bench, changes: dict[str, Any], why: str
) -> None:
    issued = {
        "serialNo": "1", "orderNo": "SO-1-1", "status": "2", "invoiceNo": "26312000000012345678",
        "exTaxAmount": "0.95", "taxAmount": "0.05", "pdfUrl": "https://inv.jss.com.cn/fp2/x.pdf",
    }  # fmt: skip

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("accessToken"):
            return httpx.Response(200, json={"access_token": "57f"})
        return httpx.Response(200, json={"code": "E0000", "result": [issued | changes]})

    with pytest.raises(Unavailable, match=why):
        await bench.replying("nuonuo", answer).find_invoice("SO-1-1")
