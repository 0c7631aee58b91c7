"""What stands on an invoice: every cent, each line's tax by its rate, and what a person must look at."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.messages import InvoiceLine
from models.money import Money
from policies.invoicing import TAX_TOLERANCE_MINOR, Sold, judge_invoice, plan_invoice, tax_in
from policies.rules import Invoices

RULES = Invoices(tax_percent=Decimal(13), category_percent={"图书": Decimal(9)})
CUP = Sold("SKU-1", "保温杯", "", 2, 11_300)


@pytest.mark.parametrize(
    ("amount", "percent", "tax"),
    [(11_300, "13", 1_300), (10_000, "13", 1_150), (600, "1.5", 9), (100, "0", 0), (1, "13", 0), (5, "13", 1)],
)
def test_the_tax_in_an_amount(amount: int, percent: str, tax: int) -> None:
    assert tax_in(amount, Decimal(percent)) == tax


def test_goods_have_the_rate_of_their_category_and_freight_stands_apart() -> None:
    book = Sold("SKU-2", "", "图书", 1, 10_900)
    gift = replace(CUP, sku="SKU-3", amount_minor=0)
    assert plan_invoice([CUP, book, gift], 800, "运费", RULES) == [
        InvoiceLine("SKU-1", "保温杯", 2, 11_300, Decimal(13), 1_300),
        InvoiceLine("SKU-2", "SKU-2", 1, 10_900, Decimal(9), 900),
        InvoiceLine("", "运费", 1, 800, Decimal(13), 92),
    ]
    assert plan_invoice([gift], 0, "运费", RULES) == []


@given(st.lists(st.integers(1, 10**9), max_size=20), st.integers(0, 10**6))
def test_no_cent_is_lost_and_no_line_is_off_by_more_than_half_a_cent(amounts: list[int], freight: int) -> None:
    lines = plan_invoice([replace(CUP, amount_minor=amount) for amount in amounts], freight, "运费", RULES)
    assert sum(line.amount_minor for line in lines) == sum(amounts) + freight
    for line in lines:
        exact = line.amount_minor * line.tax_percent / (100 + line.tax_percent)
        assert abs(line.tax_minor - exact) <= Decimal("0.5")


@pytest.mark.parametrize(
    ("amount", "tax", "odd"), [(0, 0, False), (0, TAX_TOLERANCE_MINOR, False), (0, 7, True), (1, 0, True)]
)
def test_an_invoice_that_is_not_the_one_asked_for_is_for_a_person(amount: int, tax: int, odd: bool) -> None:
    asked, asked_tax = Money(11_300, "CNY"), Money(1_300, "CNY")
    judged = judge_invoice(asked, asked_tax, asked + Money(amount, "CNY"), asked_tax - Money(tax, "CNY"))
    assert (judged is not None) == odd
