"""SAP: pyodata, an independent client, reads the metadata and works with orders; tokens and ETags are checked."""

import asyncio
from typing import Any

import httpx
import pyodata
import pytest
import requests
from pyodata.exceptions import HttpError

from sandbox import credentials as c
from sandbox.world import World

ORDERS = "/sap/opu/odata/sap/API_SALES_ORDER_SRV"
INVOICES = "/sap/opu/odata/sap/API_BILLING_DOCUMENT_SRV"
BILL = (
    "/sap/opu/odata4/sap/api_billingdocument/srvd_a2x/sap/billingdocument/0001/"
    "BillingDocument/SAP__self.CreateFromSDDocument"
)
STOCK = "/sap/opu/odata/sap/API_MATERIAL_STOCK_SRV"
LOGIN = (c.SAP_USER, c.SAP_PASSWORD)
ORDER: dict[str, Any] = {
    "SalesOrderType": "OR",
    "SalesOrganization": "1710",
    "DistributionChannel": "10",
    "OrganizationDivision": "00",
    "SoldToParty": "17100002",
    "PurchaseOrderByCustomer": "it's SO1",
    "to_Item": [
        {"SalesOrderItem": "10", "Material": "MZ-FG-R300", "RequestedQuantity": "2", "RequestedQuantityUnit": "PC"},
        {"SalesOrderItem": "20", "Material": "MZ-FG-R400", "RequestedQuantity": "1", "RequestedQuantityUnit": "PC"},
    ],
}


def session() -> requests.Session:
    opened = requests.Session()
    opened.auth = LOGIN
    return opened


def with_token(opened: requests.Session, service: str) -> requests.Session:
    reply = opened.get(service + "/", headers={"x-csrf-token": "Fetch"}, timeout=20)
    opened.headers["x-csrf-token"] = reply.headers["x-csrf-token"]
    return opened


@pytest.mark.proves("sap", "pyodata", "sandbox")
async def test_pyodata_creates_finds_and_rejects_an_order(served: str, world: World) -> None:
    def work() -> list[Any]:
        with session() as opened:
            client = pyodata.Client(served + ORDERS, with_token(opened, served + ORDERS))
            orders = client.entity_sets.A_SalesOrder
            created = orders.create_entity().set(**ORDER).execute()
            found = orders.get_entities().filter("PurchaseOrderByCustomer eq 'it''s SO1'").expand("to_Item").execute()
            etag = found[0].etag
            item = client.entity_sets.A_SalesOrderItem
            key = {"SalesOrder": created.SalesOrder, "SalesOrderItem": "10"}
            reject = item.update_entity(**key).set(SalesDocumentRjcnReason="00")
            reject.add_headers({"If-Match": etag})
            reject.execute()
            with pytest.raises(HttpError) as stale:
                reject.execute()
            one = orders.get_entity(created.SalesOrder).execute()
            return [created, found, stale.value.response.status_code, one]

    created, found, stale, one = await asyncio.to_thread(work)
    assert [order.SalesOrder for order in found] == [created.SalesOrder]
    assert [(item.Material, item.SalesDocumentRjcnReason) for item in found[0].to_Item] == [
        ("MZ-FG-R300", ""),
        ("MZ-FG-R400", ""),
    ]
    assert stale == 412
    assert (one.OverallSDDocumentRejectionSts, one.SoldToParty) == ("B", "17100002")
    assert [effect.effect for effect in world.ledger.effects("sap")] == ["order-created", "item-changed"]


async def test_pyodata_pages_through_the_stock(served: str, world: World) -> None:
    for number in range(250):
        world.set_stock("erp", "WH1" if number < 230 else "WH2", f"SKU-{number:04d}", number)

    def work() -> tuple[list[str], int]:
        with session() as opened:
            rows = pyodata.Client(served + STOCK, opened).entity_sets.A_MatlStkInAcctMod
            asked = rows.get_entities().filter("Plant eq 'WH1'").count(inline=True)
            page = asked.execute()
            found, total = list(page), page.total_count
            while page.next_url:
                page = rows.get_entities().next_url(page.next_url).execute()
                found += page
            return [row.Material for row in found], total

    materials, total = await asyncio.to_thread(work)
    assert total == 230
    assert materials == [f"SKU-{number:04d}" for number in range(230)]


