"""The sandbox's Shopify takes the official SDK as a client and refuses as Shopify does."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import shopify as sdk

from sandbox import credentials
from sandbox.shopify import signature, webhook
from sandbox.world import World

SINCE = datetime(2026, 5, 4, tzinfo=UTC)
PATH = "/shopify/admin/api/2026-07"
ASK = """query Orders($query: String!, $after: String) {
  orders(first: 2, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { legacyResourceId displayFinancialStatus lineItems(first: 1) { nodes { sku } pageInfo { hasNextPage } } }
    pageInfo { hasNextPage endCursor }
  }
}"""
WINDOW = {"query": "updated_at:>='2026-05-04T00:00:00Z' AND updated_at:<'2026-05-05T00:00:00Z'"}


async def ask(client: httpx.AsyncClient, query: str, token: str = credentials.SHOPIFY_ACCESS_TOKEN) -> httpx.Response:
    return await client.post(
        f"{PATH}/graphql.json", json={"query": query, "variables": WINDOW}, headers={"X-Shopify-Access-Token": token}
    )


@pytest.mark.proves("shopify", "ShopifyAPI", "sandbox")
async def test_the_sdk_reads_all_pages(served: str, world: World) -> None:
    placed = world.place_orders("shopify", 5, since=SINCE, until=SINCE + timedelta(hours=1))

    def pages() -> list[str]:
        sdk.ShopifyResource.site = f"{served}{PATH}"
        sdk.ShopifyResource.headers = {"X-Shopify-Access-Token": credentials.SHOPIFY_ACCESS_TOKEN}
        found, cursor = [], None
        while True:
            answer: Any = json.loads(sdk.GraphQL().execute(ASK, {**WINDOW, "after": cursor}))
            orders = answer["data"]["orders"]
            found += [node["legacyResourceId"] for node in orders["nodes"]]
            if not orders["pageInfo"]["hasNextPage"]:
                return found
            cursor = orders["pageInfo"]["endCursor"]

    try:
        found = await asyncio.to_thread(pages)
    finally:
        sdk.ShopifyResource.clear_session()
    assert sorted(found) == sorted(order["order_no"] for order in placed.orders)


async def test_a_query_that_shopify_would_not_understand_is_refused(client: httpx.AsyncClient) -> None:
    answer = (await ask(client, "query Orders { orders(first: 1) { nodes { noSuchField } } }")).json()
    assert "noSuchField" in answer["errors"][0]["message"]


async def test_a_wrong_token_is_refused(client: httpx.AsyncClient) -> None:
    assert (await ask(client, ASK, token="shpat_wrong")).status_code == 401
    assert (await client.post("/shopify/admin/orders.json")).status_code == 404


async def test_a_webhook_is_signed_over_its_very_bytes(world: World) -> None:
    assert signature(b'{"id":820982911946154508,"name":"#9999"}', "hush") == (
        "YBwnJ9vsibq7srObgXybmGHWuwos+jDEL//7749XS78="
    )
    (order,) = world.place_orders("shopify", 1, since=SINCE, until=SINCE + timedelta(hours=1)).orders
    message = webhook(order, "delivery-1", SINCE)
    assert message.headers["x-shopify-hmac-sha256"] == signature(message.body)
    assert str(json.loads(message.body)["id"]) == order["order_no"]
