"""JD takes calls of the SDK `jd-sdk` and answers in JOS's forms."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlparse

import httpx
import jd
import pytest
from jd.api.base import RestApi
from jd.api.base import sign as sdk_sign
from signed_requests import BEIJING, beijing_now

from sandbox import credentials
from sandbox import jd as jos
from sandbox.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(hours=20)
FIELDS = "orderId,orderState,orderPayment,freightPrice,modified,consigneeInfo,itemInfoList"
PATH = "/jd/routerjson"


def text(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def searched(**changes: Any) -> dict[str, Any]:
    return {
        "start_date": text(START),
        "end_date": text(START + timedelta(days=1)),
        "order_state": "ALL",
        "optional_fields": FIELDS,
        "page": "1",
        "page_size": "100",
        "dateType": 0,
        "sortType": 1,
        "source_id": "JOS",
        **changes,
    }


def signed(operation: str, asked: dict[str, Any], **changes: str) -> dict[str, str]:
    """Signed by the SDK, which knows only latin-1: the content stays in ASCII."""
    params = {
        "method": f"jingdong.pop.order.{operation}",
        "app_key": credentials.JD_APP_KEY,
        "access_token": credentials.JD_ACCESS_TOKEN,
        "timestamp": beijing_now(),
        "v": "2.0",
        "360buy_param_json": json.dumps(asked),
        **changes,
    }
    return {**params, "sign": sdk_sign(credentials.JD_APP_SECRET, params)} | changes


async def ask(client: httpx.AsyncClient, operation: str, asked: dict[str, Any], **changes: str) -> Any:
    return (await client.post(PATH, data=signed(operation, asked, **changes))).json()


class PopOrderSearch(RestApi):  # type: ignore[misc]  # the SDK is untyped
    """A call as the SDK's generated classes write it."""

    def __init__(self, domain: str, port: int) -> None:
        super().__init__(domain, port)
        for name, value in searched().items():
            setattr(self, name, value)

    def getapiname(self) -> str:
        return "jingdong.pop.order.search"


class Connection(HTTPConnection):
    """The SDK writes whole addresses into its request lines, as one does to a proxy."""

    def request(self, method: str, url: str, *_: Any, **__: Any) -> None:
        parts = urlparse(url)
        super().request(method, f"{parts.path}?{parts.query}")


@pytest.fixture
def sdk_for_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The SDK knows only its gateway's own path, and never closes its connections."""
    opened: list[HTTPConnection] = []

    def connect(domain: str, port: int, timeout: float) -> HTTPConnection:
        opened.append(Connection(domain, port, timeout=timeout))
        return opened[-1]

    monkeypatch.setattr("jd.api.base.N_REST", PATH)
    monkeypatch.setattr("jd.api.base.client", SimpleNamespace(HTTPConnection=connect))
    yield
    for connection in opened:
        connection.close()


@pytest.mark.usefixtures("sdk_for_the_sandbox")
@pytest.mark.proves("jd", "jd-sdk", "sandbox")
async def test_the_sdk_reads_orders_over_http(served: str, world: World) -> None:
    made = world.place_orders("jd", 30, since=START, until=END)
    address = urlparse(served)
    call = PopOrderSearch(cast(str, address.hostname), cast(int, address.port))
    call.set_app_info(jd.appinfo(credentials.JD_APP_KEY, credentials.JD_APP_SECRET))
    reply = await asyncio.to_thread(call.getResponse, credentials.JD_ACCESS_TOKEN)
    found = reply["jingdong_pop_order_search_responce"]["searchorderinfo_result"]
    assert found["apiResult"]["success"] is True
    assert {each["orderId"] for each in found["orderInfoList"]} == {order["order_no"] for order in made.orders}
    call.set_app_info(jd.appinfo(credentials.JD_APP_KEY, "another secret"))
    refused = await asyncio.to_thread(call.getResponse, credentials.JD_ACCESS_TOKEN)
    assert refused["error_response"]["code"] == "10"


