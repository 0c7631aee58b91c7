"""The sandbox's Nuonuo: the SDK's own client is accepted, and it refuses as Nuonuo does."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from nuonuo import Nuonuo

from sandbox import credentials
from sandbox.small_pdf import small_pdf
from sandbox.world import World

NOON = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
LINE = {
    "goodsName": "保温杯", "num": "1", "price": "113", "taxRate": "0.13", "withTaxFlag": "1",
    "taxIncludedAmount": "113.00", "taxExcludedAmount": "100.00", "tax": "13.00", "invoiceLineProperty": "0",
}  # fmt: skip
ORDER = {
    "orderNo": "SO1-1", "buyerName": "测试公司", "buyerTaxNum": "91330106MA2B2ABCDN",
    "salerTaxNum": credentials.NUONUO_TAX_NO, "salerTel": "021", "salerAddress": "上海", "clerk": "王",
    "invoiceDate": "2026-05-04 12:00:00", "invoiceType": "1", "invoiceLine": "pc", "invoiceDetail": [LINE],
}  # fmt: skip


@pytest.fixture
def sdk(served: str) -> Iterator[Nuonuo]:
    """The SDK's client. It takes only https, so its addresses are changed after it has looked at them."""
    with Nuonuo(
        credentials.NUONUO_APP_KEY, credentials.NUONUO_APP_SECRET, tax_number=credentials.NUONUO_TAX_NO
    ) as client:
        client.base_url = f"{served}/nuonuo/open/v1/services"
        client.token_url = f"{served}/nuonuo/accessToken"
        yield client


async def request(client: Nuonuo, **changes: Any) -> Any:
    return await asyncio.to_thread(client.nst.issue, ORDER | changes)


async def state(client: Nuonuo) -> Any:
    found = await asyncio.to_thread(client.nst.query, order_nos=["SO1-1"])
    return found["result"] and found["result"][0]["status"]


@pytest.mark.proves("nuonuo", "nuonuo-sdk", "sandbox")
async def test_the_sdk_gets_an_invoice(sdk: Nuonuo, world: World) -> None:
    world.set_now(NOON)
    await asyncio.to_thread(sdk.get_merchant_token)
    assert await state(sdk) is None
    asked = await request(sdk)
    assert asked["code"] == "E0000"
    assert (await request(sdk))["code"] == "E9106"
    assert await state(sdk) == "20"
    world.set_now(NOON + timedelta(minutes=1))
    assert await state(sdk) == "2"
    found = await asyncio.to_thread(sdk.nst.query, serial_nos=[asked["result"]["invoiceSerialNum"]])
    (invoice,) = found["result"]
    assert (invoice["exTaxAmount"], invoice["taxAmount"]) == ("100.00", "13.00")
    assert len(invoice["allElectronicInvoiceNumber"]) == 20
    async with httpx.AsyncClient() as plain:
        file = await plain.get(invoice["pdfUrl"])
    assert file.headers["content-type"] == "application/pdf"
    assert invoice["invoiceNo"].encode() in file.content


async def test_one_that_is_refused_is_never_issued(sdk: Nuonuo, world: World) -> None:
    world.set_now(NOON)
    await asyncio.to_thread(sdk.get_merchant_token)
    await request(sdk)
    world.refuse_invoice("SO1-1", "购方税号不存在")
    world.set_now(NOON + timedelta(days=1))
    assert await state(sdk) == "22"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"buyerName": ""}, "E9101"),
        ({"salerTaxNum": "1"}, "E9102"),
        ({"orderNo": "S" * 64, "invoiceDetail": [LINE | {"tax": "12.93", "taxExcludedAmount": "100.07"}]}, "E9103"),
        ({"invoiceDetail": [LINE | {"tax": "12.94", "taxExcludedAmount": "100.06"}]}, "E0000"),
        ({"invoiceDetail": [LINE | {"tax": "12.99"}]}, "E9103"),
        ({"invoiceDetail": [LINE | {"taxRate": "x"}]}, "E9103"),
    ],
)
async def test_what_the_tax_office_checks(sdk: Nuonuo, world: World, changes: dict[str, Any], code: str) -> None:
    await asyncio.to_thread(sdk.get_merchant_token)
    assert (await request(sdk, **changes))["code"] == code


async def test_another_key_signature_or_token_is_refused(sdk: Nuonuo, world: World) -> None:
    await asyncio.to_thread(sdk.get_merchant_token)
    world.tax_office.current_token(renew=True)
    assert (await request(sdk))["code"] == "070302"
    sdk._app_secret = "another"
    assert (await request(sdk))["code"] == "070601"
    sdk.app_key = "another"
    assert (await request(sdk))["code"] == "070101"
    assert world.ledger.effects("nuonuo") == []


def test_the_file_is_a_pdf_whose_references_hold() -> None:
    file = small_pdf(["Invoice (1)"])
    start = int(file.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    rows = file[start:].split(b"\n")[3:8]
    assert [file[int(row[:10]) :].split(b"\n", 1)[0] for row in rows] == [b"%d 0 obj" % n for n in range(1, 6)]
