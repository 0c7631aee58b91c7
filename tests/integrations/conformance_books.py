"""What a database of an ERP that is only read must do: exact figures, and the right error for what goes wrong.

Faults are real ones: nobody listens, a log-in is refused, a table is locked, a connection is cut.
"""

import asyncio
import logging
import sys
import traceback
from typing import Any
from unittest.mock import patch

import pytest
from bench import Bench
from conformance import of
from erp_tables import PASSWORD
from loopback import closed_port
from peers import peer
from samples import HOSTILE

from integrations.errors import Misconfigured, PartnerError, Unavailable
from integrations.ports import ErpBooks
from models.messages import ErpReceipt, StockLine

QUESTIONS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("find_order", ("SO-1",)),
    ("pull_stock", ("WH1", ["SKU-0001"])),
    ("pull_orders_as_they_are", (["SO-1"],)),
)


async def failure(partner: Any, expected: type[PartnerError], method: str, arguments: tuple[Any, ...]) -> PartnerError:
    with pytest.raises(PartnerError) as caught:
        await getattr(partner, method)(*arguments)
    assert type(caught.value) is expected, (method, caught.value)
    assert not (isinstance(caught.value, Unavailable) and caught.value.outcome_unknown)
    return caught.value


@of(ErpBooks)
async def stock_in_the_books_is_read_to_exact_values(bench: Bench, name: str) -> None:
    books = bench.books(name)
    books.set_stock(
        ("WH1", "SKU-0001", "A", "10.0000000000", "2.5"),
        ("WH1", "SKU-0001", "B", 2, None),
        ("WH1", "SKU-0002", "", None, None),
        ("WH1", HOSTILE, "", "3.9", 0),
        ("WH2", "SKU-0001", "", 999, 0),
        *(("WH1", f"SKU-{n}", "", n, 0) for n in range(10_000, 11_100)),
    )
    partner = bench.partner(name)
    lines = await partner.pull_stock("WH1", ["SKU-0001", "SKU-0002", HOSTILE, "SKU-NONE"])
    assert {line.sku: line for line in lines} == {
        "SKU-0001": StockLine("WH1", "SKU-0001", *((9, 2) if books.knows_what_goes_out else (12, 0))),
        "SKU-0002": StockLine("WH1", "SKU-0002", 0, 0),
        HOSTILE: StockLine("WH1", HOSTILE, 3, 0),
    }
    assert len(lines) == 3
    many = await partner.pull_stock("WH1", [f"SKU-{n}" for n in range(10_000, 11_100)])
    assert {line.sku: line.available for line in many} == {f"SKU-{n}": n for n in range(10_000, 11_100)}
    assert await partner.pull_stock("WH1", []) == []


@of(ErpBooks)
async def an_order_in_the_books_is_found_and_how_far_it_is(bench: Bench, name: str) -> None:
    books = bench.books(name)
    books.add_order("SO-1", "demo")
    books.add_order("SO-2")
    books.add_order("SO-3", "demo", "2026-05-04 12:00:00")
    books.add_order("SO-4", "demo")
    books.call_off("SO-4")
    partner = bench.partner(name)
    assert await partner.find_order("SO-4") == ErpReceipt("SO-4", "SO-4", audited=False)
    assert await partner.find_order("SO-1") == ErpReceipt("SO-1", "SO-1", audited=True)
    assert await partner.find_order("SO-2") == ErpReceipt("SO-2", "SO-2", audited=False)
    assert await partner.find_order("SO-3") == ErpReceipt("SO-3", "SO-3", audited=False)
    assert await partner.find_order(f"SO-5{HOSTILE}") is None


@of(ErpBooks)
async def books_that_nobody_opens_are_an_outage(bench: Bench, name: str) -> None:
    bench.books(name)
    for method, arguments in QUESTIONS:
        await failure(bench.partner(name, address=closed_port()), Unavailable, method, arguments)


@of(ErpBooks)
async def a_refused_log_in_a_missing_driver_or_right_stops_the_partner(bench: Bench, name: str) -> None:
    books = bench.books(name)
    good = peer(name).settings(books.address)
    wrong = ({"user": "nobody"}, {"database": "ufdata_none"}, {"driver": "No Such Driver"})
    for method, arguments in QUESTIONS:
        for change in wrong:
            await failure(bench.partner(name, settings=good | change), Misconfigured, method, arguments)
    books.forbid_reading()
    for method, arguments in QUESTIONS:
        await failure(bench.partner(name), Misconfigured, method, arguments)
    books.run(f"DROP TABLE {books.asked}")
    for method, arguments in QUESTIONS:
        await failure(bench.partner(name), Misconfigured, method, arguments)


@of(ErpBooks)
async def a_locked_table_is_an_outage_after_a_while(bench: Bench, name: str) -> None:
    books = bench.books(name)
    partner = bench.partner(name, settings=peer(name).settings(books.address) | {"patience": 0.5})
    with books.owner.transaction():
        books.run(f"LOCK TABLE {books.asked} IN ACCESS EXCLUSIVE MODE")
        for method, arguments in QUESTIONS:
            await failure(partner, Unavailable, method, arguments)
    assert await partner.find_order("SO-1") is None


@of(ErpBooks)
async def a_connection_that_is_cut_is_an_outage(bench: Bench, name: str) -> None:
    books = bench.books(name)
    for method, arguments in QUESTIONS:
        with books.owner.transaction():
            books.run(f"LOCK TABLE {books.asked} IN ACCESS EXCLUSIVE MODE")
            asked = asyncio.create_task(failure(bench.partner(name), Unavailable, method, arguments))
            cut = 0
            while not cut and not asked.done():
                await asyncio.sleep(0.02)
                cut = books.cut_who_waits()
            await asked
        assert cut == 1, method


@of(ErpBooks)
async def a_machine_without_the_library_is_told_what_to_install(bench: Bench, name: str) -> None:
    for method, arguments in QUESTIONS:
        with patch.dict(sys.modules, {"pyodbc": None}):
            error = await failure(bench.partner(name), Misconfigured, method, arguments)
        assert "apt install unixodbc" in error.message


@of(ErpBooks)
async def no_secret_of_the_books_is_shown(bench: Bench, name: str) -> None:
    books = bench.books(name)
    shown: list[str] = []
    recorder = logging.Handler(logging.DEBUG)
    recorder.emit = lambda record: shown.append(record.getMessage())  # type: ignore[method-assign]
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(recorder)
    root.setLevel(logging.DEBUG)
    try:
        good = peer(name).settings(books.address)
        for change in ({"user": "nobody"}, {"driver": "No Such Driver"}, {"options": {"Port": "one"}}):
            partner = bench.partner(name, settings=good | change)
            with pytest.raises(PartnerError) as caught:
                await partner.find_order("SO-1")
            shown += [repr(partner), repr(caught.value), "".join(traceback.format_exception(caught.value))]
    finally:
        root.setLevel(level)
        root.removeHandler(recorder)
    assert not [text for text in shown if PASSWORD in text]