async def test_pages_states_and_both_ways_of_sorting(
    client: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.place_orders("jd", 50, since=START, until=END)

    async def page(number: int, **changes: Any) -> Any:
        reply = await ask(client, "search", searched(page=str(number), page_size="20", **changes))
        return reply["jingdong_pop_order_search_responce"]["searchorderinfo_result"]

    newest_first = [each for n in (1, 2, 3) for each in (await page(n))["orderInfoList"]]
    oldest_first = [each for n in (1, 2, 3) for each in (await page(n, sortType=2))["orderInfoList"]]
    assert len(newest_first) == (await page(1))["orderTotal"] == 50
    assert newest_first == oldest_first[::-1]
    assert [each["modified"] for each in oldest_first] == sorted(each["modified"] for each in oldest_first)
    unpaid = await page(1, order_state="NOT_PAY,TRADE_CANCELED")
    assert unpaid["orderTotal"] == sum(order["status"] != "paid" for order in made.orders)
    monkeypatch.setattr(jos, "MAX_PAGES", 2)
    assert (await page(3))["orderInfoList"] == []


async def test_receivers_are_encrypted_only_where_asked(client: httpx.AsyncClient, world: World) -> None:
    (order,) = world.place_orders("jd", 1, since=START, until=END).orders
    asked = {"order_id": int(order["order_no"]), "optional_fields": FIELDS, "source_id": "JOS"}
    clear = (await ask(client, "get", asked))["jingdong_pop_order_get_responce"]["orderDetailInfo"]["orderInfo"]
    sealed = (await ask(client, "enGet", asked))["jingdong_pop_order_enGet_responce"]["orderDetailInfo"]["orderInfo"]
    assert clear["consigneeInfo"]["mobile"] == order["receiver"]["phone"]
    assert "mobile" not in sealed["consigneeInfo"]
    assert "venderId" not in sealed, "a field that was not asked for is not sent"


async def test_shipping_twice_is_refused_and_done_once(client: httpx.AsyncClient, world: World) -> None:
    orders = world.place_orders("jd", 20, since=START, until=END).orders
    number = next(order["order_no"] for order in orders if order["status"] == "paid")
    told = {"orderId": int(number), "logiCoprId": "467", "logiNo": "SF1"}
    first, second = [
        (await ask(client, "shipment", told))["jingdong_pop_order_shipment_responce"]["sopjosshipment_result"]
        for _ in range(2)
    ]
    assert (first["success"], second["success"]) == (True, False)
    assert [effect.key for effect in world.ledger.effects("jd", "shipped")] == [number]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sign": "0" * 32}, "10"),
        ({"app_key": "1"}, "17"),
        ({"timestamp": "2020-01-01 00:00:00"}, "8"),
        ({"timestamp": "now"}, "8"),
        ({"access_token": "old"}, "19"),
        ({"v": "1.0"}, "5"),
        ({"method": "jingdong.pop.order.burn"}, "13"),
        ({"360buy_param_json": "{"}, "11"),
        ({"360buy_param_json": '{"paramOrderJSFQuery": {}}'}, "11"),
    ],
)
async def test_wrong_envelopes_are_refused(client: httpx.AsyncClient, changes: dict[str, str], code: str) -> None:
    assert (await ask(client, "search", searched(), **changes))["error_response"]["code"] == code


@pytest.mark.parametrize(
    "changes",
    [{"page_size": "101"}, {"page": 1}, {"end_date": "2026-03-01 00:00:00"}, {"start_date": ""}, {"order_state": ""}],
)
async def test_wrong_arguments_are_refused(client: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    assert (await ask(client, "search", searched(**changes)))["error_response"]["code"] == "11"


def test_jd_signs_as_the_vector() -> None:
    params = {
        "method": "jingdong.pop.order.enSearch",
        "app_key": "12345678",
        "access_token": "test",
        "timestamp": "2024-01-02 03:04:05",
        "v": "2.0",
        "format": "json",
        "360buy_param_json": '{"remark":"中文备注"}',
    }
    assert jos.sign(params, "helloworld") == "060F68523D02DD97D0ADCDDF20580064"
