"""What customers owe reaches the ERP once, whatever is lost on the way, and goods that come back take it away (F3)."""

import json
from typing import Any

import pytest
from life import Clock, column, effects, keeps_the_orders, place_good, ship
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from models.order_number import order_number
from sandbox import credentials as known
from sandbox.faults import Fault, FaultKind
from settings import get_settings
from tasks.shelf.quarantined import take_in

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]


async def shipped(hub: Sandbox) -> tuple[str, list[dict[str, Any]]]:
    """An order that has left, its voucher owed; our number of it, and its lines as the shop has them."""
    [number] = place_good(hub, 1)
    await ingest_channels(["shop"])
    await fulfil_orders()
    await relay_outbox()
    await ship(hub)
    await track_shipments()
    [order_id] = column("SELECT id FROM sales_order WHERE channel_order_no = :number", number=number)
    return order_number(order_id), hub.world.channels["shop"].book[number]["lines"]


async def relay_for_an_hour(clock: Clock) -> None:
    for _ in range(4):
        await relay_outbox()
        clock.advance(minutes=20)


def vouchers(hub: Sandbox) -> dict[str, list[tuple[str, int]]]:
    """Our number of each voucher in the ERP → its SKUs and quantities; each is audited."""
    found = hub.world.erp.of_form("AR_receivable")
    assert {document.status for document in found} <= {"C"}
    return {
        document.number: [
            (entry["FMATERIALID"]["FNumber"], entry["FPriceQty"]) for entry in document.model["FEntityDetail"]
        ]
        for document in found
    }


@pytest.mark.parametrize("kind", [None, FaultKind.DROP_REPLY, FaultKind.REFUSE, FaultKind.HTML_200])
async def test_an_outbound_that_left_is_owed_once(hub: Sandbox, clock: Clock, kind: FaultKind | None) -> None:
    number, lines = await shipped(hub)
    if kind:
        for operation in ("Save", "Submit", "Audit"):
            hub.world.add_fault(Fault("kingdee", operation, kind, times=1))
    await relay_for_an_hour(clock)
    voucher = number.replace("SO", "AR")
    assert vouchers(hub) == {voucher: [(line["sku"], int(line["quantity"])) for line in lines]}
    assert column("SELECT state FROM outbox WHERE kind = 'receivable'") == ["sent"]
    assert column("SELECT their_no FROM external_ref WHERE kind = 'receivable'") == [
        str(document.id) for document in hub.world.erp.of_form("AR_receivable")
    ]
    assert {times for (_, _, key), times in effects(hub).items() if key == voucher} == {1}


async def test_an_erp_that_makes_its_own_invoices_is_not_told(hub: Sandbox, clock: Clock) -> None:
    file = get_settings().connections
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[[erp]]", "[[erp]]\nreceivables = false"), encoding="utf-8")
    await shipped(hub)
    await relay_for_an_hour(clock)
    assert column("SELECT state FROM outbox WHERE kind = 'receivable'") == []
    assert vouchers(hub) == {}


async def test_an_erp_that_bills_by_itself_is_asked_to_and_for_a_credit_memo(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = f'user = "{known.SAP_USER}", client = "{known.SAP_CLIENT}", sales_organisation = "1710"'
    keeps_the_orders("sap", f'url = "{hub.url}/sap/opu/odata/sap", {account}')
    monkeypatch.setenv("ORDERSPINE_SECRET_ERP", json.dumps({"password": known.SAP_PASSWORD}))
    number, lines = await shipped(hub)
    await relay_for_an_hour(clock)
    assert hub.world.erp.of_form("A_BillingDocument") == []
    assert column("SELECT state FROM outbox WHERE kind = 'receivable'") == ["due"], "SAP has no delivery yet"

    hub.world.issue_goods(number)
    clock.advance(hours=1)
    take_in(lines[0]["sku"], "SZ-01", 1, number, "bob")
    await relay_for_an_hour(clock)

    [order] = hub.world.erp.of_form("A_SalesOrder")
    [invoice] = hub.world.erp.of_form("A_BillingDocument")
    [credit] = hub.world.erp.of_form("A_CreditMemoRequest")
    assert invoice.model["SalesDocument"] == order.number
    assert credit.model["PurchaseOrderByCustomer"] == number.replace("SO", "AR") + "-R1"
    assert [(item["Material"], item["RequestedQuantity"]) for item in credit.model["to_Item"]] == [
        (lines[0]["sku"], "1")
    ]
    assert column("SELECT state FROM outbox WHERE kind = 'receivable'") == ["sent", "sent"]


async def test_what_comes_back_is_taken_from_it_once(hub: Sandbox, clock: Clock) -> None:
    number, lines = await shipped(hub)
    sku = lines[0]["sku"]
    for _ in range(2):
        take_in(sku, "SZ-01", 1, number, "bob")
    take_in(sku, "SZ-01", 1, "no order of ours", "bob")
    await relay_for_an_hour(clock)
    voucher = number.replace("SO", "AR")
    assert vouchers(hub).keys() == {voucher, f"{voucher}-R1"}
    assert vouchers(hub)[f"{voucher}-R1"] == [(sku, -1)]
