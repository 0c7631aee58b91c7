"""Shopify: webhooks verify as published, long orders come whole, parcels add up, and the shop is not hurried."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import httpx
import pytest
import shopify as sdk
from bench import Bench, real_clock
from graphql import build_schema, parse, validate
from peers import peer
from pydantic import SecretStr
from samples import NOON, SHIPMENT, a_paid_order

from integrations import shopify, shopify_order, shopify_shipping
from integrations.errors import Misconfigured, Rejected, Unavailable
from settings import ROOT

SCHEMA = build_schema((ROOT / "sandbox" / "shopify_schema.graphql").read_text(encoding="utf-8"))
BODY = b'{"id":820982911946154508,"name":"#9999"}'


@pytest.mark.proves("shopify", "vector", "client")
def test_a_webhook_is_signed_as_the_vector() -> None:
    assert shopify.signature(SecretStr("hush"), BODY) == "YBwnJ9vsibq7srObgXybmGHWuwos+jDEL//7749XS78="


def test_the_vector_of_the_sdk_holds() -> None:
    """The SDK has no function for webhooks: that its HMAC is the standard's is what its own vector shows."""
    params = {"code": "a94a110d86d2452eb3e2af4cfb8a3828", "shop": "some-shop.myshopify.com", "timestamp": "1337178173"}
    text = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
    with patch.object(sdk.Session, "secret", "hush"):
        theirs = sdk.Session.calculate_hmac(params)
    assert theirs == "2cb1a277650a659f1b11e92a4a64275b128e037f2c3390e3c8fd2d8721dac9e2"
    assert theirs == hmac.digest(b"hush", text.encode(), hashlib.sha256).hex()


@pytest.mark.parametrize(
    "document",
    [
        shopify_order.ORDERS,
        shopify_order.MORE_LINES,
        shopify_shipping.FIND,
        shopify_shipping.CREATE,
        shopify_shipping.TRACK,
    ],
)
@pytest.mark.proves("shopify", "graphql-core", "client")
def test_what_is_asked_fits_the_schema(document: str) -> None:
    assert validate(SCHEMA, parse(document)) == []


async def test_an_order_of_many_lines_comes_whole(bench: Bench) -> None:
    number = a_paid_order(bench, "shopify")
    order = bench.world.channels["shopify"].book[number]
    order["lines"] = [order["lines"][0] | {"line_no": place} for place in range(1, 121)]
    page = await bench.partner("shopify").pull_orders(NOON, NOON + timedelta(days=1), None)
    while number not in {message.key.partition(":")[0] for message in page.messages}:
        page = await bench.partner("shopify").pull_orders(NOON, NOON + timedelta(days=1), page.next_cursor)
    message = next(each for each in page.messages if each.key.startswith(number))
    read = bench.partner("shopify").read_order(message)
    assert [line.line_no[-3:] for line in read.lines] == [f"{place:03d}" for place in range(1, 121)]


async def test_a_second_parcel_is_added_to_the_first(bench: Bench) -> None:
    notice = replace(SHIPMENT, order_no=a_paid_order(bench, "shopify"))
    partner = bench.partner("shopify")
    for waybill in ("SF1", "SF2", "SF1"):
        await partner.push_shipment(replace(notice, waybill_no=waybill))
    shipments = bench.world.channels["shopify"].shipments
    assert [(each.waybill_no, each.carrier) for each in shipments.values()] == [
        ("SF1", "SF Express"),
        ("SF2", "SF Express"),
    ]


async def test_what_cannot_be_fulfilled_is_rejected(bench: Bench) -> None:
    number = a_paid_order(bench, "shopify")
    bench.world.cancel_order("shopify", number)
    partner = bench.partner("shopify")
    with pytest.raises(Rejected, match="nothing of the order"):
        await partner.push_shipment(replace(SHIPMENT, order_no=number))
    with pytest.raises(Rejected, match="there is no order"):
        await partner.push_shipment(replace(SHIPMENT, order_no="1"))


async def test_the_shop_is_left_alone_until_its_points_are_back(bench: Bench) -> None:
    status = {"maximumAvailable": 2000, "currentlyAvailable": 40, "restoreRate": 50}
    reply = {
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": {"requestedQueryCost": 290, "throttleStatus": status}},
    }
    partner = bench.replying("shopify", lambda _: httpx.Response(200, json=reply))
    with pytest.raises(Unavailable) as caught:
        await partner.pull_orders(NOON, NOON + timedelta(hours=1), None)
    assert caught.value.retry_after == timedelta(seconds=5)


@pytest.mark.parametrize("status", [402, 404, 423])
async def test_a_closed_shop_stops_the_partner(bench: Bench, status: int) -> None:
    partner = bench.replying("shopify", lambda _: httpx.Response(status, json={"errors": "Unavailable Shop"}))
    with pytest.raises(Misconfigured):
        await partner.push_shipment(SHIPMENT)


@pytest.mark.parametrize(
    ("topic", "content"),
    [("products/update", {"id": 1}), ("orders/delete", {"id": 1}), ("orders/updated", {}), ("orders/updated", [])],
)
async def test_a_genuine_webhook_that_is_no_order_is_rejected(bench: Bench, topic: str, content: Any) -> None:
    settings = peer("shopify").settings(bench.address)
    body = json.dumps(content).encode()
    signature = shopify.signature(SecretStr(settings["webhook_secret"]), body)
    headers = {"x-shopify-topic": topic, "x-shopify-hmac-sha256": signature}
    with pytest.raises(Rejected):
        bench.partner("shopify").receive(headers, body, real_clock())
