"""U8's OpenAPI: tokens and trade ids are checked, results are looked up, an order goes through its states."""

from typing import Any

import httpx
import pytest

from sandbox import credentials as c
from sandbox.world import World

WHO = {"from_account": c.U8_FROM_ACCOUNT, "app_key": c.U8_APP_KEY}
ORDER: dict[str, Any] = {
    "code": "SO1",
    "date": "2026-01-01",
    "businesstype": "普通销售",
    "typecode": "01",
    "custcode": "C000001",
    "deptcode": "05",
    "entry": [{"inventorycode": "SKU-0001", "quantity": 2, "rowno": 1, "bgift": 0}],
}


async def get(client: httpx.AsyncClient, path: str, **query: str) -> Any:
    return (await client.get(f"/u8/{path}", params=WHO | query)).json()


@pytest.fixture
async def token(client: httpx.AsyncClient) -> str:
    return str((await get(client, "system/token", app_secret=c.U8_APP_SECRET))["token"]["id"])


async def write(
    client: httpx.AsyncClient, token: str, operation: str, content: Any, trade: str = ""
) -> tuple[list[Any], str]:
    """What is said at each look at the result, and the trade id."""
    trade = trade or (await get(client, "system/tradeid", token=token))["trade"]["id"]
    query = WHO | {"to_account": c.U8_TO_ACCOUNT, "token": token, "tradeid": trade}
    taken = (
        await client.post(f"/u8/api/{operation}", params=query, json={operation.partition("/")[0]: content})
    ).json()
    if "url" not in taken:
        return [taken], trade
    return [(await client.get(taken["url"])).json() for _ in range(2)], trade


async def state(client: httpx.AsyncClient, token: str) -> Any:
    found = await get(client, "api/saleorderlist/batch_get", to_account=c.U8_TO_ACCOUNT, token=token, code_begin="SO1")
    return [(row["state"], row["closer"], row["fhstatus"]) for row in found["saleorderlist"]]


async def test_an_order_is_added_verified_and_closed(client: httpx.AsyncClient, world: World, token: str) -> None:
    (under_way, added), _ = await write(client, token, "saleorder/add", ORDER)
    assert "处理中" in under_way["errmsg"]
    assert (added["errcode"], added["id"]) == ("0", "SO1")
    assert await state(client, token) == [("Opening", "", "0")]
    named = {"voucher_code": "SO1"}
    refused = [(await write(client, token, "saleorder/close", named))[0][1]["errcode"]]
    for operation in ("verify", "close"):
        assert (await write(client, token, f"saleorder/{operation}", named))[0][1]["errcode"] == "0"
        refused.append((await write(client, token, f"saleorder/{operation}", named))[0][1]["errcode"])
    assert refused == ["20001"] * 3, "not before it is verified, and nothing twice"
    assert await state(client, token) == [("Approved", "demo", "0")]
    assert [e.effect for e in world.ledger.effects("u8")] == ["order-added", "order-verified", "order-closed"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"quantity": "3"}, "超过订单数量"),
        ({"inventory_code": "SKU-0002"}, "超过订单数量"),
        ({"socode": "SO2"}, "销售订单不存在"),
        ({"warehouse_code": ""}, "warehouse_code 不能为空"),
    ],
)
async def test_a_delivery_note_sends_goods_of_a_verified_order(
    client: httpx.AsyncClient, world: World, token: str, change: dict[str, str], words: str
) -> None:
    line = {"inventory_code": "SKU-0001", "warehouse_code": "WH1", "quantity": "2", "rowno": 1, "socode": "SO1"}
    head = {"code": "OUT1", "date": "2026-01-02", "operation_type": "普通销售", "saletype": "01", "deptcode": "05"}
    note = {**head, "custcode": "C000001", "entry": [line | change]}
    await write(client, token, "saleorder/add", ORDER)
    assert (await write(client, token, "consignment/add", note))[0][1]["errcode"] != "0", "nothing of it is verified"
    await write(client, token, "saleorder/verify", {"voucher_code": "SO1"})
    result = (await write(client, token, "consignment/add", note))[0][1]
    assert words in result["errmsg"]
    assert (result["errcode"] == "0") is not bool(words)
    await write(client, token, "consignment/verify", {"voucher_code": "OUT1"})
    assert [row[2] for row in await state(client, token)] == ["0" if words else "2"]


