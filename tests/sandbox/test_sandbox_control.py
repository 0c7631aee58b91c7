"""The control API moves the world as the methods do, and says what it does not know."""

import socket
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

import httpx
import pytest
from recording_hub import Hub

from sandbox.orders import CHANNELS
from sandbox.world import World

DAY = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}


async def send(client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    reply = await client.request(method, f"/_sandbox{path}", json=body)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_a_day_is_played_over_http(client: httpx.AsyncClient, world: World) -> None:
    hub = Hub()
    world.hub.client = hub.client()
    now = await send(client, "POST", "/clock", {"now": "2026-01-01T12:00:00+08:00"})
    assert now == {"now": "2026-01-01T04:00:00+00:00"}
    placed = await send(client, "POST", "/orders", {"channel": "shop", "count": 20, "dirty_share": 0.1, **DAY})
    assert (await send(client, "GET", "/orders/defects"))["shop"] == placed["defects"]
    number = placed["order_nos"][0]
    changed = await send(client, "POST", f"/orders/shop/{number}/update", {"changes": {"remark": "改地址"}})
    assert (changed["remark"], changed["updated_at"]) == ("改地址", "2026-01-01T04:00:00Z")
    assert (await send(client, "POST", f"/orders/shop/{number}/cancel"))["status"] == "cancelled"
    assert (await send(client, "GET", f"/orders/shop/{number}"))["status"] == "cancelled"
    pushed = await send(client, "POST", f"/orders/shop/{number}/push", {"repeat": 2, "all_versions": True})
    assert (len(pushed["answers"]), pushed["accepted"]) == (6, [number])
    both = {"order_nos": placed["order_nos"][:2], "reverse": True}
    pushed = await send(client, "POST", "/orders/shop/push", both)
    assert [answer["key"] for answer in pushed["answers"]] == placed["order_nos"][1::-1]
    counts = [{"warehouse": "W1", "sku": "SKU-0001", "quantity": 5, "system": s} for s in ("wms", "erp")]
    await send(client, "PUT", "/stock", counts)
    assert (await send(client, "GET", "/state/kingdee"))["stock"] == [
        {"warehouse": "W1", "sku": "SKU-0001", "quantity": 5}
    ]
    assert (await send(client, "POST", "/warehouse/work"))["shipped"] == []
    change = {"warehouse": "W1", "sku": "SKU-0001", "quantity": -2, "document": "QT-1", "order_type": "QTCK"}
    notice = await send(client, "POST", "/warehouse/change", change)
    assert (await send(client, "GET", "/state/qimen"))["stock_changes"] == [notice]
    assert (await client.post("/_sandbox/warehouse/change", json={**change, "quantity": -9})).status_code == 422
    assert await send(client, "POST", "/carrier/work", {"now": DAY["until"], "except": []}) == {"scans": 0}
    bill = await send(client, "POST", "/bill", {"date": "2026-01-01", "distort": ["unknown_order"]})
    assert bill["rows"] > 1
    alert = await send(
        client,
        "POST",
        "/alerts",
        {"province": "广东省", "level": "red", "type": "暴雨", "until": DAY["until"]},
    )
    assert alert["id"] != (await send(client, "DELETE", f"/alerts/{alert['id']}"))["id"]
    await send(client, "POST", "/faults", {"partner": "sf", "kind": "delay", "seconds": 1})
    assert await send(client, "DELETE", "/faults") == {"laid": 0}
    assert await send(client, "GET", "/ledger?partner=sf") == []
    assert (await send(client, "GET", "/requests"))[0]["operation"] == "order.updated"
    await send(client, "POST", "/reset")
    assert await send(client, "GET", "/orders/defects") == {name: {} for name in CHANNELS}


async def test_an_exact_order_is_kept_as_given(client: httpx.AsyncClient, world: World) -> None:
    order = (
        World(9)
        .place_orders("shop", 1, since=datetime.fromisoformat(DAY["since"]), until=datetime.fromisoformat(DAY["until"]))
        .orders[0]
    )
    await send(client, "POST", "/orders/one", {"channel": "shop", "order": order})
    assert world.channels["shop"].book[order["order_no"]] == order
    again = await client.post("/_sandbox/orders/one", json={"channel": "shop", "order": order})
    assert again.status_code == 422


@pytest.mark.parametrize(
    "partner",
    [
        "shop",
        "taobao",
        "jd",
        "wechat_shop",
        "alibaba_1688",
        "alibaba_com",
        "qimen",
        "sf",
        "kingdee",
        "alipay",
        "nuonuo",
        "qweather",
        "cap",
        "dingtalk",
        "slack",
        "wecom",
        "feishu",
        "wechat_account",
    ],
)
async def test_every_partner_shows_its_state(client: httpx.AsyncClient, partner: str) -> None:
    assert await send(client, "GET", f"/state/{partner}")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/orders", {"channel": "shop", "count": 1, **DAY, "dirty": 1}, 422),
        ("POST", "/orders", {"channel": "shop", "count": 1, "since": "2026-01-01", "until": "x"}, 422),
        ("POST", "/orders/shop/NONE/cancel", None, 404),
        ("POST", "/orders/nowhere/NONE/cancel", None, 404),
        ("POST", "/bill", {"date": "2026-01-01", "distort": ["refund"]}, 422),
        ("POST", "/alerts", {"city": "深圳市", "level": "red", "type": "蝗虫", "until": DAY["until"]}, 422),
        ("POST", "/invoices/NONE", {}, 404),
        ("DELETE", "/alerts/NONE", None, 404),
        ("POST", "/carrier/work", {"late": ["SF0"]}, 404),
        ("POST", "/faults", {"partner": "sf", "kind": "earthquake"}, 422),
        ("GET", "/state/nobody", None, 404),
    ],
)
async def test_mistakes_are_told(client: httpx.AsyncClient, method: str, path: str, body: Any, status: int) -> None:
    assert (await client.request(method, f"/_sandbox{path}", json=body)).status_code == status


def test_the_command_serves_on_loopback() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--hub", "http://127.0.0.1:9"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:  # noqa: S603 - our own command
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    reply = httpx.get(f"http://127.0.0.1:{port}/_sandbox/requests")
                    break
                except httpx.ConnectError:
                    assert process.poll() is None
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            assert reply.json() == []
        finally:
            process.terminate()
