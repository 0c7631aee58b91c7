"""What is asked of whoever has invoices issued (F4)."""

from dataclasses import replace

import pytest
from bench import Bench
from conformance import of
from loopback import closed_port
from samples import HOSTILE, an_issued_invoice, invoice_request

from integrations.errors import Rejected, Unavailable
from integrations.ports import Invoicer
from models.messages import Invoice, InvoiceState
from models.money import Money


@of(Invoicer)
async def an_invoice_is_asked_for_as_meant(bench: Bench, name: str) -> None:
    serial = await bench.partner(name).request_invoice(invoice_request())
    asked = bench.world.tax_office.invoices["SO-1-1"]
    assert asked.serial == serial
    assert (asked.buyer, asked.buyer_tax_no) == ("测试公司", "91330106MA2B2ABCDN")
    assert [(line["goodsName"], line["num"], line["taxRate"], line["tax"]) for line in asked.lines] == [
        (HOSTILE, "3", "0.13", "11.50"),
        ("运费", "1", "0.015", "0.09"),
    ]
    assert (str(asked.net), str(asked.tax)) == ("94.41", "11.59")


@of(Invoicer)
async def an_invoice_is_issued_after_a_while(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    assert await partner.find_invoice("SO-1-1") is None
    serial = await partner.request_invoice(invoice_request())
    assert await partner.find_invoice("SO-1-1") == Invoice("SO-1-1", serial, InvoiceState.ISSUING)
    bench.world.issue_invoice("SO-1-1")
    issued = await partner.find_invoice("SO-1-1")
    assert (issued.serial, issued.state) == (serial, InvoiceState.ISSUED)
    assert issued.invoice_no == bench.world.tax_office.invoices["SO-1-1"].number
    assert len(issued.invoice_no) == 20
    assert (issued.amount, issued.tax) == (Money(10_600, "CNY"), Money(1_159, "CNY"))
    file = await partner.download_invoice(issued)
    assert file.startswith(b"%PDF-")
    assert issued.invoice_no.encode() in file


@of(Invoicer)
async def a_file_that_nobody_serves_is_an_outage(bench: Bench, name: str) -> None:
    issued = replace(await an_issued_invoice(bench, name), file_url=closed_port())
    with pytest.raises(Unavailable):
        await bench.partner(name).download_invoice(issued)


@of(Invoicer)
async def an_invoice_that_is_not_issued_says_why(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    serial = await partner.request_invoice(invoice_request())
    bench.world.refuse_invoice("SO-1-1", "购方税号不存在")
    expected = Invoice("SO-1-1", serial, InvoiceState.FAILED, why="购方税号不存在")
    assert await partner.find_invoice("SO-1-1") == expected


@of(Invoicer)
async def an_invoice_that_cannot_be_asked_for_is_rejected(bench: Bench, name: str) -> None:
    with pytest.raises(Rejected):
        await bench.partner(name).request_invoice(invoice_request(""))
