"""Kingdee: the official SDK saves, submits, audits and queries; sessions and signatures are checked."""

import asyncio
import json
import time
from hashlib import sha256
from typing import Any

import httpx
import pytest
from k3cloud_webapi_sdk.main import K3CloudApiSdk

from sandbox import credentials as c
from sandbox.world import World

FORMS = "/k3cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService"
LOGIN = "/k3cloud/Kingdee.BOS.WebApi.ServicesStub.AuthService.LoginBySign.common.kdsvc"
MODEL: dict[str, Any] = {
    "FBillNo": "SO1",
    "FDate": "2026-01-01",
    "FCustId": {"FNumber": "C000001"},
    "FNote": "it's 加急",
    "FSaleOrderEntry": [
        {"FMaterialId": {"FNumber": "SKU-0001"}, "FQty": 2, "FTaxPrice": 9.9},
        {"FMaterialId": {"FNumber": "SKU-0002"}, "FQty": 1, "FTaxPrice": 5},
    ],
}


def sdk(address: str, secret: str = c.KINGDEE_APP_SECRET) -> K3CloudApiSdk:
    client = K3CloudApiSdk(f"{address}/k3cloud/")
    client.InitConfig(c.KINGDEE_ACCOUNT_ID, c.KINGDEE_USER, c.KINGDEE_APP_ID, secret, f"{address}/k3cloud/")
    return client


async def login(client: httpx.AsyncClient, timestamp: int | None = None, secret: str = c.KINGDEE_APP_SECRET) -> Any:
    stamp = str(timestamp or int(time.time()))
    parts = [c.KINGDEE_ACCOUNT_ID, c.KINGDEE_USER, c.KINGDEE_APP_ID, secret, stamp]
    sign = sha256("".join(sorted(parts)).encode()).hexdigest()
    parameters = [*parts[:3], stamp, sign, c.KINGDEE_LANGUAGE]
    return (await client.post(LOGIN, json={"parameters": parameters})).json()


