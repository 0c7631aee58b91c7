"""An invoice is asked for once, whatever is lost on the way; its file is kept, and a refusal reaches a person."""

import hashlib

import pytest
from life import Clock, codes, column, place_good, rows
from played import Sandbox

from flows.collect_invoices import collect_invoices
from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from models.order_number import order_number
from sandbox.faults import Fault, FaultKind
from tasks.invoices import CannotInvoice, invoice_file, request_invoice
from tasks.story import Story, order_story

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]

TAX_NO = "91330106MA2B2ABCDN"


async def ordered(hub: Sandbox) -> str:
    """A paid order; our number of it."""
    place_good(hub, 1)
    await ingest_channels(["shop"])
    await fulfil_orders()
    return order_number(column("SELECT id FROM sales_order")[0])


def ask(number: str) -> str:
    return request_invoice(number, "测试公司", TAX_NO, "chen")


def lay(hub: Sandbox, operation: str, kind: FaultKind) -> None:
    hub.world.add_fault(Fault("nuonuo", operation, kind))


def told(number: str) -> Story:
    story = order_story(number)
    assert story is not None
    return story


def state() -> tuple[str, list[str]]:
    """How far the newest invoice is, and why."""
    row = rows("SELECT state, reasons FROM invoice ORDER BY id DESC")[0]
    return row.state, codes(row.reasons)


async def test_an_invoice_is_asked_for_issued_and_kept(hub: Sandbox, clock: Clock) -> None:
    number = await ordered(hub)
    request_no = ask(number)
    await relay_outbox()
    await collect_invoices()
    assert state() == ("issuing", [])
    clock.advance(minutes=2)
    await collect_invoices()
    assert state() == ("issued", [])
    asked = hub.world.tax_office.invoices[request_no]
    story = told(number)
    [invoice] = story.invoices
    assert (asked.buyer, asked.buyer_tax_no) == ("测试公司", TAX_NO)
    assert invoice.invoice_no == asked.number
    assert invoice.amount == story.order.amount
    assert str(invoice.tax.decimal()) == f"{asked.tax:.2f}"
    found = invoice_file(number)
    assert found is not None
    assert found[0] == f"{asked.number}.pdf"
    assert found[1].startswith(b"%PDF-")
    assert hashlib.sha256(found[1]).hexdigest() == invoice.sha256
    reasons = [reason.code for event in story.events for reason in event.reasons]
    assert ("invoice-asked" in reasons, "invoice-issued" in reasons) == (True, True)
    before = rows("SELECT * FROM invoice")
    await collect_invoices()
    assert rows("SELECT * FROM invoice") == before


@pytest.mark.parametrize("operation", ["requestBillingNew", "queryInvoiceResult", "file"])
async def test_a_lost_reply_makes_no_second_invoice(hub: Sandbox, clock: Clock, operation: str) -> None:
    number = await ordered(hub)
    ask(number)
    lay(hub, operation, FaultKind.DROP_REPLY)
    for _ in range(3):
        await relay_outbox()
        clock.advance(minutes=5)
        await collect_invoices()
    assert state() == ("issued", [])
    assert len(hub.world.ledger.effects("nuonuo")) == 1


async def test_an_order_has_one_invoice_until_it_fails(hub: Sandbox, clock: Clock) -> None:
    number = await ordered(hub)
    first = ask(number)
    with pytest.raises(CannotInvoice, match=first):
        ask(number)
    await relay_outbox()
    hub.world.refuse_invoice(first, "购方税号不存在")
    await collect_invoices()
    await relay_outbox()
    assert state() == ("failed", ["invoice-failed"])
    [failed] = told(number).invoices
    assert failed.reasons[0].facts["why"] == "购方税号不存在"
    assert any("购方税号不存在" in str(message) for message in hub.world.dingtalk.messages)
    assert invoice_file(number) is None

    second = ask(number)
    assert second != first
    await relay_outbox()
    clock.advance(minutes=2)
    await collect_invoices()
    assert state() == ("issued", [])


async def test_a_request_that_is_refused_goes_to_a_person(hub: Sandbox, clock: Clock) -> None:
    number = await ordered(hub)
    ask(number)
    lay(hub, "requestBillingNew", FaultKind.REJECT)
    await relay_outbox()
    assert state() == ("failed", ["partner-rejected"])
    assert column("SELECT state FROM outbox WHERE kind = 'invoice'") == ["person"]
    await relay_outbox()
    assert any("购方税号有误" in str(message) for message in hub.world.dingtalk.messages)


async def test_one_that_the_platform_does_not_know_is_not_waited_for(hub: Sandbox, clock: Clock) -> None:
    ask(await ordered(hub))
    await relay_outbox()
    hub.world.tax_office.invoices.clear()
    await collect_invoices()
    assert state() == ("failed", ["invoice-unknown-there"])


async def test_an_invoice_over_another_amount_is_kept_and_shown_to_a_person(hub: Sandbox, clock: Clock) -> None:
    number = await ordered(hub)
    request_no = ask(number)
    await relay_outbox()
    hub.world.tax_office.invoices[request_no].net += 1
    clock.advance(minutes=2)
    await collect_invoices()
    await relay_outbox()
    assert state() == ("issued", ["invoice-differs"])
    assert invoice_file(number) is not None
    assert len(column("SELECT id FROM outbox WHERE kind = 'notice' AND idempotency_key LIKE '%invoice%'")) == 1


async def test_an_order_that_is_called_off_first_asks_for_none(hub: Sandbox, clock: Clock) -> None:
    place = place_good(hub, 1)
    await ingest_channels(["shop"])
    await fulfil_orders()
    number = order_number(column("SELECT id FROM sales_order")[0])
    ask(number)
    hub.world.cancel_order("shop", place[0])
    clock.advance(minutes=1)
    await ingest_channels(["shop"])
    await fulfil_orders()
    await relay_outbox()
    await collect_invoices()
    assert state() == ("failed", ["invoice-called-off"])
    assert hub.world.ledger.effects("nuonuo") == []
    with pytest.raises(CannotInvoice, match="no sale"):
        ask(number)
    with pytest.raises(CannotInvoice, match="no order"):
        ask("SO0000009999")