@pytest.fixture
async def logged_in(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """The client with log-in and token."""
    client.auth = httpx.BasicAuth(*LOGIN)
    reply = await client.get(f"{ORDERS}/", headers={"x-csrf-token": "Fetch"})
    client.headers["x-csrf-token"] = reply.headers["x-csrf-token"]
    return client


async def create(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await client.post(f"{ORDERS}/A_SalesOrder", json=ORDER | changes)


def refusal(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["message"]["value"])


async def test_a_write_needs_log_in_token_and_the_cookie_of_it(logged_in: httpx.AsyncClient, world: World) -> None:
    cookies = dict(logged_in.cookies)
    logged_in.cookies.clear()
    without = await create(logged_in)
    assert (without.status_code, without.headers["x-csrf-token"]) == (403, "Required")
    logged_in.cookies.update(cookies)
    assert (await create(logged_in, headers=None)).status_code == 400, "a property that the type has not"
    assert (await create(logged_in)).status_code == 201
    world.erp.tokens.clear()
    assert (await create(logged_in)).status_code == 403
    logged_in.auth = httpx.BasicAuth(c.SAP_USER, "wrong")
    assert (await create(logged_in)).status_code == 401
    assert len(world.ledger.effects("sap")) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SoldToParty": ""}, "Enter a value for SoldToParty"),
        ({"to_Item": []}, "The order has no items"),
        ({"to_Item": [{"Material": "M", "RequestedQuantity": "0"}]}, "Enter a material and a quantity for each item"),
        ({"to_Item": [{"Material": "M", "RequestedQuantity": 2}]}, "Property RequestedQuantity has an invalid value"),
        ({"Nonsense": "1"}, "Property Nonsense is invalid"),
    ],
)
async def test_incomplete_orders_are_refused(
    logged_in: httpx.AsyncClient, world: World, changes: dict[str, Any], words: str
) -> None:
    reply = await create(logged_in, **changes)
    assert (reply.status_code, refusal(reply)) == (400, words)
    assert world.erp.documents == {}


async def test_an_order_with_a_number_of_ours_may_come_twice(logged_in: httpx.AsyncClient, world: World) -> None:
    await create(logged_in)
    await create(logged_in)
    query = {"$filter": "PurchaseOrderByCustomer eq 'it''s SO1' and (SoldToParty eq '1' or SoldToParty eq '17100002')"}
    assert len((await logged_in.get(f"{ORDERS}/A_SalesOrder", params=query)).json()["d"]["results"]) == 2


@pytest.mark.parametrize("condition", ["Nonsense eq '1'", "SoldToParty eq", "(SoldToParty eq '1'", "drop table", "'"])
async def test_filters_that_are_none_are_refused(logged_in: httpx.AsyncClient, condition: str) -> None:
    await create(logged_in)
    reply = await logged_in.get(f"{ORDERS}/A_SalesOrder", params={"$filter": condition})
    assert reply.status_code == 400


async def test_goods_that_were_delivered_are_not_rejected(logged_in: httpx.AsyncClient, world: World) -> None:
    number = (await create(logged_in)).json()["d"]["SalesOrder"]
    world.issue_goods("it's SO1")
    item = f"{ORDERS}/A_SalesOrderItem(SalesOrder='{number}',SalesOrderItem='10')"
    reject = {"SalesDocumentRjcnReason": "00"}
    assert (await logged_in.patch(item, json=reject)).status_code == 428
    reply = await logged_in.patch(item, json=reject, headers={"If-Match": "*"})
    assert (reply.status_code, refusal(reply)) == (400, "The item has been delivered and cannot be rejected")
    order = (await logged_in.get(f"{ORDERS}/A_SalesOrder('{number}')")).json()["d"]
    assert order["OverallTotalDeliveryStatus"] == "C"


async def test_unknown_services_sets_and_orders_are_not_found(logged_in: httpx.AsyncClient) -> None:
    for path in ("/sap/opu/odata/sap/NONE/", f"{ORDERS}/A_None", f"{ORDERS}/A_SalesOrder('1')"):
        assert (await logged_in.get(path)).status_code == 404


async def test_what_was_billed_is_not_billed_again(logged_in: httpx.AsyncClient, world: World) -> None:
    number = (await create(logged_in)).json()["d"]["SalesOrder"]

    async def bill(document: str) -> httpx.Response:
        content = {"_Control": {"DefaultBillingDocumentType": "F2"}, "_Reference": [{"SDDocument": document}]}
        return await logged_in.post(BILL, json=content)

    assert refusal(await bill(f"8{number}")) == f"Goods of 8{number} have not been issued"
    world.issue_goods("it's SO1")
    [made] = (await bill(f"8{number}")).json()["value"]
    assert refusal(await bill(number)) == "The document was billed already"
    assert refusal(await bill("4711")) == "Document 4711 does not exist"
    assert (await logged_in.post(BILL, json={})).status_code == 400
    assert (await logged_in.post(BILL + "s", json={})).status_code == 404
    [row] = (await logged_in.get(f"{INVOICES}/A_BillingDocumentItem")).json()["d"]["results"][:1]
    assert (row["BillingDocument"], row["SalesDocument"]) == (made["BillingDocument"], number)
    logged_in.headers["x-csrf-token"] = "wrong"
    assert (await bill(number)).status_code == 403
