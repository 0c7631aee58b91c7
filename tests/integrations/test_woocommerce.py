"""WooCommerce: requests and webhooks are signed as published, and a parcel is noted once."""

import base64
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from bench import Bench, real_clock
from peers import peer
from pydantic import SecretStr, ValidationError
from samples import HOSTILE, NOON, SHIPMENT, a_paid_order
from woocommerce.oauth import OAuth

from integrations import woocommerce
from integrations.errors import Misconfigured, Rejected
from integrations.woocommerce_states import province
from sandbox import credentials
from sandbox.woocommerce import webhook_signature

BODY = b'{"id":820982911946154508,"name":"#9999"}'
ORDERS = "http://shop.test/wp-json/wc/v3/orders"


@pytest.mark.proves("woocommerce", "vector", "client")
def test_a_request_is_signed_as_the_vector() -> None:
    params = {
        "oauth_consumer_key": "ck_test",
        "oauth_nonce": "nonce123",
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": "1700000000",
    }
    assert (
        woocommerce.sign("GET", ORDERS, params, SecretStr("cs_test")) == "6MuhZA8+PwfWDA8t8I2oYy+AfhlBjMICEM16I7mwoLk="
    )


@pytest.mark.proves("woocommerce", "WooCommerce", "client")
def test_a_request_is_signed_as_by_the_sdk() -> None:
    query = "after=2026-05-04T04%3A00%3A00&exclude=1%2C2&search=%E6%9D%AF%20%26%20%C3%A9"
    with patch.object(OAuth, "generate_nonce", return_value="nonce123"):
        sdk = OAuth(f"{ORDERS}?{query}", "ck_test", "cs_test", version="wc/v3", oauth_timestamp=int(time.time()))
        theirs = dict(parse_qsl(urlsplit(sdk.get_oauth_url()).query))
    signature = theirs.pop("oauth_signature")
    assert woocommerce.sign("GET", ORDERS, theirs, SecretStr("cs_test")) == signature


async def test_over_https_the_key_goes_as_basic() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=[])

    settings = woocommerce.WooCommerceSettings.model_validate(peer("woocommerce").settings("https://shop.test"))
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        shop = woocommerce.WooCommerce(settings, http, clock=real_clock)
        await shop.pull_orders(NOON, NOON + timedelta(hours=1), None)
    key = f"{credentials.WOOCOMMERCE_KEY}:{credentials.WOOCOMMERCE_SECRET}".encode()
    assert sent[0].headers["authorization"] == "Basic " + base64.b64encode(key).decode()
    assert "oauth" not in str(sent[0].url)


async def test_a_webhook_is_signed_as_the_vector(bench: Bench) -> None:
    settings = peer("woocommerce").settings(bench.address) | {"webhook_secret": "whsec"}
    headers = {"x-wc-webhook-signature": "wqiuPSSqFkZWxs/VKzk8RfHqu4zwWc2Pb1dqesf4OR0="}
    message = bench.partner("woocommerce", settings=settings).receive(headers, BODY, NOON)
    assert (json.loads(message.body), message.occurred_at) == (json.loads(BODY), NOON)


async def test_many_orders_of_one_second_come_one_by_one(bench: Bench) -> None:
    placed = bench.world.place_orders("woocommerce", 11, since=NOON, until=NOON + timedelta(minutes=1)).orders
    bench.world.set_now(NOON + timedelta(hours=1))
    for order in placed:
        bench.world.update_order("woocommerce", order["order_no"], {"remark": HOSTILE})
    partner, cursor, found = bench.partner("woocommerce"), None, []
    for _ in range(9):
        page = await partner.pull_orders(NOON, NOON + timedelta(hours=2), cursor)
        found += [partner.read_order(message).order_no for message in page.messages]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(found) == sorted(order["order_no"] for order in placed)


async def test_every_parcel_is_noted_once(bench: Bench) -> None:
    notice = replace(SHIPMENT, order_no=a_paid_order(bench, "woocommerce"))
    partner = bench.partner("woocommerce")
    for waybill in ("SF1000000001", "SF1000000002", "SF1000000001"):
        await partner.push_shipment(replace(notice, waybill_no=waybill))
    effects = bench.world.ledger.effects("woocommerce", key=notice.order_no)
    assert [(each.effect, each.content.get("note")) for each in effects] == [
        ("noted", "SF Express SF1000000001"),
        ("status-set", None),
        ("noted", "SF Express SF1000000002"),
    ]


async def test_no_order_and_no_shop_are_told_apart(bench: Bench) -> None:
    with pytest.raises(Rejected, match="Invalid ID"):
        await bench.partner("woocommerce").push_shipment(SHIPMENT)
    elsewhere = peer("woocommerce").settings(bench.address) | {"url": f"{bench.address}/woocommerce/blog"}
    with pytest.raises(Misconfigured, match="no WooCommerce"):
        await bench.partner("woocommerce", settings=elsewhere).push_shipment(SHIPMENT)


@pytest.mark.parametrize("note", ["shipped", "{waybill_no} {customer}", "{waybill_no", "{0}{waybill_no}"])
def test_a_note_without_the_waybill_is_refused(note: str) -> None:
    with pytest.raises(ValidationError, match="note"):
        woocommerce.WooCommerceSettings.model_validate(
            peer("woocommerce").settings("http://127.0.0.1:1") | {"note": note}
        )


@pytest.mark.parametrize(
    ("topic", "content"), [("order.deleted", {"id": 1}), ("order.updated", {}), ("order.updated", 1)]
)
async def test_a_genuine_webhook_that_is_no_order_is_rejected(bench: Bench, topic: str, content: Any) -> None:
    body = json.dumps(content).encode()
    signature = webhook_signature(body)
    headers = {"x-wc-webhook-topic": topic, "x-wc-webhook-signature": signature}
    with pytest.raises(Rejected):
        bench.partner("woocommerce").receive(headers, body, NOON)


def test_a_province_is_named_only_in_china() -> None:
    assert [province("CN", "CN2"), province("CN", "CN32"), province("CN", "广东省")] == [
        "北京市",
        "新疆维吾尔自治区",
        "广东省",
    ]
    assert province("US", "CN2") == "CN2"