async def ask(client: httpx.AsyncClient, operation: str, data: Any, form: str = "SAL_SaleOrder") -> Any:
    body = {"data": data} if operation == "ExecuteBillQuery" else {"formid": form, "data": data}
    reply = await client.post(f"{FORMS}.{operation}.common.kdsvc", json=body)
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.fixture
async def session(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """The client with a session in its header."""
    client.headers["kdservice-sessionid"] = (await login(client))["KDSVCSessionId"]
    client.cookies.clear()
    return client


def errors(reply: Any) -> list[str]:
    status = reply["Result"]["ResponseStatus"]
    assert status["IsSuccess"] is False
    return [error["FieldName"] for error in status["Errors"]]


@pytest.mark.proves("kingdee_cloud", "kingdee.cdp.webapi.sdk", "sandbox")
async def test_the_official_sdk_takes_an_order_through_the_chain(served: str, world: World) -> None:
    def chain() -> list[Any]:
        api = sdk(served)
        query = {"FormId": "SAL_SaleOrder", "FieldKeys": "FBillNo,FDocumentStatus", "Limit": 10}
        return [
            json.loads(api.Save("SAL_SaleOrder", {"Model": MODEL})),
            json.loads(api.Submit("SAL_SaleOrder", {"Numbers": ["SO1"]})),
            json.loads(api.Audit("SAL_SaleOrder", {"Numbers": ["SO1"]})),
            json.loads(api.View("SAL_SaleOrder", {"Number": "SO1"})),
            json.loads(api.ExecuteBillQuery(query)),
        ]

    saved, submitted, audited, viewed, rows = await asyncio.to_thread(chain)
    for reply in (saved, submitted, audited):
        assert reply["Result"]["ResponseStatus"]["IsSuccess"] is True
    assert saved["Result"]["Number"] == "SO1"
    assert viewed["Result"]["Result"]["DocumentStatus"] == "C"
    assert rows == [["SO1", "C"]]
    effects = [e.effect for e in world.ledger.effects("kingdee")]
    assert effects == ["order-saved", "order-submitted", "order-audited"]


async def test_the_official_sdk_takes_an_order_back(served: str, world: World) -> None:
    def chain() -> list[Any]:
        api = sdk(served)
        one = {"Numbers": ["SO1"]}
        api.Save("SAL_SaleOrder", {"Model": MODEL})
        query = {"FormId": "SAL_SaleOrder", "FieldKeys": "FDocumentStatus,FCancelStatus", "Limit": 10}
        return [
            json.loads(api.Submit("SAL_SaleOrder", one)),
            json.loads(api.CancelAssign("SAL_SaleOrder", one)),
            json.loads(api.Submit("SAL_SaleOrder", one)),
            json.loads(api.Audit("SAL_SaleOrder", one)),
            json.loads(api.ExcuteOperation("SAL_SaleOrder", "Cancel", one)),
            json.loads(api.UnAudit("SAL_SaleOrder", one)),
            json.loads(api.ExcuteOperation("SAL_SaleOrder", "Cancel", one)),
            json.loads(api.Submit("SAL_SaleOrder", one)),
            json.loads(api.ExecuteBillQuery(query)),
        ]

    *replies, rows = await asyncio.to_thread(chain)
    done = [reply["Result"]["ResponseStatus"]["IsSuccess"] for reply in replies]
    assert done == [True, True, True, True, False, True, True, False], "neither audited nor cancelled ones are changed"
    assert rows == [["D", "B"]]
    assert len(world.ledger.effects("kingdee", "order-cancelled", "SO1")) == 1


async def test_an_order_with_an_outstock_below_it_stays_audited(session: httpx.AsyncClient, world: World) -> None:
    await ask(session, "Save", {"Model": MODEL, "IsAutoSubmitAndAudit": "true"})
    world.issue_goods("SO1")
    assert errors(await ask(session, "UnAudit", {"Numbers": ["SO1"]})) == ["FBillNo"]
    assert world.erp.documents["SAL_SaleOrder", "SO1"].status == "C"


async def test_the_official_sdk_with_a_wrong_secret_is_refused(served: str, world: World) -> None:
    with pytest.raises(RuntimeError, match="签名"):
        await asyncio.to_thread(sdk(served, "wrong").Save, "SAL_SaleOrder", {"Model": MODEL})
    assert world.erp.documents == {}


async def test_sessions_open_by_signature_and_end(client: httpx.AsyncClient, world: World) -> None:
    assert (await login(client, secret="wrong"))["LoginResultType"] == 0
    assert (await login(client, timestamp=1_600_000_000))["LoginResultType"] == 0
    path = f"{FORMS}.Save.common.kdsvc"
    body = {"parameters": ["SAL_SaleOrder", json.dumps({"Model": MODEL})]}
    assert (await client.post(path, json=body)).status_code == 401
    assert (await login(client))["LoginResultType"] == 1
    assert (await client.post(path, json=body)).json()["Result"]["Number"] == "SO1", "by cookie"
    world.erp.sessions.clear()
    lost = await client.post(path, json=body)
    assert lost.status_code == 401
    assert "会话" in lost.text


async def test_a_second_bill_of_that_number_is_refused(session: httpx.AsyncClient, world: World) -> None:
    await ask(session, "Save", {"Model": MODEL})
    assert errors(await ask(session, "Save", {"Model": MODEL})) == ["FBillNo"]
    assert len(world.ledger.effects("kingdee", "order-saved")) == 1


async def test_the_chain_cannot_be_skipped_or_walked_twice(session: httpx.AsyncClient, world: World) -> None:
    await ask(session, "Save", {"Model": MODEL})
    names = {"Numbers": ["SO1"]}
    assert errors(await ask(session, "Audit", names)) == ["FDocumentStatus"]
    await ask(session, "Submit", names)
    assert errors(await ask(session, "Submit", names)) == ["FDocumentStatus"]
    identifier = world.erp.documents["SAL_SaleOrder", "SO1"].id
    await ask(session, "Audit", {"Ids": str(identifier)})
    assert errors(await ask(session, "Audit", names)) == ["FDocumentStatus"]
    assert errors(await ask(session, "Save", {"Model": MODEL | {"FID": identifier}})) == ["FDocumentStatus"]
    assert errors(await ask(session, "Submit", {"Numbers": ["NONE"]})) == ["FBillNo"]
    assert len(world.ledger.effects("kingdee")) == 3


async def test_save_can_submit_and_audit_at_once(session: httpx.AsyncClient, world: World) -> None:
    await ask(session, "Save", {"Model": MODEL, "IsAutoSubmitAndAudit": "true"})
    assert world.erp.documents["SAL_SaleOrder", "SO1"].status == "C"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"FDate": ""}, ["FDate"]),
        ({"FCustId": {}}, ["FCustId"]),
        ({"FSaleOrderEntry": []}, ["FSaleOrderEntry"]),
        ({"FSaleOrderEntry": [{"FMaterialId": {}, "FQty": 0}]}, ["FMaterialId", "FQty"]),
    ],
)
async def test_incomplete_orders_name_their_fields(
    session: httpx.AsyncClient, world: World, change: dict[str, Any], fields: list[str]
) -> None:
    assert errors(await ask(session, "Save", {"Model": MODEL | change})) == fields
    assert world.erp.documents == {}


