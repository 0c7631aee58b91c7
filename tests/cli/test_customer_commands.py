"""``orderspine customer``: a table is taken whole, or refused with the line and the cure; all fits 80 columns."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("hub")

GOOD = 'customer,name,grade,risk,limit,currency\nshop:C-1,大客户,A,normal,"80,000.00",\ntaobao:881,,,high,5,USD\n'


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.take_turns
def test_terms_are_stated_listed_and_shown_with_who_stated_them(orderspine, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert "New: 2, changed: 0, as before: 0." in orderspine("customer", "define", str(file), "--by", "ann").out
    listed = orderspine("customer", "list").out
    assert max(map(len, listed.splitlines())) <= 80
    shown = json.loads(orderspine("customer", "list", "--json").out)
    assert [(row["code"], row["limit"], row["risk"], row["due_days"]) for row in shown] == [
        ("shop:C-1", {"minor": 8_000_000, "currency": "CNY"}, "normal", 30),
        ("taobao:881", {"minor": 500, "currency": "USD"}, "high", 30),
    ]
    story = orderspine("customer", "show", "taobao:881").out
    assert all(words in story for words in ("risk high", "credit limit 5.00 USD", "ann: risk normal → high"))
    unknown = orderspine("customer", "show", "shop:C-9")
    assert (unknown.code, "no customer shop:C-9" in unknown.err) == (1, True)


def test_a_table_with_wrong_lines_is_refused_whole_and_every_line_is_named(orderspine, tmp_path: Path) -> None:
    wrong = {
        "C-1,A,normal,1,,": "a colon and its number of the customer, like shop:C-7; there are the channels shop",
        "shop:C-2,Z,normal,1,,": "no rule knows the grade 'Z': take A, B, C",
        "shop:C-3,A,awful,1,,": "must be normal or high",
        "shop:C-4,A,normal,much,,": "'much' is not an amount",
        "shop:C-5,A,normal,-1,,": "below zero",
        "shop:C-6,A,normal,1,XXX,": "one of [quality] currencies: CNY, USD",
        "shop:C-7,A,normal,1,,soon": "whole number of days",
        "shop:C-8,A,normal,1,,9": "",
        "shop:C-8,A,normal,2,,9": "stated twice",
    }
    file = tmp_path / "customers.csv"
    file.write_text("\n".join(["customer,grade,risk,limit,currency,due_days", *wrong]) + "\n", encoding="utf-8")
    answer = orderspine("customer", "define", str(file))
    told = " ".join(answer.err.split())
    for line, (_, cure) in enumerate(wrong.items(), start=2):
        assert (f"line {line}:" in told, cure in told) == (bool(cure), True), cure
    assert answer.code == 2
    assert orderspine("customer", "list", "--json").out.strip() == "[]"
    file.write_text("customer,creditlimit\nshop:C-1,5\n", encoding="utf-8")
    assert "no column creditlimit" in orderspine("customer", "define", str(file)).err
    file.write_text("buyer,limit\nshop:C-1,5\n", encoding="utf-8")
    assert "has no column 'customer'" in " ".join(orderspine("customer", "define", str(file)).err.split())
