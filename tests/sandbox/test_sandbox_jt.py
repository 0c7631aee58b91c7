"""J&T Express: one waybill per order number, both digests checked, scans in J&T's words."""

import hashlib
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox import credentials
from sandbox.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
PERSON = {
    "name": "王芳",
    "mobile": "13900001234",
    "prov": "浙江省",
    "city": "杭州市",
    "area": "",
    "address": "中山路2号",
}


def md5(text: str) -> bytes:
    return hashlib.md5(text.encode()).digest()  # noqa: S324 - the protocol


def signed(text: str) -> str:
    return b64encode(md5(text)).decode()


def order(number: str) -> dict[str, Any]:
    return {
        "txlogisticId": number,
        "sender": PERSON,
        "receiver": PERSON,
        "items": [{"itemName": "保温杯", "number": 1}],
    }


async def ask(client: httpx.AsyncClient, path: str, content: dict[str, Any], **changes: str) -> dict[str, Any]:
    """By the formula of the reference, which no SDK has."""
    key = credentials.JT_PRIVATE_KEY
    password = md5("H5CD3zE6jadada236t2").hex().upper()
    customer = {
        "customerCode": credentials.JT_CUSTOMER_CODE,
        "digest": signed(credentials.JT_CUSTOMER_CODE + password + key),
    }
    text = json.dumps(customer | content, ensure_ascii=False)
    headers = {"apiAccount": credentials.JT_API_ACCOUNT, "timestamp": "1700000000000", "digest": signed(text + key)}
    reply = await client.post(
        f"/jt/webopenplatformapi/api/{path}", data={"bizContent": text}, headers=headers | changes
    )
    answer: dict[str, Any] = reply.json()
    return answer


async def test_a_second_order_is_a_duplicate_and_can_be_looked_up(client: httpx.AsyncClient, world: World) -> None:
    first = await ask(client, "order/addOrder", order("SO-1"))
    assert first["code"] == "1"
    assert (await ask(client, "order/addOrder", order("SO-1")))["code"] == "145002001"
    (found,) = (await ask(client, "order/getOrders", {"command": 1, "serialNumber": ["SO-1", "SO-2"]}))["data"]
    assert (found["billCode"], found["orderStatus"]) == (first["data"]["billCode"], 100)
    assert (await ask(client, "order/getOrders", {"command": 1, "serialNumber": ["SO-2"]}))["code"] == "145003064"
    assert len(world.ledger.effects("jt", "waybill-issued")) == 1


async def test_it_is_cancelled_once_and_not_after_the_pick_up(client: httpx.AsyncClient, world: World) -> None:
    world.set_now(START)
    for number in ("SO-1", "SO-2"):
        await ask(client, "order/addOrder", order(number))
    cancel = {"txlogisticId": "SO-1", "orderType": "1", "reason": "x"}
    assert (await ask(client, "order/cancelOrder", cancel))["code"] == "1"
    assert (await ask(client, "order/cancelOrder", cancel))["code"] == "999002010"
    world.work_at_carrier(START + timedelta(hours=2))
    assert (await ask(client, "order/cancelOrder", cancel | {"txlogisticId": "SO-2"}))["code"] == "999002010"
    assert [effect.key for effect in world.ledger.effects("jt", "waybill-cancelled")] == ["SO-1"]


async def test_scans_have_jts_words(client: httpx.AsyncClient, world: World) -> None:
    world.set_now(START)
    number = (await ask(client, "order/addOrder", order("SO-1")))["data"]["billCode"]
    world.work_at_carrier(START + timedelta(days=3))
    (trace,) = (await ask(client, "logistics/trace", {"billCodes": f"{number},JT000"}))["data"]
    assert [scan["scanType"] for scan in trace["details"]] == [
        "快件签收",
        "出仓扫描",
        "到件扫描",
        "发件扫描",
        "快件揽收",
    ]
    assert trace["details"][-1]["scanTime"] == "2026-01-01 09:00:00"


@pytest.mark.parametrize(
    ("content", "headers", "code"),
    [
        ({}, {"apiAccount": "1"}, "145003010"),
        ({}, {"digest": "AAAA"}, "145003030"),
        ({}, {"digest": ""}, "145003052"),
        ({}, {"timestamp": "now"}, "145003030"),
        ({"customerCode": "J1"}, {}, "145003031"),
        ({"digest": "AAAA"}, {}, "145003031"),
        ({"receiver": {}}, {}, "145003050"),
        ({"items": []}, {}, "145003050"),
    ],
)
async def test_what_is_wrong_has_its_code(
    client: httpx.AsyncClient, world: World, content: dict[str, Any], headers: dict[str, str], code: str
) -> None:
    assert (await ask(client, "order/addOrder", order("SO-1") | content, **headers))["code"] == code
    assert world.ledger.effects() == []
