"""The shop accepts what `standardwebhooks` signs, and nothing else; its pages lose nothing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from recording_hub import Hub
from signed_requests import shop_request
from standardwebhooks import Webhook

from sandbox.credentials import SHOP_SECRET
from sandbox.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=2)
SHIPMENT = {"waybill_no": "SF1", "carrier": "SF", "shipped_at": "2026-01-02T10:00:00Z"}


async def pages(client: httpx.AsyncClient, limit: int = 200) -> AsyncIterator[list[dict[str, Any]]]:
    cursor: str | None = ""
    while cursor is not None:
        window = {"updated_from": START.isoformat(), "updated_to": END.isoformat(), "limit": limit, "cursor": cursor}
        reply = await client.send(shop_request(client, "GET", "/shop/orders", params=window))
        assert reply.status_code == 200, reply.text
        cursor = reply.json()["next_cursor"]
        yield reply.json()["orders"]


async def test_pages_give_every_order_once_in_order(client: httpx.AsyncClient, world: World) -> None:
    made = world.place_orders("shop", 500, since=START, until=END, dirty_share=0.1)
    seen = [order async for page in pages(client, 70) for order in page]
    assert len(seen) == 500
    assert {o["order_no"] for o in seen} == {o["order_no"] for o in made.orders}
    assert seen == sorted(seen, key=lambda o: (datetime.fromisoformat(o["updated_at"]), o["order_no"]))


async def test_orders_placed_or_changed_during_paging_are_not_lost(client: httpx.AsyncClient, world: World) -> None:
    first = world.place_orders("shop", 100, since=START, until=END - timedelta(days=1))
    world.set_now(END - timedelta(hours=1))
    seen: set[str] = set()
    added: set[str] = set()
    async for page in pages(client, 10):
        seen |= {order["order_no"] for order in page}
        if len(added) < 30:
            late = world.place_orders("shop", 10, since=END - timedelta(hours=2), until=END, seed=len(added))
            added |= {order["order_no"] for order in late.orders}
            world.update_order("shop", page[0]["order_no"], {"remark": "改地址"})
    assert seen == {o["order_no"] for o in first.orders} | added


async def test_the_window_is_half_open(client: httpx.AsyncClient, world: World) -> None:
    (order,) = world.place_orders("shop", 1, since=START, until=END).orders
    moment = datetime.fromisoformat(order["updated_at"])
    for start, end, count in ((moment, END, 1), (START, moment, 0)):
        window = {"updated_from": start.isoformat(), "updated_to": end.isoformat()}
        reply = await client.send(shop_request(client, "GET", "/shop/orders", params=window))
        assert len(reply.json()["orders"]) == count


async def test_a_repeated_key_ships_once_and_another_body_is_refused(client: httpx.AsyncClient, world: World) -> None:
    number = world.place_orders("shop", 1, since=START, until=END).orders[0]["order_no"]
    path = f"/shop/orders/{number}/shipments"
    replies = [await client.send(shop_request(client, "POST", path, body=SHIPMENT, key="k1")) for _ in range(3)]
    assert [r.status_code for r in replies] == [201, 201, 201]
    assert len({r.content for r in replies}) == 1
    other = SHIPMENT | {"waybill_no": "SF2"}
    refused = await client.send(shop_request(client, "POST", path, body=other, key="k1"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert [e.content["waybill_no"] for e in world.ledger.effects("shop", "shipped", number)] == ["SF1"]
    assert world.channels["shop"].book[number]["status"] == "shipped"


async def test_status_is_reported_once_per_key(client: httpx.AsyncClient, world: World) -> None:
    number = world.place_orders("shop", 1, since=START, until=END).orders[0]["order_no"]
    body = {"status": "delivered", "at": "2026-01-03T10:00:00+08:00"}
    for _ in range(2):
        request = shop_request(client, "POST", f"/shop/orders/{number}/status", body=body, key="s1")
        assert (await client.send(request)).status_code == 200
    assert len(world.ledger.effects("shop", "status-set", number)) == 1


@pytest.mark.parametrize(
    ("path", "body", "key", "status", "code"),
    [
        ("/shop/orders/NONE/shipments", SHIPMENT, "k", 404, "no_such_order"),
        ("/shop/orders/{no}/shipments", SHIPMENT, None, 400, "no_idempotency_key"),
        ("/shop/orders/{no}/shipments", {"waybill_no": "SF1"}, "k", 422, "bad_body"),
        ("/shop/orders/{no}/shipments", SHIPMENT | {"shipped_at": "yesterday"}, "k", 422, "bad_body"),
        (
            "/shop/orders/{no}/status",
            {"status": "teleported", "at": "2026-01-01T00:00:00Z"},
            "k",
            422,
            "unknown_status",
        ),
        ("/shop/elsewhere", {}, "k", 404, "not_found"),
    ],
)
async def test_bad_writes_are_refused_and_do_nothing(
    client: httpx.AsyncClient,
    world: World,
    path: str,
    body: dict[str, str],
    key: str | None,
    status: int,
    code: str,
) -> None:
    number = world.place_orders("shop", 1, since=START, until=END).orders[0]["order_no"]
    reply = await client.send(shop_request(client, "POST", path.format(no=number), body=body, key=key))
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert world.ledger.effects() == []


async def test_forged_and_stale_requests_are_refused(client: httpx.AsyncClient) -> None:
    window = {"updated_from": START.isoformat(), "updated_to": END.isoformat()}
    stale = shop_request(client, "GET", "/shop/orders", params=window, at=datetime.now(UTC) - timedelta(minutes=6))
    assert (await client.send(stale)).json()["error"]["code"] == "stale"
    forged = shop_request(client, "GET", "/shop/orders", params=window)
    forged.url = forged.url.copy_merge_params({"limit": "1"})
    assert (await client.send(forged)).json()["error"]["code"] == "bad_signature"
    assert (await client.get("/shop/orders", params=window)).status_code == 401


async def test_the_worlds_own_time_is_accepted_too(client: httpx.AsyncClient, world: World) -> None:
    world.set_now(START)
    window = {"updated_from": START.isoformat(), "updated_to": END.isoformat()}
    for moment in (START, datetime.now(UTC)):
        reply = await client.send(shop_request(client, "GET", "/shop/orders", params=window, at=moment))
        assert reply.status_code == 200


@pytest.mark.proves("shop", "standardwebhooks", "sandbox")
async def test_webhooks_carry_a_signature_that_the_standard_package_accepts(world: World) -> None:
    hub = Hub()
    world.hub.client = hub.client()
    number = world.place_orders("shop", 1, since=START, until=END).orders[0]["order_no"]
    world.cancel_order("shop", number)
    pushed = await world.push_orders([number], all_versions=True, reverse=True, repeat=2)
    assert pushed.accepted == {number}
    bodies = [Webhook(SHOP_SECRET).verify(r.content.decode(), dict(r.headers)) for r in hub.received]
    assert [b["data"]["status"] for b in bodies] == ["cancelled", "cancelled", "paid", "paid"]
    ids = [r.headers["webhook-id"] for r in hub.received]
    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert hub.received[0].url.path == "/webhooks/shop"


async def test_an_unreachable_hub_is_reported_not_raised(world: World) -> None:
    number = world.place_orders("shop", 1, since=START, until=END).orders[0]["order_no"]
    pushed = await world.push_orders([number])
    assert pushed.accepted == set()
    assert pushed.answers[0][1].status == 0
