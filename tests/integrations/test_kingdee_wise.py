"""K/3 WISE: numbers are ours, an update loses nothing, and what the interface does not have is said."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from bench import Bench
from peers import peer
from samples import CODE, erp_order, erp_status

from integrations.errors import Misconfigured, Rejected
from integrations.kingdee_wise import KingdeeWise

TOKEN = {"StatusCode": 200, "Message": "Successful", "Data": {"Code": "Y", "Token": "t", "Validity": 3600}}
NO_ROWS = {"StatusCode": 200, "Data": {"DATA": []}}


def partner(bench: Bench, **changes: Any) -> KingdeeWise:
    client: KingdeeWise = bench.partner("kingdee_wise", settings=peer("kingdee_wise").settings(bench.address) | changes)
    return client


def answering(bench: Bench, replies: Mapping[str, Any], asked: list[Any] | None = None) -> KingdeeWise:
    """The client of a K/3 that says this of each operation; what it is asked is added to ``asked``."""

    def answer(request: httpx.Request) -> httpx.Response:
        operation = request.url.path.removeprefix("/K3API/")
        if asked is not None and request.content:
            asked.append((operation, json.loads(request.content)))
        return httpx.Response(200, json={"Token/Create": TOKEN, "SO/GetList": NO_ROWS, **replies}[operation])

    client: KingdeeWise = bench.replying("kingdee_wise", answer)
    return client


async def test_many_at_once_fetch_one_token(bench: Bench) -> None:
    wise = partner(bench)
    await asyncio.gather(*(wise.push_order(erp_order(f"SO-{n}")) for n in range(4)))
    assert bench.world.requests.total("kingdee_wise", "Token/Create") == 1
    bench.world.erp.tokens.clear()
    await asyncio.gather(*(wise.push_order(erp_order(f"SO-{n}")) for n in range(4, 8)))
    assert bench.world.requests.total("kingdee_wise", "Token/Create") == 2
    assert len(bench.world.erp.documents) == 8


async def test_two_tries_under_way_make_one_order(bench: Bench) -> None:
    receipts = await asyncio.gather(*(partner(bench).push_order(erp_order()) for _ in range(2)), return_exceptions=True)
    assert all(isinstance(each, Rejected | Misconfigured) or each.audited for each in receipts)  # type: ignore[union-attr]
    assert bench.effects("kingdee_wise") == [("order-saved", "SO-1"), ("order-audited", "SO-1")]


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        ({"BillInterID": 7, "BillNo": "SEORD000042"}, "SEORD000042"),
        ([{"FStatus": False, "FItemID": 0, "FNumber": "SO-1"}], "客户不存在"),
    ],
)
async def test_an_order_that_was_not_saved_under_our_number_goes_to_a_person(
    bench: Bench, saved: Any, words: str
) -> None:
    reply = {"StatusCode": 200, "Message": "客户不存在", "Data": saved}
    with pytest.raises(Rejected, match=words):
        await answering(bench, {"SO/Save": reply}).push_order(erp_order())


@pytest.mark.parametrize(("words", "error"), [("用户没有新增权限", Misconfigured), ("物料已禁用", Rejected)])
async def test_a_missing_right_stops_the_partner_and_a_refused_order_only_itself(
    bench: Bench, words: str, error: type[Exception]
) -> None:
    with pytest.raises(error, match=words):
        await answering(bench, {"SO/Save": {"StatusCode": 500, "Message": words, "Data": None}}).push_order(erp_order())


async def test_an_order_of_another_customer_or_currency_or_one_made_void_is_not_taken_for_ours(bench: Bench) -> None:
    wise = partner(bench)
    await wise.push_order(replace(erp_order(), customer="SOMEBODY"))
    with pytest.raises(Rejected, match="exists for customer SOMEBODY") as caught:
        await wise.push_order(erp_order())
    assert caught.value.field == "FCustID"
    with pytest.raises(Misconfigured, match="USD"):
        await wise.push_order(replace(erp_order("SO-2"), currency="USD"))
    [document] = bench.world.erp.documents.values()
    document.cancelled = True
    with pytest.raises(Rejected, match="is cancelled"):
        await wise.push_order(replace(erp_order(), customer="SOMEBODY"))


async def test_an_update_gives_back_every_page_and_is_left_out_when_nothing_is_new(bench: Bench) -> None:
    head: dict[str, Any] = {"FBillNo": "SO-1", "FExplanation": f"{CODE} 加急", "FCheckerID": {"FNumber": "hub"}}
    pages = {"Page1": [head], "Page2": [{"FEntryID": 1, "Fauxqty": "2.0"}], "Page3": [{"FPlan": "30%"}]}
    replies = {
        "SO/GetList": {"StatusCode": 200, "Data": {"Data": [{"FBillNo": "SO-1"}]}},
        "SO/GetDetail": {"StatusCode": 200, "Data": pages},
        "SO/Update": {"StatusCode": 200, "Data": ""},
    }
    asked: list[Any] = []
    wise = answering(bench, replies, asked)
    await wise.push_status(erp_status())
    told = {
        "FHeadSelfS0151": "shipped",
        "FHeadSelfS0152": "OB-1",
        "FHeadSelfS0153": "SF1000000001,SF1000000002",
    }
    assert asked[-1] == ("SO/Update", {"FBillNo": "SO-1", "Data": {**pages, "Page1": [{**head, **told}]}})
    head |= told
    await wise.push_status(erp_status())
    assert [operation for operation, _ in asked].count("SO/Update") == 1


async def test_an_order_made_void_in_the_database_is_not_audited(bench: Bench) -> None:
    books = bench.books("kingdee_wise_database")
    books.add_order("SO-1", "demo")
    books.run("UPDATE SEOrder SET FCancellation = 1")
    found = await bench.partner("kingdee_wise_database").find_order("SO-1")
    assert found is not None
    assert not found.audited


async def test_stock_comes_in_pages_or_the_cure_is_named(bench: Bench) -> None:
    for n in range(1_100):
        bench.world.set_stock("erp", "WH1", f"SKU-{n:04d}", n)
    lines = await partner(bench).pull_stock("WH1", ["SKU-0003", "SKU-1099"])
    assert [(line.sku, line.available) for line in lines] == [("SKU-0003", 3), ("SKU-1099", 1_099)]
    with pytest.raises(Rejected, match="the database under"):
        await partner(bench, stock_object="").pull_stock("WH1", ["SKU-0003"])
