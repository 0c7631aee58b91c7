"""Alipay: RSA2 both ways, a link of 30 seconds, a bill in the provider's own layout."""

import csv
import io
import json
import zipfile
from base64 import b64decode
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from signed_requests import alipay_params

from sandbox.alipay import sign_content
from sandbox.bills import Distortion
from sandbox.credentials import ALIPAY_GATEWAY_PUBLIC_KEY
from sandbox.world import World

PATH = "/alipay/gateway.do"
NODE = "alipay_data_dataservice_bill_downloadurl_query_response"
DAY = date(2026, 1, 1)
START = datetime(2025, 12, 31, 16, tzinfo=UTC)


def verify(text: str) -> None:
    """Over the raw substring of the node, as the document says. Raises ``InvalidSignature``."""
    node = text[text.index(":") + 1 : text.rindex(',"sign"')]
    key = load_pem_public_key(ALIPAY_GATEWAY_PUBLIC_KEY.encode())
    assert isinstance(key, RSAPublicKey)
    key.verify(b64decode(json.loads(text)["sign"]), node.encode(), PKCS1v15(), SHA256())


async def download(client: httpx.AsyncClient) -> dict[str, str]:
    """The texts of the bill's files by name."""
    reply = (await client.post(PATH, data=alipay_params())).json()[NODE]
    assert reply["code"] == "10000"
    packed = await client.get(reply["bill_download_url"])
    with zipfile.ZipFile(io.BytesIO(packed.content), metadata_encoding="gbk") as archive:
        return {name: archive.read(name).decode("gbk") for name in archive.namelist()}


def rows_of(detail: str) -> list[dict[str, str]]:
    lines = detail.splitlines()
    start = next(i for i, line in enumerate(lines) if "业务明细列表--" in line) + 1
    end = next(i for i, line in enumerate(lines) if "业务明细列表结束" in line)
    return [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(lines[start:end])]


def test_the_signed_text_is_the_documents_example() -> None:
    params = {
        "app_id": "2021",
        "biz_content": '{"bill_type":"trade","bill_date":"2024-01-01"}',
        "charset": "utf-8",
        "format": "JSON",
        "method": "alipay.data.dataservice.bill.downloadurl.query",
        "sign_type": "RSA2",
        "timestamp": "2024-01-02 03:04:05",
        "version": "1.0",
        "notify_url": "",
        "sign": "x",
    }
    assert sign_content(params) == (
        'app_id=2021&biz_content={"bill_type":"trade","bill_date":"2024-01-01"}&charset=utf-8&format=JSON'
        "&method=alipay.data.dataservice.bill.downloadurl.query&sign_type=RSA2"
        "&timestamp=2024-01-02 03:04:05&version=1.0"
    )


async def test_replies_are_signed_over_their_raw_text(client: httpx.AsyncClient, world: World) -> None:
    world.place_orders("shop", 3, since=START, until=START + timedelta(hours=20))
    world.make_bill(DAY)
    text = (await client.post(PATH, data=alipay_params())).text
    verify(text)
    with pytest.raises(InvalidSignature):
        verify(text.replace("Success", "success"))


async def test_the_bill_lists_the_paid_orders_of_the_day_and_adds_up(client: httpx.AsyncClient, world: World) -> None:
    orders = [
        *world.place_orders("shop", 60, since=START, until=START + timedelta(days=2)).orders,
        *world.place_orders("taobao", 20, since=START, until=START + timedelta(hours=23)).orders,
    ]
    end = START + timedelta(days=1)
    paid = [o for o in orders if o["paid_at"] and datetime.fromisoformat(o["paid_at"]) < end]
    world.make_bill(DAY)
    files = await download(client)
    detail = next(text for name, text in files.items() if name.endswith("_业务明细.csv"))
    rows = rows_of(detail)
    amounts = {row["商户订单号"].removeprefix("T200P"): row["订单金额（元）"] for row in rows}
    assert amounts == {o["order_no"]: o["amount"] for o in paid}
    assert len({row["支付宝交易号"] for row in rows}) == len(rows)
    total = sum(Decimal(row["商家实收（元）"]) for row in rows)
    assert f"#交易合计：{len(rows)}笔，商家实收共{total}元" in detail
    assert next(iter(rows[0])) == "支付宝交易号"
    assert len(rows[0]) == 25
    summary = next(text for name, text in files.items() if name.endswith("(汇总).csv"))
    assert str(total) in summary


async def test_distortions_strike_known_rows(client: httpx.AsyncClient, world: World) -> None:
    made = world.place_orders("shop", 10, since=START, until=START + timedelta(hours=20))
    struck = world.make_bill(DAY, distortions=list(Distortion))
    rows = rows_of(next(iter((await download(client)).values())))
    amounts = {o["order_no"]: Decimal(o["amount"]) for o in made.orders}
    by_number = {row["商户订单号"]: Decimal(row["订单金额（元）"]) for row in rows if row["业务类型"] == "交易"}
    wrong = struck[Distortion.WRONG_AMOUNT]
    assert by_number[wrong] == amounts[wrong] + 1
    assert struck[Distortion.UNKNOWN_ORDER] not in amounts
    (refund,) = [row for row in rows if row["业务类型"] == "退款"]
    assert refund["商户订单号"] == struck[Distortion.REFUND]
    assert Decimal(refund["订单金额（元）"]) == -amounts[struck[Distortion.REFUND]]
    assert [row["支付宝交易号"] for row in rows].count(refund["支付宝交易号"]) == 2
    assert refund["退款批次号/请求号"]


async def test_the_link_ends_after_thirty_seconds(client: httpx.AsyncClient, world: World) -> None:
    world.set_now(START)
    world.place_orders("shop", 3, since=START, until=START + timedelta(hours=20))
    world.make_bill(DAY)
    url = (await client.post(PATH, data=alipay_params())).json()[NODE]["bill_download_url"]
    world.set_now(START + timedelta(seconds=30))
    assert (await client.get(url)).status_code == 200
    world.set_now(START + timedelta(seconds=31))
    assert (await client.get(url)).status_code == 403


async def test_a_day_without_payments_has_no_bill_data(client: httpx.AsyncClient, world: World) -> None:
    world.make_bill(DAY)
    reply = (await client.post(PATH, data=alipay_params())).json()[NODE]
    assert (reply["code"], reply["sub_code"]) == ("40004", "NO_BILL_DATA")


@pytest.mark.parametrize(
    ("changes", "after", "sub_code"),
    [
        ({}, {}, "isp.bill_not_exist"),
        ({"biz_content": "{}"}, {}, "INVAILID_ARGUMENTS"),
        ({"sign_type": "RSA"}, {}, "isv.invalid-signature-type"),
        ({"timestamp": "now"}, {}, "isv.invalid-timestamp"),
        ({"app_id": "1"}, {}, "isv.invalid-app-id"),
        ({}, {"version": "2.0"}, "isv.invalid-signature"),
        ({}, {"sign": "AAAA"}, "isv.invalid-signature"),
        ({}, {"sign": ""}, "isv.missing-sign"),
    ],
)
async def test_refusals_are_signed_too(
    client: httpx.AsyncClient, changes: dict[str, str], after: dict[str, str], sub_code: str
) -> None:
    text = (await client.post(PATH, data=alipay_params(**changes) | after)).text
    verify(text)
    assert json.loads(text)[NODE]["sub_code"] == sub_code
