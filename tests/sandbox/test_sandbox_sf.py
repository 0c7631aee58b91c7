"""SF Express: karrio's digest is accepted, one waybill per order id, scans follow the timetable."""

import importlib.util
import json
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import distribution
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx
import pytest

from sandbox import credentials
from sandbox.sf import digest
from sandbox.world import World

PATH = "/sf/std/service"
START = datetime(2026, 1, 1, tzinfo=UTC)


def order(order_id: str) -> dict[str, Any]:
    return {
        "language": "zh-CN",
        "orderId": order_id,
        "cargoDetails": [{"name": "保温杯", "count": 1}],
        "contactInfoList": [
            {"contactType": 1, "contact": "仓库", "mobile": "13800000001", "city": "深圳市", "address": "人民路1号"},
            {"contactType": 2, "contact": "王芳", "mobile": "13900001234", "city": "杭州市", "address": "中山路2号"},
        ],
        "monthlyCard": credentials.SF_MONTHLY_CARD,
    }


def form(service: str, content: Any, **changes: str) -> dict[str, str]:
    text = json.dumps(content, ensure_ascii=False)
    return {
        "partnerID": credentials.SF_PARTNER_ID,
        "requestID": "6c1f5b7e",
        "serviceCode": service,
        "timestamp": "1700000000",
        "msgDigest": digest(text, "1700000000", credentials.SF_CHECKWORD),
        "msgData": text,
        **changes,
    }


async def ask(client: httpx.AsyncClient, service: str, content: Any) -> dict[str, Any]:
    outer = (await client.post(PATH, data=form(service, content))).json()
    assert outer["apiResultCode"] == "A1000"
    inner: dict[str, Any] = json.loads(outer["apiResultData"])
    return inner


def karrio_form(data: str, service: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What karrio's own code sends. Only its file is loaded: the package drags in a dozen carriers' needs."""
    for name, content in (
        ("karrio", {}),
        ("karrio.core", {"Settings": object}),
        ("karrio.core.utils", {"DP": SimpleNamespace(jsonify=json.dumps)}),
    ):
        module = ModuleType(name)
        module.__dict__.update(content)
        monkeypatch.setitem(sys.modules, name, module)
    path = distribution("karrio.sf-express").locate_file("karrio/providers/sf_express/utils.py")
    spec = importlib.util.spec_from_file_location("karrio_sf_utils", str(path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    settings = module.Settings()
    settings.partner_id, settings.check_word = credentials.SF_PARTNER_ID, credentials.SF_CHECKWORD
    sent: dict[str, str] = json.loads(settings.parse(data, service))
    return sent


@pytest.mark.proves("sf_express", "karrio.sf-express", "sandbox")
async def test_karrios_digest_is_accepted(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = karrio_form(json.dumps(order("SO-1"), ensure_ascii=False), "EXP_RECE_CREATE_ORDER", monkeypatch)
    outer = (await client.post(PATH, data=sent)).json()
    assert outer["apiResultCode"] == "A1000"
    assert json.loads(outer["apiResultData"])["success"] is True


async def test_a_second_order_is_8016_and_can_be_looked_up(client: httpx.AsyncClient, world: World) -> None:
    first = await ask(client, "EXP_RECE_CREATE_ORDER", order("SO-1"))
    second = await ask(client, "EXP_RECE_CREATE_ORDER", order("SO-1"))
    assert (second["success"], second["errorCode"]) == (False, "8016")
    found = await ask(client, "EXP_RECE_SEARCH_ORDER_RESP", {"orderId": "SO-1", "searchType": 1})
    assert found["msgData"]["waybillNoInfoList"] == first["msgData"]["waybillNoInfoList"]
    assert len(world.ledger.effects("sf", "waybill-issued")) == 1
    unknown = await ask(client, "EXP_RECE_SEARCH_ORDER_RESP", {"orderId": "SO-2"})
    assert unknown["errorCode"] == "8018"


async def test_cancelling_twice_is_8037(client: httpx.AsyncClient, world: World) -> None:
    await ask(client, "EXP_RECE_CREATE_ORDER", order("SO-1"))
    cancel = {"orderId": "SO-1", "dealType": 2}
    assert (await ask(client, "EXP_RECE_UPDATE_ORDER", cancel))["msgData"]["resStatus"] == 2
    assert (await ask(client, "EXP_RECE_UPDATE_ORDER", cancel))["errorCode"] == "8037"
    assert len(world.ledger.effects("sf", "waybill-cancelled")) == 1


async def op_codes(client: httpx.AsyncClient, numbers: list[str], **more: Any) -> list[list[str]]:
    content = {"trackingType": 1, "trackingNumber": numbers, "methodType": 1, **more}
    replies = (await ask(client, "EXP_RECE_SEARCH_ROUTES", content))["msgData"]["routeResps"]
    return [[scan["opCode"] for scan in reply["routes"]] for reply in replies]


async def test_parcels_follow_the_timetable_and_the_late_one_stays_behind(
    client: httpx.AsyncClient, world: World
) -> None:
    world.set_now(START)
    for order_id in ("A", "B", "C"):
        await ask(client, "EXP_RECE_CREATE_ORDER", order(order_id))
    numbers = [world.carrier.by_order[order_id].number for order_id in ("A", "B", "C")]
    assert world.work_at_carrier(START + timedelta(hours=5), skip=[numbers[2]]) == 4
    assert await op_codes(client, numbers) == [["50", "36"], ["50", "36"], []]
    world.work_at_carrier(START + timedelta(days=3), late=[numbers[1]])
    assert await op_codes(client, numbers) == [
        ["50", "36", "31", "44", "80"],
        ["50", "36"],
        ["50", "36", "31", "44", "80"],
    ]
    assert world.work_at_carrier(START + timedelta(days=9)) == 0, "nothing is scanned twice"
    assert await op_codes(client, numbers[:1], checkPhoneNo="1234") != [[]]
    assert await op_codes(client, numbers[:1], checkPhoneNo="9999") == [[]]
    assert await op_codes(client, ["SF000"]) == [[]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"msgDigest": "AAAA"}, "A1006"),
        ({"timestamp": "1700000001"}, "A1006"),
        ({"partnerID": "OTHER"}, "A1004"),
        ({"serviceCode": "EXP_UNKNOWN"}, "A1004"),
        ({"msgDigest": ""}, "A1001"),
    ],
)
async def test_wrong_envelopes_get_the_outer_code(
    client: httpx.AsyncClient, world: World, changes: dict[str, str], code: str
) -> None:
    reply = await client.post(PATH, data=form("EXP_RECE_CREATE_ORDER", order("SO-1"), **changes))
    assert reply.json()["apiResultCode"] == code
    assert world.ledger.effects() == []


async def test_bad_contents_get_the_inner_code(client: httpx.AsyncClient) -> None:
    nobody = order("SO-1") | {"contactInfoList": []}
    assert (await ask(client, "EXP_RECE_CREATE_ORDER", nobody))["errorCode"] == "6200"
    many = {"trackingType": 1, "trackingNumber": [str(n) for n in range(11)]}
    assert (await ask(client, "EXP_RECE_SEARCH_ROUTES", many))["errorCode"] == "8003"
