"""Alibaba.com's two gateways take calls signed by others than our client, and tell the same orders."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from signed_requests import alibaba_com_params

from sandbox import alibaba_com_iop
from sandbox.credentials import ALIBABA_COM_APP_KEY, ALIBABA_COM_SECRET, ALIBABA_COM_TOKEN
from sandbox.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = {
    "role": "seller",
    "modified_date_start": {"date_str": "2025-12-31 16:00:00"},
    "modified_date_end": {"date_str": "2026-01-01 16:00:00"},
}


async def top(client: httpx.AsyncClient, method: str, **business: Any) -> Any:
    """A call signed by the SDK `taobao-openapi`."""
    params = alibaba_com_params(f"alibaba.seller.order.{method}", **business)
    reply = (await client.post("/alibaba_com/router/rest", data=params)).json()
    return reply.get(f"alibaba_seller_order_{method.replace('.', '_')}_response", reply)


async def iop(client: httpx.AsyncClient, path: str, **business: Any) -> Any:
    params = {
        "app_key": ALIBABA_COM_APP_KEY,
        "access_token": ALIBABA_COM_TOKEN,
        "timestamp": str(int(datetime.now(UTC).timestamp() * 1000)),
        "sign_method": "sha256",
        **{name: value if isinstance(value, str) else json.dumps(value) for name, value in business.items()},
    }
    sign = alibaba_com_iop.sign(path, params, ALIBABA_COM_SECRET)
    return (await client.post(f"/alibaba_com/rest{path}", data={"sign": sign} | params)).json()


def test_the_new_gateway_signs_as_the_official_example() -> None:
    asked = {
        "access_token": "test",
        "app_key": "123456",
        "order_id": "1234",
        "sign_method": "sha256",
        "timestamp": "1517820392000",
    }
    signed = alibaba_com_iop.sign("/order/get", asked, "helloworld")
    assert signed == "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A"


@pytest.mark.proves("alibaba_com", "taobao-openapi", "sandbox")
async def test_both_gateways_tell_the_same_orders(client: httpx.AsyncClient, world: World) -> None:
    made = world.place_orders("alibaba_com", 20, since=START, until=START + timedelta(hours=20)).orders
    query = DAY | {"start_page": 0, "page_size": 50}
    old = (await top(client, "list", param_trade_ecology_order_list_query=query))["result"]["value"]
    new = (await iop(client, "/alibaba/order/list", **query))["value"]
    assert old["order_list"]["trade_ecology_order"] == new["order_list"]
    assert {each["trade_id"] for each in new["order_list"]} == {order["order_no"] for order in made}
    assert int(new["total_count"]) == 20
    number = made[0]["order_no"]
    in_top = (await top(client, "get", e_trade_id=number))["value"]
    in_iop = (await iop(client, "/alibaba/order/get", e_trade_id=number))["value"]
    assert in_top.pop("order_products")["trade_ecology_order_product"] == in_iop.pop("order_products")
    assert in_top == in_iop
    assert in_iop["create_date"]["format_date"].endswith("PST.")


@pytest.mark.parametrize("change", [{"sign": "0"}, {"access_token": "old"}, {"timestamp": "0"}, {"app_key": "1"}])
async def test_the_new_gateway_knows_its_caller(client: httpx.AsyncClient, change: dict[str, str]) -> None:
    assert (await iop(client, "/alibaba/order/get", e_trade_id="1", **change))["type"] == "ISV"


async def test_what_is_shipped_is_told_and_not_shipped_again(client: httpx.AsyncClient, world: World) -> None:
    orders = world.place_orders("alibaba_com", 20, since=START, until=START + timedelta(hours=20)).orders
    number = next(order["order_no"] for order in orders if order["status"] == "paid")
    request = {"trade_id": number, "service_provider": "SF", "tracking_number": "SF1", "logistics_type": "EXPRESS"}
    assert (await top(client, "shipping", shipping_request=request))["voucher_id"] == 1
    told = await asyncio.gather(
        iop(client, "/order/logistics/query", trade_id=number),
        iop(client, "/alibaba/v2/order/shipping", shipping_request=request),
        iop(client, "/alibaba/v2/order/shipping", shipping_request=request | {"logistics_type": "BOAT"}),
    )
    assert told[0]["value"]["shipping_order_list"][0]["voucher"]["tracking_number"] == "SF1"
    assert [each["code"] for each in told[1:]] == ["402", "402"]
    assert [effect.key for effect in world.ledger.effects("alibaba_com", "shipped")] == [number]
