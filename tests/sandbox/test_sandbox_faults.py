"""Every fault, over the network and in-process; what was done in spite of it stands in the ledger."""

import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from signed_requests import shop_request, top_params, weather_token

from sandbox import credentials
from sandbox.faults import Fault, FaultKind
from sandbox.sf import digest
from sandbox.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
SHIPMENT = {"waybill_no": "SF1", "carrier": "SF", "shipped_at": "2026-01-02T10:00:00Z"}


@pytest.fixture(params=["in-process", "network"])
async def hub(request: pytest.FixtureRequest, app: FastAPI, served: str) -> AsyncIterator[httpx.AsyncClient]:
    """The hub's side, over either way."""
    transport = httpx.ASGITransport(app) if request.param == "in-process" else None
    async with httpx.AsyncClient(base_url=served, transport=transport) as client:
        yield client


@pytest.fixture
def number(world: World) -> str:
    """A paid order of the shop."""
    order_no: str = world.place_orders("shop", 1, since=START, until=START + timedelta(days=1)).orders[0]["order_no"]
    return order_no


async def ship(hub: httpx.AsyncClient, number: str) -> httpx.Response:
    path = f"/shop/orders/{number}/shipments"
    return await hub.send(shop_request(hub, "POST", path, body=SHIPMENT, key="key-1"))


def lay(world: World, kind: FaultKind, **more: Any) -> None:
    world.add_fault(Fault("shop", "ship", kind, **more))


async def test_a_dropped_reply_did_the_work_and_the_retry_does_not_repeat_it(
    hub: httpx.AsyncClient, world: World, number: str
) -> None:
    lay(world, FaultKind.DROP_REPLY)
    with pytest.raises(httpx.TransportError):
        await ship(hub, number)
    assert len(world.ledger.effects("shop", "shipped")) == 1
    assert (await ship(hub, number)).status_code == 201
    assert len(world.ledger.effects("shop", "shipped")) == 1


async def test_a_malformed_reply_did_the_work(hub: httpx.AsyncClient, world: World, number: str) -> None:
    lay(world, FaultKind.MALFORMED)
    reply = await ship(hub, number)
    assert reply.status_code == 201
    with pytest.raises(json.JSONDecodeError):
        reply.json()
    assert len(world.ledger.effects("shop", "shipped")) == 1


@pytest.mark.parametrize(
    ("kind", "status", "start"),
    [
        (FaultKind.REFUSE, 503, "Service"),
        (FaultKind.STATUS_500, 500, "Internal"),
        (FaultKind.HTML_200, 200, "<!DOCTYPE html>"),
        (FaultKind.EMPTY_JSON, 200, "{}"),
        (FaultKind.RATE_LIMIT, 429, '{"error"'),
        (FaultKind.EXPIRED_SESSION, 401, '{"error"'),
    ],
)
async def test_these_come_before_the_work(
    hub: httpx.AsyncClient, world: World, number: str, kind: FaultKind, status: int, start: str
) -> None:
    lay(world, kind)
    reply = await ship(hub, number)
    assert (reply.status_code, reply.text[: len(start)]) == (status, start)
    assert ("retry-after" in reply.headers) == (kind is FaultKind.RATE_LIMIT)
    assert world.ledger.effects() == []
    assert (await ship(hub, number)).status_code == 201, "the fault struck once"


async def test_a_delay_makes_an_impatient_client_give_up(served: str, world: World, number: str) -> None:
    lay(world, FaultKind.DELAY, seconds=1.0)
    async with httpx.AsyncClient(base_url=served, timeout=0.2) as hub:
        with pytest.raises(httpx.ReadTimeout):
            await ship(hub, number)
    async with httpx.AsyncClient(base_url=served) as hub:
        assert (await ship(hub, number)).status_code == 201
    deadline = time.monotonic() + 10
    while world.requests.total("shop", "ship") < 2 and time.monotonic() < deadline:
        time.sleep(0.02)  # noqa: ASYNC251 - the server runs in another thread
    assert world.requests.total("shop", "ship") == 2
    assert len(world.ledger.effects("shop", "shipped")) == 1


async def test_a_fault_waits_lasts_and_is_lifted(client: httpx.AsyncClient, world: World, number: str) -> None:
    lay(world, FaultKind.STATUS_500, after=1, times=2)
    assert [(await ship(client, number)).status_code for _ in range(4)] == [201, 500, 500, 201]
    lay(world, FaultKind.REFUSE, times=None)
    assert [(await ship(client, number)).status_code for _ in range(2)] == [503, 503]
    world.clear_faults()
    assert (await ship(client, number)).status_code == 201


async def test_a_fault_keeps_to_its_partner_and_operation(client: httpx.AsyncClient, world: World, number: str) -> None:
    world.add_fault(Fault("taobao", "*", FaultKind.REFUSE))
    world.add_fault(Fault("shop", "status", FaultKind.REFUSE))
    assert (await ship(client, number)).status_code == 201
    params = top_params("taobao.trade.fullinfo.get", fields="tid", tid=1)
    assert (await client.post("/taobao/router/rest", data=params)).status_code == 503


