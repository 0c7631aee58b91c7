"""A change from the command line: asked for, shown, agreed to."""

import json
from pathlib import Path

import pytest

ORDER = """order ref number,order date time,buyer code,ship to,mobile phone,ship province,ship city,ship address,\
item code,pcs qty,price each,line amount,ccy
A-1,2026-06-01 10:00:00,C1,王芳,13800000001,广东省,深圳市,福华路1号,SKU-1,2,10.00,20.00,CNY
"""
WHY = ("--reason", "the customer called", "--evidence", "call of 10:15")


@pytest.mark.usefixtures("prefect_api")
def test_a_change_is_asked_for_shown_and_agreed_to(orderspine, home: Path):
    file = home / "orders.csv"
    file.write_text(ORDER, encoding="utf-8")
    assert orderspine("import", str(file), "--yes").code == 0
    number = json.loads(orderspine("order", "show", "A-1", "--json").out)["order"]["number"]
    assert orderspine("change", "list").out.strip() == "No change waits."

    asked = orderspine("change", "propose", number, "--set", "remark=at the back door", *WHY, "--by", "chen")
    assert asked.code == 0, asked.err
    assert "waits for approval" in asked.out
    assert "remark: – → at the back door" in asked.out
    assert json.loads(orderspine("change", "list", "--json").out)[0]["scope"] == ["remark"]

    assert orderspine("change", "approve", "1", "--as", "nobody").code == 2
    agreed = orderspine("change", "approve", "1", "--as", "customer-service", "--by", "li")
    assert (agreed.code, "in effect" in agreed.out) == (0, True)
    assert "Version 2 of the order is in effect." in orderspine("change", "show", "1").out
    assert "the customer called" in orderspine("order", "show", number).out

    again = orderspine("change", "refuse", "1", "--as", "customer-service", "--why", "no")
    assert (again.code, "nothing to answer" in again.err) == (2, True)
    assert orderspine("change", "show", "7").code == 1
    promised = orderspine("order", "promise", number, "2030-01-31", "--why", "agreed", "--by", "sun")
    assert (promised.code, "2030-01-31" in promised.out) == (0, True)
    assert orderspine("order", "promise", number, "soon", "--why", "agreed").code == 2
