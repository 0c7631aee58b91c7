"""The WeChat shop of the sandbox refuses as WeChat does, and pages by its own keys."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox import credentials
from sandbox.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(hours=20)
EC = "/wechat_shop/channels/ec"
DAY = {"start_time": int(START.timestamp()), "end_time": int((START + timedelta(days=1)).timestamp())}


async def ask(client: httpx.AsyncClient, path: str, **asked: Any) -> Any:
    grant = {
        "grant_type": "client_credential",
        "appid": credentials.WECHAT_SHOP_APP_ID,
        "secret": credentials.WECHAT_SHOP_SECRET,
    }
    token = (await client.post("/wechat_shop/cgi-bin/stable_token", json=grant)).json()["access_token"]
    return (await client.post(f"{EC}/{path}", params={"access_token": token}, json=asked)).json()


async def test_pages_go_on_for_the_same_question_only(client: httpx.AsyncClient, world: World) -> None:
    made = world.place_orders("wechat_shop", 25, since=START, until=END)
    found: list[str] = []
    key, more = "", True
    while more:
        page = await ask(client, "order/list/get", update_time_range=DAY, page_size=10, next_key=key)
        assert page["errcode"] == 0
        found += page["order_id_list"]
        key, more = page["next_key"], page["has_more"]
    assert sorted(found) == sorted(order["order_no"] for order in made.orders)
    other = await ask(client, "order/list/get", update_time_range=DAY, page_size=9, next_key=key)
    assert other["errcode"] == 606006


async def test_an_order_is_in_fen_and_seconds(client: httpx.AsyncClient, world: World) -> None:
    (order,) = world.place_orders("wechat_shop", 1, since=START, until=END).orders
    told = (await ask(client, "order/get", order_id=order["order_no"]))["order"]
    price = told["order_detail"]["price_info"]
    products = told["order_detail"]["product_infos"]
    assert sum(product["real_price"] for product in products) + price["freight"] == price["order_price"]
    assert datetime.fromtimestamp(told["create_time"], UTC) == datetime.fromisoformat(order["created_at"])
    assert (await ask(client, "order/get", order_id="1"))["errcode"] == 10020050


@pytest.mark.parametrize(
    ("path", "asked", "code"),
    [
        ("order/list/get", {"page_size": 10}, 606001),
        ("order/list/get", {"page_size": 101, "update_time_range": DAY}, 606001),
        ("order/list/get", {"page_size": 10, "update_time_range": DAY | {"end_time": 1999999999}}, 31042),
        ("aftersale/getaftersalelist", {"begin_update_time": 0, "end_update_time": 86_401}, 31042),
        ("aftersale/getaftersaleorder", {"after_sale_order_id": "1"}, 10020060),
        ("order/delivery/send", {"order_id": "1"}, 10020050),
        ("order/burn", {}, 43002),
    ],
)
async def test_what_it_refuses(client: httpx.AsyncClient, path: str, asked: dict[str, Any], code: int) -> None:
    assert (await ask(client, path, **asked))["errcode"] == code


async def test_a_parcel_needs_its_contents_and_an_order_leaves_once(client: httpx.AsyncClient, world: World) -> None:
    orders = world.place_orders("wechat_shop", 20, since=START, until=END).orders
    number = next(order["order_no"] for order in orders if order["status"] == "paid")
    parcel = {"delivery_id": "SF", "waybill_id": "SF1", "deliver_type": 1, "product_infos": [{"product_cnt": 1}]}
    sent = [
        (await ask(client, "order/delivery/send", order_id=number, delivery_list=parcels))["errcode"]
        for parcels in ([parcel | {"product_infos": []}], [parcel], [parcel])
    ]
    assert sent == [47003, 0, 10020052]
    assert [effect.key for effect in world.ledger.effects("wechat_shop", "shipped")] == [number]


async def test_without_a_token_that_holds_nothing_is_told(client: httpx.AsyncClient) -> None:
    assert (await client.post(f"{EC}/order/get", json={})).json()["errcode"] == 41001
    assert (await client.post(f"{EC}/order/get", params={"access_token": "old"}, json={})).json()["errcode"] == 42001
    assert (await client.post(f"{EC}/order/get", content=b"[]")).json()["errcode"] == 47001
