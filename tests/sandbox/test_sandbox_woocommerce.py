"""The sandbox's WooCommerce takes the official SDK as a client and refuses as WooCommerce does."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from woocommerce import API

from sandbox import credentials
from sandbox.woocommerce import oauth_signature, webhook, webhook_signature
from sandbox.world import World

SINCE = datetime(2026, 5, 4, tzinfo=UTC)
WINDOW = {
    "modified_after": "2026-05-03T23:59:59",
    "modified_before": "2026-05-05T00:00:00",
    "dates_are_gmt": "true",
    "orderby": "modified",
    "per_page": 2,
}


def sdk(served: str, secret: str = credentials.WOOCOMMERCE_SECRET) -> Any:
    return API(f"{served}/woocommerce", credentials.WOOCOMMERCE_KEY, secret, version="wc/v3", timeout=20)


@pytest.mark.proves("woocommerce", "WooCommerce", "sandbox")
async def test_the_sdk_reads_pages_and_writes(served: str, world: World) -> None:
    placed = world.place_orders("woocommerce", 5, since=SINCE, until=SINCE + timedelta(hours=1)).orders

    def used() -> tuple[list[int], str, int]:
        found = []
        for page in (1, 2, 3):
            answer = sdk(served).get("orders", params={**WINDOW, "page": page})
            found += [order["id"] for order in answer.json()]
        first = f"orders/{found[0]}"
        noted = sdk(served).post(f"{first}/notes", {"note": "SF Express SF1"}).status_code
        sdk(served).put(first, {"status": "completed"})
        return found, sdk(served).get(first).json()["status"], noted

    found, status, noted = await asyncio.to_thread(used)
    assert sorted(found) == sorted(int(order["order_no"]) for order in placed)
    assert (status, noted) == ("completed", 201)


async def test_a_wrong_secret_is_refused(served: str) -> None:
    answer = await asyncio.to_thread(lambda: sdk(served, "cs_wrong").get("orders", params=WINDOW))
    assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_authentication_error")


@pytest.mark.parametrize(("age", "repeats", "words"), [(0, 2, "nonce has been used"), (20, 1, "Invalid timestamp")])
async def test_a_signature_is_good_once_and_for_a_while(
    client: httpx.AsyncClient, age: int, repeats: int, words: str
) -> None:
    moment = datetime.now(UTC) - timedelta(minutes=age)
    params = {key: str(value) for key, value in WINDOW.items()} | {
        "oauth_consumer_key": credentials.WOOCOMMERCE_KEY,
        "oauth_nonce": "n1",
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(int(moment.timestamp())),
    }
    place = "/woocommerce/wp-json/wc/v3/orders"
    signature = oauth_signature("GET", f"http://sandbox{place}", params)
    for _ in range(repeats):
        answer = await client.get(place, params=params | {"oauth_signature": signature})
    assert answer.status_code == 401
    assert words in answer.json()["message"]


def test_the_vectors() -> None:
    params = {
        "oauth_consumer_key": "ck_test",
        "oauth_nonce": "nonce123",
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": "1700000000",
    }
    url = "http://shop.test/wp-json/wc/v3/orders"
    assert oauth_signature("GET", url, params, "cs_test") == "6MuhZA8+PwfWDA8t8I2oYy+AfhlBjMICEM16I7mwoLk="
    body = b'{"id":820982911946154508,"name":"#9999"}'
    assert webhook_signature(body, "whsec") == "wqiuPSSqFkZWxs/VKzk8RfHqu4zwWc2Pb1dqesf4OR0="


def test_a_webhook_is_signed_over_its_very_bytes(world: World) -> None:
    (order,) = world.place_orders("woocommerce", 1, since=SINCE, until=SINCE + timedelta(hours=1)).orders
    message = webhook(order, "delivery-1", SINCE)
    assert message.headers["x-wc-webhook-signature"] == webhook_signature(message.body)
