"""What is asked of ERPs: orders, how far they are, news of them, and what customers owe."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bench import Bench, real_clock
from conformance import of
from peers import peer
from samples import (
    CODE,
    HOSTILE,
    an_order_that_left,
    erp_order,
    erp_status,
    receivable,
)

from integrations.errors import Rejected, Unavailable
from integrations.ports import (
    BooksReceivables,
    Erp,
    ErpBooks,
    HearsOfOrders,
    ShowsOrders,
    TellsOfOrders,
)
from integrations.registry import PARTNERS
from models.check_code import check_code
from models.messages import Progress
from sandbox.faults import Fault, FaultKind


@of(Erp)
async def an_erp_order_arrives_as_meant(bench: Bench, name: str) -> None:
    receipt = await bench.partner(name).push_order(erp_order())
    (document,) = bench.world.erp.documents.values()
    customer, note, lines = peer(name).order(document.model)
    assert (customer, note) == ("CUST001", f"{CODE} {HOSTILE}")
    assert lines == [("SKU-0001", 2, "123.45"), ("SKU-0002", 1, "0.01")]
    assert receipt.partner_id in {document.number, str(document.id)}
    assert receipt.audited
    assert receipt.check_code == CODE
    assert await bench.partner(name).find_order("SO-1") == receipt


@of(HearsOfOrders)
async def an_erp_is_told_how_far_an_order_is(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    await partner.push_order(erp_order())
    (document,) = bench.world.erp.documents.values()
    before = dict(document.model)
    for progress in (Progress.RELEASED, Progress.SHIPPED, Progress.SHIPPED):
        await partner.push_status(erp_status(progress))
    (_, *others) = bench.world.erp.documents.values()
    assert peer(name).told(before, document, *others) == {"shipped", "OB-1", "SF1000000001,SF1000000002"}
    assert {field: document.model[field] for field in before} == before, "nothing else is changed"
    receipt = await partner.find_order("SO-1")
    assert receipt is not None
    assert receipt.audited


@of(HearsOfOrders)
async def an_erp_is_not_told_of_what_it_has_not_or_what_is_anothers(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    with pytest.raises(Rejected):
        await partner.push_status(erp_status())
    await partner.push_order(erp_order())
    (document,) = bench.world.erp.documents.values()
    before = dict(document.model)
    with pytest.raises(Rejected):
        await partner.push_status(erp_status(code=check_code("OUT0000000002")))
    assert document.model == before
    await partner.cancel_order("SO-1")
    called_off = dict(document.model)
    with pytest.raises(Rejected):
        await partner.push_status(erp_status())
    assert document.model == called_off


@of(Erp)
async def an_erp_order_with_anothers_check_code_is_not_taken_for_ours(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    await partner.push_order(erp_order())
    with pytest.raises(Rejected):
        await partner.push_order(replace(erp_order(), check_code=check_code("OUT0000000002")))


@of(BooksReceivables)
async def a_receivable_arrives_as_meant_and_its_reversal_takes_it_away(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    await an_order_that_left(bench, name)
    assert await partner.find_receivable(receivable()) is None
    receipt = await partner.book_receivable(receivable())
    assert receipt.audited
    assert await partner.find_receivable(receivable()) == receipt
    back = receivable("AR-1-R1", "AR-1")
    receipt = await partner.book_receivable(back)
    assert await partner.find_receivable(back) == receipt
    assert await partner.book_receivable(back) == receipt
    (_, *vouchers) = bench.world.erp.documents.values()
    told = [peer(name).receivable(voucher.model) for voucher in vouchers]
    assert told == [
        ("CUST001", [("SKU-0001", sign * Decimal("246.90")), ("SKU-0002", sign * Decimal("0.01"))]) for sign in (1, -1)
    ]


@of(BooksReceivables)
async def a_receivable_of_another_customer_is_not_taken_for_ours(bench: Bench, name: str) -> None:
    await an_order_that_left(bench, name, "SOMEBODY")
    await bench.partner(name).book_receivable(replace(receivable(), customer="SOMEBODY"))
    with pytest.raises(Rejected):
        await bench.partner(name).book_receivable(receivable())


@of(TellsOfOrders)
async def news_of_orders_are_read_from_what_changed(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    for number, code in (("SO-1", CODE), ("SO-2", check_code("OUT0000000002"))):
        await partner.push_order(replace(erp_order(number), check_code=code))
    now = real_clock()
    window = (now - timedelta(minutes=1), now + timedelta(minutes=1))
    assert {(news.order_no, news.check_code, news.open) for news in await partner.pull_news(*window)} == {
        ("SO-1", CODE, True),
        ("SO-2", check_code("OUT0000000002"), True),
    }
    await partner.cancel_order("SO-2")
    assert {(news.order_no, news.open) for news in await partner.pull_news(*window)} == {
        ("SO-1", True),
        ("SO-2", False),
    }
    assert await partner.pull_news(now + timedelta(minutes=1), now + timedelta(minutes=2)) == []


@of(ShowsOrders)
async def an_erp_says_how_our_orders_are(bench: Bench, name: str) -> None:
    partner = await _an_open_and_a_closed_order(bench, name)
    asked = ["SO-1", "SO-2", f"SO-3{HOSTILE}", *(f"SO-9{n:05d}" for n in range(1_100))]
    told = await partner.pull_orders_as_they_are(asked)
    assert sorted((news.order_no, news.partner_id, news.open) for news in told) == [
        ("SO-1", "SO-1", True),
        ("SO-2", "SO-2", False),
    ]
    assert {news.check_code for news in told} <= {"", CODE}
    assert [news.order_no for news in await partner.pull_orders_as_they_are(["SO-2"])] == ["SO-2"]
    assert await partner.pull_orders_as_they_are([]) == []


async def _an_open_and_a_closed_order(bench: Bench, name: str) -> Any:
    """The client of an ERP, or of its books, that has them under the numbers SO-1 and SO-2."""
    if PARTNERS[name].port is ErpBooks:
        books = bench.books(name)
        books.add_order("SO-1", "demo")
        books.add_order("SO-2", "demo")
        books.call_off("SO-2")
        return bench.partner(name)
    partner = bench.partner(name)
    await partner.push_order(erp_order("SO-1"))
    await partner.push_order(erp_order("SO-2"))
    await partner.cancel_order("SO-2")
    return partner


@of(Erp)
async def an_erp_order_is_taken_back_wherever_it_stands(bench: Bench, name: str) -> None:
    for requests_done in range(20):
        bench.world.reset()
        bench.world.add_fault(Fault(peer(name).known_as, "*", FaultKind.REFUSE, times=None, after=requests_done))
        with suppress(Unavailable):
            await bench.partner(name).push_order(erp_order())
        pushed = bench.world.faults.laid[0].after > 0
        bench.world.clear_faults()
        was_there = bool(bench.world.erp.documents)
        for _ in range(2):
            await bench.partner(name).cancel_order("SO-1")
            left = [document.cancelled for document in bench.world.erp.documents.values()]
            assert left in ([], [True])
        if pushed:
            assert was_there
            return
    pytest.fail("an order of twenty requests")


@of(Erp)
async def an_erp_order_whose_goods_are_issued_is_not_taken_back(bench: Bench, name: str) -> None:
    await bench.partner(name).push_order(erp_order())
    bench.world.issue_goods("SO-1")
    with pytest.raises(Rejected):
        await bench.partner(name).cancel_order("SO-1")
    receipt = await bench.partner(name).find_order("SO-1")
    assert receipt is not None
    assert receipt.audited