async def test_a_trade_id_gives_its_first_result_again(client: httpx.AsyncClient, world: World, token: str) -> None:
    _, trade = await write(client, token, "saleorder/add", ORDER)
    again, _ = await write(client, token, "saleorder/add", ORDER, trade)
    assert again[0]["errcode"] == "0"
    (_, another), _ = await write(client, token, "saleorder/add", ORDER)
    assert "重复" in another["errmsg"]
    (unknown,), _ = await write(client, token, "saleorder/add", ORDER, "invented")
    assert "tradeid" in unknown["errmsg"]
    assert len(world.ledger.effects("u8")) == 1


async def test_who_calls_is_checked(client: httpx.AsyncClient, world: World, token: str) -> None:
    assert "app_secret" in (await get(client, "system/token", app_secret="wrong"))["errmsg"]
    assert "token" in (await get(client, "system/tradeid", token="wrong"))["errmsg"]
    assert "app_key" in (await get(client, "system/tradeid", token=token, app_key="wrong"))["errmsg"]
    stranger = await get(client, "api/saleorderlist/batch_get", token=token, to_account="wrong")
    assert "to_account" in stranger["errmsg"]
    newer = (await get(client, "system/token", app_secret=c.U8_APP_SECRET))["token"]["id"]
    assert "token" in (await get(client, "system/tradeid", token=token))["errmsg"], "a new token ends the last one"
    assert (await get(client, "system/tradeid", token=newer))["errcode"] == "0"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"custcode": ""}, "custcode"),
        ({"entry": []}, "entry"),
        ({"entry": [{"inventorycode": "SKU-0001", "quantity": 0}]}, "数量"),
    ],
)
async def test_incomplete_orders_are_refused(
    client: httpx.AsyncClient, world: World, token: str, change: dict[str, Any], words: str
) -> None:
    (_, result), _ = await write(client, token, "saleorder/add", ORDER | change)
    assert words in result["errmsg"]
    assert world.erp.documents == {}


async def test_stock_is_told_page_by_page(client: httpx.AsyncClient, world: World, token: str) -> None:
    for number in range(25):
        world.set_stock("erp", "WH1" if number % 2 else "WH2", f"SKU-{number}", number)
    asked = {"to_account": c.U8_TO_ACCOUNT, "token": token, "whcode_begin": "WH1", "whcode_end": "WH1"}
    pages = [
        await get(client, "api/currentstock/batch_get", **asked, page_index=str(page), rows_per_page="10")
        for page in (1, 2)
    ]
    assert [page["row_count"] for page in pages] == ["12", "12"]
    assert [row["qty"] for page in pages for row in page["currentstock"]] == [str(n) for n in range(1, 25, 2)]
    assert (await get(client, "api/currentstock/batch_get", **asked, rows_per_page="1001"))["errcode"] == "10005"


async def test_a_receivable_is_added_and_verified_once_and_must_balance(
    client: httpx.AsyncClient, world: World, token: str
) -> None:
    line = {"amount": "5.00", "bdebitcredit": False}
    owed = {"code": "AR1", "date": "2026-01-01", "cust_vendor_code": "C1", "amount": "10.00", "entry": [line, line]}
    wrong: list[dict[str, Any]] = [
        {"amount": "9.99"}, {"amount": "-10.00"}, {"amount": "ten"}, {"entry": []}, {"bdebitcredit": False},
    ]  # fmt: skip
    for change in wrong:
        (_, result), _ = await write(client, token, "oughtreceive/add", owed | change)
        assert result["errcode"] == "20001", change
    named = {"voucher_code": "AR1"}
    steps = [("add", owed), ("add", owed), ("verify", named), ("verify", named)]
    said = [(await write(client, token, f"oughtreceive/{operation}", body))[0][1] for operation, body in steps]
    assert [result["errcode"] for result in said] == ["0", "20001", "0", "20001"]
    asked = {"to_account": c.U8_TO_ACCOUNT, "token": token, "code_begin": "AR1", "code_end": "AR1"}
    [row] = (await get(client, "api/oughtreceivelist/batch_get", **asked))["oughtreceivelist"]
    assert (row["state"], row["cust_vendor_code"]) == ("Approved", "C1")
    assert [entry.effect for entry in world.ledger.effects("u8")] == ["receivable-added", "receivable-verified"]
