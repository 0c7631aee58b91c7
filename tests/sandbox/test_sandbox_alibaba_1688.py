"""1688 takes calls of the SDK `open-1688` and answers as its pages say."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlparse

import httpx
import pytest
from aop.api.base import BaseApi
from aop.exceptions import ApiError
from aop.structure import AppInfo

from sandbox import alibaba_1688, credentials
from sandbox.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(hours=20)
TRADE = "com.alibaba.trade/alibaba.trade"
SEND = "com.alibaba.logistics/alibaba.logistics.OpDeliverySendOrder.offline"
DAY = {"modifyStartTime": "20260101080000000+0800", "modifyEndTime": "20260102080000000+0800"}


class GetSellerOrderList(BaseApi):  # type: ignore[misc]  # the SDK is untyped
    """A call as the SDK writes them."""

    def __init__(self, app_info: AppInfo, domain: str) -> None:
        super().__init__(app_info, domain)
        self.page = "1"
        self.pageSize = "50"
        self.modifyStartTime = DAY["modifyStartTime"]
        self.modifyEndTime = DAY["modifyEndTime"]

    def get_api_uri(self) -> str:
        return f"1/{TRADE}.getSellerOrderList"

    def need_sign(self) -> bool:
        return True


@pytest.mark.proves("alibaba_1688", "open-1688", "sandbox")
async def test_the_sdk_reads_orders_over_http(served: str, world: World) -> None:
    made = world.place_orders("alibaba_1688", 30, since=START, until=END)
    domain = f"{urlparse(served).netloc}/alibaba_1688"

    def call(secret: str, token: str) -> Any:
        app = AppInfo(credentials.ALIBABA_1688_APP_KEY, secret)
        return GetSellerOrderList(app, domain).get_response(access_token=token)

    reply = await asyncio.to_thread(call, credentials.ALIBABA_1688_SECRET, credentials.ALIBABA_1688_TOKEN)
    assert reply["totalRecord"] == 30
    assert {each["baseInfo"]["idOfStr"] for each in reply["result"]} == {order["order_no"] for order in made.orders}
    for secret, token, code in (("another", "tok", "gw.SignatureInvalid"), ("test123", "old", "401")):
        with pytest.raises(ApiError) as refused:
            await asyncio.to_thread(call, secret, token)
        assert code in str(vars(refused.value) or refused.value.args)


async def ask(client: httpx.AsyncClient, api: str, **asked: str) -> Any:
    path = f"param2/1/{api}/{credentials.ALIBABA_1688_APP_KEY}"
    params = {**asked, "access_token": credentials.ALIBABA_1688_TOKEN}
    signature = BaseApi.sign(None, path, params, credentials.ALIBABA_1688_SECRET)
    reply = await client.post(f"/alibaba_1688/openapi/{path}", data=params | {"_aop_signature": signature})
    return reply.json()


async def test_the_list_is_newest_first_and_names_no_receiver(client: httpx.AsyncClient, world: World) -> None:
    world.place_orders("alibaba_1688", 30, since=START, until=END)
    pages = [await ask(client, f"{TRADE}.getSellerOrderList", page=str(n), pageSize="20", **DAY) for n in (1, 2)]
    orders = [order for page in pages for order in page["result"]]
    times = [order["baseInfo"]["modifyTime"] for order in orders]
    assert times == sorted(times, reverse=True)
    assert len({order["baseInfo"]["idOfStr"] for order in orders}) == 30
    assert not any("nativeLogistics" in order for order in orders)
    order = orders[0]["baseInfo"]
    viewed = await ask(client, f"{TRADE}.get.sellerView", orderId=order["idOfStr"], webSite="1688")
    assert viewed["result"]["nativeLogistics"]["mobile"]
    items = viewed["result"]["productItems"]
    assert sum(item["itemAmount"] for item in items) + order["shippingFee"] == pytest.approx(order["totalAmount"])


async def test_a_shipment_is_made_once_and_the_bill_is_told_after(client: httpx.AsyncClient, world: World) -> None:
    orders = world.place_orders("alibaba_1688", 20, since=START, until=END).orders
    number = next(order["order_no"] for order in orders if order["status"] == "paid")
    goods = json.dumps([{"sourceId": number, "sendGoodEntries": [{"sourceEntryId": "1", "amount": 1, "weight": 0}]}])
    parcel = json.dumps({"cpCode": "SF", "logisticsCpName": "SF", "mailNo": "SF1"})
    first, second = [await ask(client, SEND, sendGoods=goods, extBody=parcel) for _ in range(2)]
    assert (first["success"], second["success"]) == (True, False)
    viewed = await ask(client, f"{TRADE}.get.sellerView", orderId=number, webSite="1688")
    assert [each["logisticsBillNo"] for each in viewed["result"]["nativeLogistics"]["logisticsItems"]] == ["SF1"]
    assert [effect.key for effect in world.ledger.effects("alibaba_1688", "shipped")] == [number]


@pytest.mark.parametrize(
    ("api", "asked"),
    [
        (f"{TRADE}.getSellerOrderList", {"page": "0", "pageSize": "20"}),
        (f"{TRADE}.getSellerOrderList", {"page": "1", "pageSize": "51"}),
        (f"{TRADE}.getSellerOrderList", {"page": "1", "pageSize": "20", "modifyStartTime": "2026-01-01"}),
        (f"{TRADE}.get.sellerView", {"orderId": "1", "webSite": "1688"}),
        (SEND, {"sendGoods": "[]", "extBody": "{}"}),
    ],
)
async def test_what_it_refuses_in_a_good_reply(client: httpx.AsyncClient, api: str, asked: dict[str, str]) -> None:
    assert (await ask(client, api, **asked))["errorCode"]


async def test_an_interface_that_there_is_not(client: httpx.AsyncClient) -> None:
    assert (await ask(client, "com.alibaba.trade/burn"))["error_code"] == "gw.APIUnsupported"


def test_1688_signs_as_the_official_example() -> None:
    path = "param2/1/system/currentTime/1000000"
    assert alibaba_1688.sign(path, {"b": "2", "a": "1"}, "test123") == "33E54F4F7B989E3E0E912D3FBD2F1A03CA7CCE88"
