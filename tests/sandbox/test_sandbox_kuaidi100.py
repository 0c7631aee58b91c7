"""Kuaidi100: queries and subscriptions are checked, a push holds the whole history."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from recording_hub import Hub

from sandbox import credentials
from sandbox.carrier import Waybill
from sandbox.kuaidi100 import push
from sandbox.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def parcel(world: World) -> Waybill:
    """On its way for five hours."""
    waybill = world.carriers["zto"].book(
        "SO-1", origin="杭州市", destination="深圳市", phones=["13900001234"], at=START
    )
    world.work_at_carrier(START + timedelta(hours=5))
    return waybill


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest().upper()  # noqa: S324 - the protocol


async def query(client: httpx.AsyncClient, number: str, **changes: str) -> dict[str, Any]:
    param = json.dumps({"com": "zhongtong", "num": number, "phone": ""} | changes)
    signed = md5(param + credentials.KUAIDI100_KEY + credentials.KUAIDI100_CUSTOMER)
    form = {"customer": credentials.KUAIDI100_CUSTOMER, "sign": signed, "param": param}
    reply: dict[str, Any] = (await client.post("/kuaidi100/poll/query.do", data=form | changes)).json()
    return reply


async def test_a_history_has_the_newest_first(client: httpx.AsyncClient, parcel: Waybill) -> None:
    reply = await query(client, parcel.number)
    assert (reply["status"], reply["state"], reply["ischeck"]) == ("200", "1002", "0")
    assert [(scan["time"], scan["status"]) for scan in reply["data"]] == [
        ("2026-01-01 12:00:00", "干线"),
        ("2026-01-01 09:00:00", "揽收"),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sign": "0"}, "503"),
        ({"customer": "1"}, "601"),
        ({"param": "no"}, "400"),
        ({"com": "nobody"}, "400"),
        ({"phone": "9999"}, "408"),
        ({"num": "ZT000"}, "500"),
    ],
)
async def test_what_is_wrong_has_its_code(
    client: httpx.AsyncClient, parcel: Waybill, changes: dict[str, str], code: str
) -> None:
    reply = await query(client, parcel.number, **changes)
    assert (reply["result"], reply["returnCode"]) == (False, code)


def wish(number: str) -> dict[str, Any]:
    parameters = {"callbackurl": "http://127.0.0.1/x", "salt": "salty"}
    return {"company": "zhongtong", "number": number, "key": credentials.KUAIDI100_KEY, "parameters": parameters}


async def subscribe(client: httpx.AsyncClient, param: dict[str, Any]) -> str:
    reply = await client.post("/kuaidi100/poll", data={"schema": "json", "param": json.dumps(param)})
    return str(reply.json()["returnCode"])


async def test_a_second_subscription_is_501(client: httpx.AsyncClient, world: World) -> None:
    param = wish("ZT1")
    unlike = (param | {"key": "x"}, param | {"company": "nobody"}, param | {"parameters": {}})
    codes = [await subscribe(client, content) for content in (param, param, *unlike)]
    assert codes == ["200", "501", "600", "700", "400"]
    assert len(world.ledger.effects("kuaidi100", "subscribed")) == 1


async def test_a_push_is_signed_and_holds_everything(parcel: Waybill) -> None:
    sent = parse_qs(push(parcel, "zhongtong", "salty").body.decode())
    (param,) = sent["param"]
    assert sent["sign"] == [md5(param + "salty")]
    assert json.loads(param)["status"] == "polling"
    assert len(json.loads(param)["lastResult"]["data"]) == 2


@pytest.mark.parametrize(("answer", "accepted"), [('{"result": true}', 1), ('{"result": false}', 0)])
async def test_the_hub_is_told_of_subscribed_parcels(
    client: httpx.AsyncClient, world: World, parcel: Waybill, answer: str, accepted: int
) -> None:
    hub = Hub(text=answer)
    world.hub.client = hub.client()
    wanted = {"waybill_nos": [parcel.number]}
    assert (await client.post("/_sandbox/tracker/tell", json=wanted)).status_code == 404
    assert await subscribe(client, wish(parcel.number)) == "200"
    told = (await client.post("/_sandbox/tracker/tell", json=wanted)).json()
    assert told == {"accepted": [parcel.number][:accepted]}
    (call,) = hub.received
    assert call.url.path == "/webhooks/kuaidi100"
    assert call.content == push(parcel, "zhongtong", "salty").body