async def test_queries_filter_sort_page_and_join_entries(session: httpx.AsyncClient) -> None:
    for number in range(1, 6):
        await ask(session, "Save", {"Model": MODEL | {"FBillNo": f"SO{number}"}})
    await ask(session, "Submit", {"Numbers": ["SO3"]})

    async def query(keys: str, **more: Any) -> Any:
        return await ask(session, "ExecuteBillQuery", {"FormId": "SAL_SaleOrder", "FieldKeys": keys, **more})

    assert await query("FBillNo", FilterString="FDocumentStatus='B'") == [["SO3"]]
    assert await query("FBillNo", OrderString="FBillNo desc", Limit=2, StartRow=1) == [["SO4"], ["SO3"]]
    assert await query("FBillNo", FilterString="FBillNo in ('SO1','SO2') and FNote = 'it''s 加急'") == [
        ["SO1"],
        ["SO2"],
    ]
    assert await query("FBillNo", FilterString="FModifyDate >= '2020-01-01' AND FBillNo like '%5'") == [["SO5"]]
    lines = await query("FBillNo,FMaterialId.FNumber,FQty", FilterString="FQty > 1 and FBillNo <> 'SO1'", Limit=2)
    assert lines == [["SO2", "SKU-0001", 2], ["SO3", "SKU-0001", 2]]


@pytest.mark.parametrize(
    "query",
    [
        {"FieldKeys": "FNonsense"},
        {"FieldKeys": ""},
        {"FieldKeys": "FBillNo", "FilterString": "drop table"},
        {"FieldKeys": "FBillNo", "Limit": 2001},
    ],
)
async def test_query_errors_come_inside_a_two_dimensional_array(
    session: httpx.AsyncClient, query: dict[str, Any]
) -> None:
    await ask(session, "Save", {"Model": MODEL})
    reply = await ask(session, "ExecuteBillQuery", {"FormId": "SAL_SaleOrder", **query})
    assert reply[0][0]["Result"]["ResponseStatus"]["IsSuccess"] is False


async def test_stock_is_the_erps_own(session: httpx.AsyncClient, world: World) -> None:
    world.set_stock("erp", "W1", "SKU-0001", 7)
    world.set_stock("wms", "W1", "SKU-0001", 9)
    query = {
        "FormId": "STK_Inventory",
        "FieldKeys": "FMaterialId.FNumber,FStockId.FNumber,FBaseQty",
        "FilterString": "FStockId.FNumber='W1'",
    }
    assert await ask(session, "ExecuteBillQuery", query) == [["SKU-0001", "W1", 7]]
