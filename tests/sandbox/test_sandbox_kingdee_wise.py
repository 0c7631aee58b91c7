"""K3API: a token is wanted, an order is saved, audited, taken back and deleted, and nothing out of turn."""

from typing import Any

import httpx
import pytest

from sandbox import credentials as c
from sandbox.world import World

HEAD: dict[str, Any] = {"FBillNo": "SO1", "FCustID": {"FNumber": "C1"}, "FCurrencyID": {"FNumber": "RMB"}}
LINE: dict[str, Any] = {"FItemID": {"FNumber": "SKU-0001"}, "FUnitID": {"FNumber": "PCS"}, "Fauxqty": 2}
ORDER = {"Data": {"Page1": [HEAD], "Page2": [LINE]}}


@pytest.fixture
async def token(client: httpx.AsyncClient) -> str:
    given = await client.get("/K3API/Token/Create", params={"authorityCode": c.KINGDEE_WISE_AUTHORITY})
    return str(given.json()["Data"]["Token"])


async def ask(client: httpx.AsyncClient, token: str, operation: str, body: Any) -> tuple[int, str, Any]:
    reply = (await client.post(f"/K3API/SO/{operation}", params={"Token": token}, json=body)).json()
    return reply["StatusCode"], reply["Message"], reply["Data"]


def check(action: str, checker: str = c.KINGDEE_WISE_CHECKER) -> Any:
    return {"Data": {"FBillNo": "SO1", "FChecker": checker, "FCheckDirection": action, "FDealComment": ""}}


async def test_an_order_goes_through_its_states_and_no_other_way(
    client: httpx.AsyncClient, world: World, token: str
) -> None:
    named = {"Data": {"FBillNo": "SO1"}}
    steps = [
        ("CheckBill", check("2"), 500), ("Save", ORDER, 200), ("Save", ORDER, 500), ("CheckBill", check("4"), 500),
        ("CheckBill", check("2", "nobody"), 500), ("CheckBill", check("2"), 200), ("CheckBill", check("2"), 500),
        ("Delete", named, 500), ("CheckBill", check("4"), 200), ("Delete", named, 200), ("GetDetail", named, 500),
    ]  # fmt: skip
    said = [(await ask(client, token, operation, body))[0] for operation, body, _ in steps]
    assert said == [code for *_, code in steps]
    effects = [entry.effect for entry in world.ledger.effects("kingdee_wise")]
    assert effects == ["order-saved", "order-audited", "order-taken-back", "order-deleted"]


async def test_what_was_issued_is_shown_and_holds_the_order(
    client: httpx.AsyncClient, world: World, token: str
) -> None:
    await ask(client, token, "Save", ORDER)
    await ask(client, token, "CheckBill", check("2"))
    world.issue_goods("SO1")
    _, _, pages = await ask(client, token, "GetDetail", {"Data": {"FBillNo": "SO1"}})
    assert pages["Page1"][0]["FCheckerID"]["FNumber"] == c.KINGDEE_WISE_CHECKER
    assert pages["Page2"][0]["FStockQty"] == "2"
    assert "已被关联" in (await ask(client, token, "CheckBill", check("4")))[1]


async def test_after_the_audit_only_own_fields_change(client: httpx.AsyncClient, world: World, token: str) -> None:
    await ask(client, token, "Save", ORDER)
    await ask(client, token, "CheckBill", check("2"))
    codes = []
    for head, lines in (
        (HEAD | {"FHeadSelfS0151": "shipped"}, [LINE]),
        (HEAD | {"FHeadSelfS0151": "shipped", "FNote": "x"}, [LINE]),
        (HEAD | {"FHeadSelfS0151": "delivered"}, [LINE | {"Fauxqty": 3}]),
        (HEAD, []),
    ):
        update = {"FBillNo": "SO1", "Data": {"Page1": [head], "Page2": lines}}
        codes.append((await ask(client, token, "Update", update))[0])
    assert codes == [200, 500, 500, 500]
    [document] = world.erp.documents.values()
    assert document.model == HEAD | {"FHeadSelfS0151": "shipped", "Page2": [LINE]}


@pytest.mark.parametrize(
    ("head", "line", "words"),
    [
        ({"FCustID": {"FNumber": ""}}, {}, "FCustID"),
        ({"FCurrencyID": "RMB"}, {}, "FCurrencyID"),
        ({"FBillNo": ""}, {}, "单据编号"),
        ({}, {"FItemID": "SKU-0001"}, "物料"),
        ({}, {"Fauxqty": 0}, "数量"),
    ],
)
async def test_incomplete_orders_are_refused(
    client: httpx.AsyncClient, world: World, token: str, head: Any, line: Any, words: str
) -> None:
    code, message, _ = await ask(client, token, "Save", {"Data": {"Page1": [HEAD | head], "Page2": [LINE | line]}})
    assert code == 500
    assert words in message
    assert world.erp.documents == {}


async def test_who_calls_is_checked_and_a_list_is_filtered_and_paged(
    client: httpx.AsyncClient, world: World, token: str
) -> None:
    refused = await client.get("/K3API/Token/Create", params={"authorityCode": "wrong"})
    assert (refused.json()["StatusCode"], refused.json()["Data"]) == (401, {"Code": "N"})
    assert "Token" in (await ask(client, "wrong", "GetList", {"Data": {}}))[1]
    for number in ("SO1", "SO2", "SO'3"):
        await ask(client, token, "Save", {"Data": {"Page1": [HEAD | {"FBillNo": number}], "Page2": [LINE]}})
    asked = {"Top": "0", "PageSize": "2", "PageIndex": "2", "Filter": "", "Fields": "FBillNo"}
    assert (await ask(client, token, "GetList", {"Data": asked}))[2]["DATA"] == [{"FBillNo": "SO'3"}]
    one = asked | {"PageIndex": "1", "Filter": "[FBillNo]='SO''3'"}
    assert (await ask(client, token, "GetList", {"Data": one}))[2]["RowCount"] == 1
    assert (await ask(client, token, "GetList", {"Data": asked | {"Filter": "1=1"}}))[0] == 500
    assert len(world.erp.documents) == 3
