"""The tax office behind an e-invoice platform: what was asked for, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.app_token import AppToken

ISSUES_AFTER = timedelta(minutes=1)
TOLERANCE = Decimal("0.06")
_CENT = Decimal("0.01")


@dataclass
class TaxInvoice:
    """An invoice that was asked for under the seller's ``order_no``. Amounts are in yuan; ``net`` is without the tax.

    It has a ``number`` once it is issued, and ``failure`` if it was refused."""

    serial: str
    order_no: str
    buyer: str
    buyer_tax_no: str
    net: Decimal
    tax: Decimal
    asked_at: datetime
    number: str = ""
    failure: str = ""
    lines: Sequence[Mapping[str, Any]] = ()

    @property
    def open(self) -> bool:
        return not self.number and not self.failure


@dataclass
class TaxOffice(AppToken):
    """All invoices of one seller, by the seller's number, and the token with which the seller calls."""

    invoices: dict[str, TaxInvoice] = field(default_factory=dict)

    def ask(self, order_no: str, buyer: str, tax_no: str, lines: Sequence[Mapping[str, Any]], at: datetime) -> None:
        """Take a request. Raises ``ValueError`` if a line's tax is not that of its rate and amount."""
        net = tax = off = Decimal(0)
        for line in lines:
            amount, rate, stated = (Decimal(line[name]) for name in ("taxIncludedAmount", "taxRate", "tax"))
            due = (amount * rate / (1 + rate)).quantize(_CENT, ROUND_HALF_UP)
            off += abs(stated - due)
            if Decimal(line["taxExcludedAmount"]) + stated != amount:
                raise ValueError("不含税金额、税额与含税金额不符")
            net, tax = net + amount - stated, tax + stated
        if off > TOLERANCE:
            raise ValueError("税额误差超过0.06")
        serial = f"{at:%y%m%d}{len(self.invoices) + 1:014d}"
        self.invoices[order_no] = TaxInvoice(serial, order_no, buyer, tax_no, net, tax, at, lines=lines)

    def work(self, now: datetime) -> None:
        """Issue what has waited its time."""
        for invoice in self.invoices.values():
            if invoice.open and invoice.asked_at + ISSUES_AFTER <= now:
                self.issue(invoice.order_no)

    def issue(self, order_no: str) -> None:
        """Issue an invoice now. Raises ``KeyError`` if nobody asked for it."""
        invoice = self.invoices[order_no]
        invoice.number = f"2631{int(invoice.serial) % 10**16:016d}"

    def refuse(self, order_no: str, why: str) -> None:
        """Do not issue it. Raises ``KeyError`` if nobody asked for it."""
        self.invoices[order_no].failure = why
