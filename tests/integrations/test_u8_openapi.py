"""U8's OpenAPI: a result is waited for, and whoever cannot learn it says so; amounts agree to the cent."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from bench import Bench
from peers import peer
from samples import LINES, erp_order, erp_status
from samples import receivable as owed

from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.u8_openapi import U8OpenApi
from integrations.u8_voucher import Terms, receivable, sale_order
from models.messages import Progress
from sandbox.faults import Fault, FaultKind

TOKEN = {"errcode": "0", "token": {"id": "t", "expiresIn": "7200"}}
TRADE = {"errcode": "0", "trade": {"id": "1"}}
NONE: dict[str, Any] = {"errcode": "0", "saleorderlist": []}


def partner(bench: Bench, **changes: Any) -> U8OpenApi:
    client: U8OpenApi = bench.partner("u8_openapi", settings=peer("u8_openapi").settings(bench.address) | changes)
    return client


def answering(bench: Bench, added: Any, result: Any = None) -> U8OpenApi:
    """The client of a U8 that has no order and says this of a write and of its result."""
    replies = {"/system/token": TOKEN, "/system/tradeid": TRADE, "/api/saleorderlist/batch_get": NONE}

    def answer(request: httpx.Request) -> httpx.Response:
        said = replies.get(request.url.path, result if request.method == "GET" else added)
        return httpx.Response(200, json=said)

    settings = peer("u8_openapi").settings("http://u8.example") | {"url": "http://u8.example", "looks": 3}
    client: U8OpenApi = bench.replying("u8_openapi", answer, settings)
    return client


async def test_many_at_once_fetch_one_token(bench: Bench) -> None:
    u8 = partner(bench)
    await asyncio.gather(*(u8.push_order(erp_order(f"SO-{n}")) for n in range(4)))
    bench.world.u8.token = "another"
    await asyncio.gather(*(u8.push_order(erp_order(f"SO-{n}")) for n in range(4, 8)))
    assert len(bench.world.erp.documents) == 8
    assert bench.world.u8.tokens_made == 2


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"errcode": "1", "errmsg": "请求正在处理中"}, "not there yet"),
        ({}, "cannot be read"),
        (["what"], "cannot be read"),
    ],
)
async def test_a_result_that_is_not_learnt_is_an_unknown_outcome(bench: Bench, result: Any, words: str) -> None:
    taken = {"errcode": "0", "url": "http://u8.example/system/result?tradeid=1"}
    with pytest.raises(Unavailable, match=words) as caught:
        await answering(bench, taken, result).push_order(erp_order())
    assert caught.value.outcome_unknown


async def test_a_result_is_looked_up_at_u8_only(bench: Bench) -> None:
    with pytest.raises(Unavailable, match="another address") as caught:
        await answering(bench, {"errcode": "0", "url": "http://elsewhere.example/"}).push_order(erp_order())
    assert caught.value.outcome_unknown


async def test_a_number_that_u8_gave_goes_to_a_person(bench: Bench) -> None:
    with pytest.raises(Rejected, match="0000000042") as caught:
        await answering(bench, {"errcode": "0", "id": "0000000042"}).push_order(erp_order())
    assert caught.value.field == "code"


async def test_two_tries_under_way_make_one_order(bench: Bench) -> None:
    receipts = await asyncio.gather(*(partner(bench).push_order(erp_order()) for _ in range(2)), return_exceptions=True)
    (document,) = bench.world.erp.documents.values()
    assert document.status == "C"
    assert all(isinstance(each, Rejected | Misconfigured) or each.audited for each in receipts)  # type: ignore[union-attr]
    assert len(bench.world.ledger.effects("u8")) == 2


async def test_an_order_of_another_customer_or_currency_is_not_taken_for_ours(bench: Bench) -> None:
    await partner(bench).push_order(replace(erp_order(), customer="SOMEBODY"))
    with pytest.raises(Rejected, match="exists for customer SOMEBODY") as caught:
        await partner(bench).push_order(erp_order())
    assert caught.value.field == "custcode"
    with pytest.raises(Misconfigured, match="USD"):
        await partner(bench).push_order(replace(erp_order("SO-2"), currency="USD"))
    await partner(bench).cancel_order("SO-1")
    with pytest.raises(Rejected, match="is closed"):
        await partner(bench).push_order(replace(erp_order(), customer="SOMEBODY"))


async def test_a_delivery_note_sends_what_was_ordered_at_its_prices(bench: Bench) -> None:
    await partner(bench).push_order(erp_order())
    for progress in (Progress.RELEASED, Progress.PICKED):
        await partner(bench).push_status(erp_status(progress))
    assert len(bench.world.erp.documents) == 1, "U8 cannot be told of what has not left"
    await partner(bench, delivery_notes=False).push_status(erp_status())
    assert len(bench.world.erp.documents) == 1, "a company whose own people write the notes"

    await partner(bench).push_status(erp_status())

    order, note = bench.world.erp.documents.values()
    assert {(line["warehouse_code"], line["socode"]) for line in note.model["entry"]} == {("WH1", "SO-1")}
    names = {"inventory_code": "inventorycode", "taxprice": "taxunitprice", "money": "money", "natsum": "natsum"}
    for sent, ordered in zip(note.model["entry"], order.model["entry"], strict=True):
        assert {ours: sent[ours] for ours in names} == {ours: ordered[theirs] for ours, theirs in names.items()}
        assert int(sent["quantity"]) == ordered["quantity"]
    with pytest.raises(Rejected, match="goods were shipped"):
        await partner(bench).cancel_order("SO-1")


async def test_stock_of_a_large_warehouse_comes_in_pages(bench: Bench) -> None:
    for n in range(1_100):
        bench.world.set_stock("erp", "WH1", f"SKU-{n:04d}", n)
    lines = await partner(bench).pull_stock("WH1", ["SKU-0003", "SKU-1099"])
    assert [(line.sku, line.available) for line in lines] == [("SKU-0003", 3), ("SKU-1099", 1_099)]


@pytest.mark.usefixtures("no_waiting")
async def test_without_a_token_nothing_is_done(bench: Bench) -> None:
    bench.world.add_fault(Fault("u8", "system/token", FaultKind.STATUS_500, times=None))
    with pytest.raises(Unavailable) as caught:
        await partner(bench).push_order(erp_order())
    assert not caught.value.outcome_unknown
    assert bench.world.erp.documents == {}


@pytest.mark.parametrize("rate", [0, 6, 13])
def test_net_and_tax_are_the_sum_to_the_cent(rate: int) -> None:
    order = replace(erp_order(), lines=tuple(replace(line, quantity=7) for line in LINES))
    entries = sale_order(order, Terms("普通销售", "01", "05", rate))["entry"]
    for entry, line in zip(entries, order.lines, strict=True):
        assert Decimal(entry["money"]) + Decimal(entry["tax"]) == Decimal(entry["sum"])
        assert Decimal(entry["sum"]) == Decimal(line.price_minor * 7) / 100
        assert entry["natsum"] == entry["sum"]


@pytest.mark.parametrize("reverses", ["", "AR-1"])
def test_a_receivable_balances_and_a_reversal_changes_sides(reverses: str) -> None:
    made = receivable(owed("AR-1-R1", reverses), "05")
    assert made["bdebitcredit"] is (not reverses)
    assert {entry["bdebitcredit"] for entry in made["entry"]} == {bool(reverses)}
    assert [entry["amount"] for entry in made["entry"]] == ["246.90", "0.01"]
    assert (made["amount"], made["natamount"], made["digest"]) == ("246.91", "246.91", reverses)
