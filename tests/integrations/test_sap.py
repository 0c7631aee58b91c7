"""SAP: an order is created once though SAP would take it twice, and what was changed meanwhile is not overwritten.

That pyodata reads what our client wrote is the second half of the proof that ``test_sandbox_sap.py`` begins.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyodata
import pytest
import requests
from bench import Bench, real_clock
from peers import peer
from samples import HOSTILE, erp_order, receivable

from integrations.errors import Conflict, Misconfigured, PartnerError, Rejected, Unavailable
from integrations.sap import Sap
from sandbox import credentials
from sandbox.faults import Fault, FaultKind

SERVICES = "/sap/opu/odata/sap/"
ORDERS = SERVICES + "API_SALES_ORDER_SRV"


def partner(bench: Bench, **changes: Any) -> Sap:
    client: Sap = bench.partner("sap", settings=peer("sap").settings(bench.address) | changes)
    return client


@pytest.mark.proves("sap", "pyodata", "client")
async def test_pyodata_reads_the_order_that_we_wrote(bench: Bench) -> None:
    receipt = await partner(bench, zone="America/New_York").push_order(erp_order())

    def read() -> Any:
        with requests.Session() as session:
            session.auth = (credentials.SAP_USER, credentials.SAP_PASSWORD)
            orders = pyodata.Client(bench.address + ORDERS, session).entity_sets.A_SalesOrder
            return orders.get_entity(receipt.partner_id).expand("to_Item").execute()

    order = await asyncio.to_thread(read)
    assert (order.PurchaseOrderByCustomer, order.SoldToParty, order.TransactionCurrency) == ("SO-1", "CUST001", "CNY")
    assert [(item.Material, int(item.RequestedQuantity)) for item in order.to_Item] == [
        ("SKU-0001", 2),
        ("SKU-0002", 1),
    ]
    assert order.RequestedDeliveryDate.date().isoformat() == "2026-05-04", "the day where the sales organisation is"


async def test_pyodata_finds_the_order_by_when_it_was_changed(bench: Bench) -> None:
    receipt = await partner(bench).push_order(erp_order())
    now = real_clock()

    def read(since: datetime) -> list[str]:
        with requests.Session() as session:
            session.auth = (credentials.SAP_USER, credentials.SAP_PASSWORD)
            orders = pyodata.Client(bench.address + ORDERS, session).entity_sets.A_SalesOrder.get_entities()
            moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            return [o.SalesOrder for o in orders.filter(f"LastChangeDateTime ge datetimeoffset'{moment}'").execute()]

    assert await asyncio.to_thread(read, now - timedelta(minutes=1)) == [receipt.partner_id]
    assert await asyncio.to_thread(read, now + timedelta(minutes=1)) == []


async def test_an_invoice_is_made_from_what_was_delivered_and_only_once(bench: Bench) -> None:
    await partner(bench).push_order(erp_order())
    with pytest.raises(Unavailable, match="no delivery") as caught:
        await partner(bench).book_receivable(receivable())
    assert (caught.value.outcome_unknown, caught.value.retry_after) == (False, None), "it left months ago"
    with pytest.raises(Unavailable, match="no delivery") as caught:
        await partner(bench).book_receivable(replace(receivable(), booked_at=real_clock()))
    assert caught.value.retry_after == timedelta(hours=1), "SAP's people may yet post it"
    bench.world.issue_goods("SO-1")
    first, second = await asyncio.gather(*(partner(bench).book_receivable(receivable()) for _ in range(2)))
    (invoice,) = bench.world.erp.of_form("A_BillingDocument")
    assert first.partner_id == second.partner_id == invoice.number
    invoice.cancelled = True
    assert await partner(bench).find_receivable(receivable()) is None, "somebody has cancelled it in SAP"
    receipt = await partner(bench, billed_from="order").book_receivable(receivable())
    assert receipt.partner_id != invoice.number
    with pytest.raises(Rejected, match="SO-2 is not there"):
        await partner(bench).book_receivable(replace(receivable(), order_no="SO-2"))


async def test_pyodata_reads_what_was_billed_and_asked_back(bench: Bench) -> None:
    await partner(bench).push_order(erp_order())
    bench.world.issue_goods("SO-1")
    made = await partner(bench).book_receivable(receivable())
    asked = await partner(bench, credit_reason="102").book_receivable(receivable("AR-1-R1", "AR-1"))

    def read() -> tuple[Any, Any]:
        with requests.Session() as session:
            session.auth = (credentials.SAP_USER, credentials.SAP_PASSWORD)
            billing = pyodata.Client(bench.address + SERVICES + "API_BILLING_DOCUMENT_SRV", session).entity_sets
            credit = pyodata.Client(bench.address + SERVICES + "API_CREDIT_MEMO_REQUEST_SRV", session).entity_sets
            (invoice,) = billing.A_BillingDocument.get_entities().execute()
            (request,) = credit.A_CreditMemoRequest.get_entities().execute()
            return invoice, request

    invoice, request = await asyncio.to_thread(read)
    assert (invoice.BillingDocument, invoice.SoldToParty, invoice.BillingDocumentIsCancelled) == (
        made.partner_id,
        "CUST001",
        False,
    )
    assert (request.CreditMemoRequest, request.PurchaseOrderByCustomer) == (asked.partner_id, "AR-1-R1")
    assert (request.CreditMemoRequestType, request.SDDocumentReason) == ("CR", "102")
    assert not asked.audited, "its billing is blocked until somebody has looked at it"


async def test_many_at_once_fetch_one_token(bench: Bench) -> None:
    sap = partner(bench)
    await asyncio.gather(*(sap.push_order(erp_order(f"SO-{n}")) for n in range(8)))
    bench.world.erp.tokens.clear()
    await asyncio.gather(*(sap.push_order(erp_order(f"SO-{n}")) for n in range(8, 16)))
    assert len(bench.world.erp.documents) == 16
    assert sum(n for kind, n in bench.world.requests.counts().items() if kind.operation == "root.read") == 2


async def test_an_order_of_another_customer_is_not_taken_for_ours(bench: Bench) -> None:
    await partner(bench).push_order(replace(erp_order(), customer="SOMEBODY'S"))
    await partner(bench).push_order(erp_order())
    assert len(bench.world.erp.documents) == 2
    with pytest.raises(Rejected, match="several orders carry SO-1") as caught:
        await partner(bench).find_order("SO-1")
    assert caught.value.field == "PurchaseOrderByCustomer"


async def test_an_order_that_was_called_off_is_not_pushed_again(bench: Bench) -> None:
    await partner(bench).push_order(erp_order())
    await partner(bench).cancel_order("SO-1")
    with pytest.raises(Rejected, match="all of it is rejected"):
        await partner(bench).push_order(erp_order())
    receipt = await partner(bench).find_order("SO-1")
    assert receipt is not None
    assert not receipt.audited


async def test_a_change_of_somebody_else_is_a_conflict_and_not_overwritten(bench: Bench) -> None:
    await partner(bench).push_order(erp_order())

    (document,) = bench.world.erp.documents.values()

    async def somebody_is_faster(request: httpx.Request) -> None:
        if request.method == "PATCH":
            document.modified_at += timedelta(seconds=1)

    async with httpx.AsyncClient(event_hooks={"request": [somebody_is_faster]}) as http:
        with pytest.raises(Conflict, match="changed meanwhile"):
            await bench.partner("sap", http=http).cancel_order("SO-1")
    assert not document.cancelled
    assert [item["SalesDocumentRjcnReason"] for item in document.model["to_Item"]] == ["", ""]
    await partner(bench).cancel_order("SO-1")
    assert document.cancelled


async def test_stock_is_asked_for_where_a_warehouse_is_there(bench: Bench) -> None:
    bench.world.set_stock("erp", "1710", "SKU-0001", 7)
    bench.world.set_stock("erp", "WH1", "SKU-0001", 9)
    sap = partner(bench, places={"WH1": "1710", "WH2": "1710/171A"})
    assert [line.available for line in await sap.pull_stock("WH1", ["SKU-0001", HOSTILE])] == [7]
    assert await sap.pull_stock("WH2", ["SKU-0001"]) == [], "the sandbox has it in no storage location"


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FaultKind.HTML_200, Unavailable),
        (FaultKind.STATUS_500, Unavailable),
        (FaultKind.REFUSE, Unavailable),
        (FaultKind.EXPIRED_SESSION, Misconfigured),
    ],
)
async def test_without_a_token_nothing_is_done(bench: Bench, kind: FaultKind, expected: type[PartnerError]) -> None:
    bench.world.add_fault(Fault("sap", "root.read", kind, times=None))
    with pytest.raises(expected) as caught:
        await partner(bench).push_order(erp_order())
    assert not (isinstance(caught.value, Unavailable) and caught.value.outcome_unknown)
    assert bench.world.erp.documents == {}
