"""What stands on an invoice, and whether the one that the tax office made is the one that was asked for (F4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from models.messages import InvoiceLine
from models.money import Money
from models.reasons import Reason
from policies.rules import Invoices

TAX_TOLERANCE_MINOR = 6
"""By how much the tax of an invoice may differ from ours: every line is rounded."""


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of an order as it was sold; ``amount_minor`` includes the tax."""

    sku: str
    title: str
    category: str
    quantity: int
    amount_minor: int


def plan_invoice(sold: Sequence[Sold], freight_minor: int, freight_title: str, rules: Invoices) -> list[InvoiceLine]:
    """The lines of an invoice, freight as one of its own. What was given away does not stand on it."""
    goods = [
        _line(each.sku, each.title or each.sku, each.quantity, each.amount_minor, _percent(each.category, rules))
        for each in sold
        if each.amount_minor
    ]
    freight = [_line("", freight_title, 1, freight_minor, rules.tax_percent)] if freight_minor else []
    return goods + freight


def _percent(category: str, rules: Invoices) -> Decimal:
    return rules.category_percent.get(category, rules.tax_percent)


def _line(sku: str, title: str, quantity: int, amount_minor: int, percent: Decimal) -> InvoiceLine:
    return InvoiceLine(sku, title, quantity, amount_minor, percent, tax_in(amount_minor, percent))


def tax_in(amount_minor: int, percent: Decimal) -> int:
    """The tax in an amount that includes it, half a cent rounded up."""
    return int((amount_minor * percent / (100 + percent)).quantize(Decimal(1), ROUND_HALF_UP))


def judge_invoice(asked: Money, asked_tax: Money, amount: Money, tax: Money) -> Reason | None:
    """Why a person must look at an issued invoice; ``None`` if it is what was asked for."""
    if amount == asked and tax.currency == asked_tax.currency and abs((tax - asked_tax).minor) <= TAX_TOLERANCE_MINOR:
        return None
    facts = {"asked": str(asked), "asked_tax": str(asked_tax), "amount": str(amount), "tax": str(tax)}
    return Reason("invoice-differs", facts)
