"""An invoice from the command line: asked for, listed, saved."""

import asyncio
import json
from pathlib import Path

import pytest
from played import Sandbox

from flows.collect_invoices import collect_invoices
from flows.relay_outbox import relay_outbox
from settings import get_settings

ORDER = """order ref number,order date time,buyer code,ship to,mobile phone,ship province,ship city,ship address,\
item code,pcs qty,price each,line amount,ccy
A-1,2026-06-01 10:00:00,C1,王芳,13800000001,广东省,深圳市,福华路1号,SKU-1,2,10.00,20.00,CNY
"""


@pytest.mark.usefixtures("prefect_api")
def test_an_invoice_is_asked_for_listed_and_saved(
    orderspine, hub: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "presets").mkdir()
    monkeypatch.setenv("ORDERSPINE_PRESETS", str(tmp_path / "presets"))
    get_settings.cache_clear()
    file, pdf = tmp_path / "orders.csv", tmp_path / "invoice.pdf"
    file.write_text(ORDER, encoding="utf-8")
    assert orderspine("import", str(file), "--yes").code == 0
    number = json.loads(orderspine("order", "show", "A-1", "--json").out)["order"]["number"]
    assert orderspine("invoice", "list").out.strip() == "No invoice was asked for."

    asked = orderspine(
        "invoice", "request", number, "--title", "测试公司", "--tax-no", "91330106MA2B2ABCDN", "--by", "li"
    )
    assert (asked.code, f"{number}-1" in asked.out) == (0, True), asked.err
    assert orderspine("invoice", "request", number, "--title", "测试公司").code == 2
    assert orderspine("invoice", "request", number, "--title", " ").code == 2
    assert orderspine("invoice", "save", number, str(pdf)).code == 1

    asyncio.run(relay_outbox())
    hub.world.issue_invoice(f"{number}-1")
    asyncio.run(collect_invoices())

    [listed] = json.loads(orderspine("invoice", "list", "--json").out)
    assert (listed["state"], listed["amount"]["minor"], listed["tax"]["minor"]) == ("issued", 2_000, 230)
    assert listed["invoice_no"] in orderspine("invoice", "list").out.replace("\n", "")
    assert "Invoice " + listed["invoice_no"] in orderspine("order", "show", number).out
    assert orderspine("invoice", "save", number, str(pdf)).code == 0
    assert pdf.read_bytes().startswith(b"%PDF-")