async def test_each_partner_says_slow_down_in_its_own_words(client: httpx.AsyncClient, world: World) -> None:
    for partner in ("taobao", "sf", "dingtalk", "qweather", "slack", "kingdee", "qimen", "alipay", "wecom", "feishu"):
        world.add_fault(Fault(partner, "*", FaultKind.RATE_LIMIT))
    top = await client.post("/taobao/router/rest", data=top_params("taobao.trade.fullinfo.get"))
    assert top.json()["error_response"]["code"] == 7
    form = {"msgDigest": digest("{}", "1", credentials.SF_CHECKWORD), "msgData": "{}", "timestamp": "1"}
    assert (await client.post("/sf/std/service", data=form)).json()["apiResultCode"] == "A1005"
    assert (await client.post("/dingtalk/robot/send")).json()["errcode"] == 130101
    assert (await client.post("/wecom/cgi-bin/webhook/send")).json()["errcode"] == 45009
    assert (await client.post("/feishu/open-apis/bot/v2/hook/any")).json()["code"] == 11232
    for method, path in (
        ("GET", "/qweather/weatheralert/v1/current/1/1"),
        ("POST", credentials.SLACK_WEBHOOK_PATH),
        ("POST", "/k3cloud/any"),
        ("POST", "/qimen/router/qimen/service"),
    ):
        reply = await client.request(method, path)
        assert (reply.status_code, reply.headers["retry-after"]) == (429, "1")
    node = (await client.post("/alipay/gateway.do", data={"method": "alipay.x"})).json()["alipay_x_response"]
    assert node["code"] == "40005"


async def test_each_partner_says_log_in_again_in_its_own_words(client: httpx.AsyncClient, world: World) -> None:
    for partner in ("taobao", "kingdee", "qweather"):
        world.add_fault(Fault(partner, "*", FaultKind.EXPIRED_SESSION))
    top = await client.post("/taobao/router/rest", data=top_params("taobao.trade.fullinfo.get"))
    assert top.json()["error_response"]["code"] == 27
    lost = await client.post("/k3cloud/any")
    assert (lost.status_code, "会话" in lost.text) == (401, True)
    headers = {"Authorization": f"Bearer {weather_token()}"}
    assert (await client.get("/qweather/weatheralert/v1/current/1/1", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            {"partner": "sf", "kind": "wrong_stock"},
            "sf does not play wrong_stock at *; who does: qimen at inventory.query",
        ),
        ({"partner": "kingdee", "kind": "stray_stock", "sku": "X"}, "who does: qimen at inventory.query"),
        ({"partner": "qimen", "operation": "deliveryorder.*", "kind": "wrong_stock"}, "at deliveryorder.*; who does"),
        (
            {"partner": "*", "operation": "ship", "kind": "repeat"},
            "* does not play repeat at ship; who does: shop at order.",
        ),
        ({"partner": "jt", "kind": "reorder"}, "jt does not play reorder at *"),
        ({"partner": "jtexpress", "kind": "reject"}, "jtexpress does not play reject at *; who does: shop at *;"),
        ({"partner": "sf", "kind": "delay"}, "delay needs seconds above 0"),
        ({"partner": "qimen", "kind": "wrong_stock", "factor": 1}, "wrong_stock needs a factor other than 1"),
        ({"partner": "qimen", "kind": "stray_stock"}, "stray_stock needs a sku"),
        ({"partner": "sf", "kind": "refuse", "times": 0}, "times is 1 or more"),
    ],
)
async def test_a_fault_that_could_do_nothing_is_not_laid(
    client: httpx.AsyncClient, world: World, fault: dict[str, Any], said: str
) -> None:
    reply = await client.post("/_sandbox/faults", json=fault)
    assert (reply.status_code, said in reply.json()["detail"], world.faults.laid) == (422, True, []), reply.text


async def test_a_fault_passes_by_what_it_could_do_nothing_to(world: World, client: httpx.AsyncClient) -> None:
    world.add_fault(Fault("*", "*", FaultKind.WRONG_STOCK))
    await client.post("/qimen/router/qimen/service", params={"method": "taobao.qimen.order.cancel"})
    assert world.faults.laid[0].times == 1
    await client.post("/qimen/router/qimen/service", params={"method": "taobao.qimen.inventory.query"})
    assert world.faults.laid[0].times == 0


async def test_requests_are_counted_with_their_fault(client: httpx.AsyncClient, world: World, number: str) -> None:
    lay(world, FaultKind.REFUSE)
    for _ in range(3):
        await ship(client, number)
    counts = {(r.outcome, r.fault): n for r, n in world.requests.counts().items()}
    assert counts == {("503", "refuse"): 1, ("ok", None): 1, ("repeated", None): 1}


async def test_a_rejection_is_the_partners_own_no_and_nothing_is_done(
    client: httpx.AsyncClient, world: World, number: str
) -> None:
    lay(world, FaultKind.REJECT)
    reply = await ship(client, number)
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "not_allowed")
    assert world.ledger.effects() == []
