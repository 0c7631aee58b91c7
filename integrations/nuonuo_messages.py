"""What Nuonuo is asked for and what it answers, between its words and ours. No I/O."""

import re
from decimal import Decimal
from typing import Any, Final

from integrations.answers import Reply
from integrations.beijing import to_beijing
from models.messages import Invoice, InvoiceLine, InvoiceRequest, InvoiceState
from models.money import Money

CURRENCY: Final = "CNY"
_BLUE: Final = "1"
_TELL_NOBODY: Final = "-1"
_PRICE_DECIMALS: Final = Decimal("0.0000000000001")
_NUMBER: Final = re.compile(r"[0-9]{20}")
_STATES: Final = {
    "2": InvoiceState.ISSUED,
    "20": InvoiceState.ISSUING,
    "21": InvoiceState.ISSUING,
    "22": InvoiceState.FAILED,
    "24": InvoiceState.FAILED,
    "3": InvoiceState.FAILED,
    "31": InvoiceState.FAILED,
}
"""20 issuing, 21 issued and not sealed yet, 22 refused, 24 not sealed, 3 and 31 made void at Nuonuo."""


class Found(Reply):
    """One invoice of ``queryInvoiceResult``."""

    serialNo: str  # noqa: N815  (the partner's names)
    orderNo: str  # noqa: N815
    status: str
    statusMsg: str | None = None  # noqa: N815
    failCause: str | None = None  # noqa: N815
    invoiceNo: str | None = None  # noqa: N815
    allElectronicInvoiceNumber: str | None = None  # noqa: N815
    exTaxAmount: str | None = None  # noqa: N815
    taxAmount: str | None = None  # noqa: N815
    pdfUrl: str | None = None  # noqa: N815


def billing(request: InvoiceRequest) -> dict[str, Any]:
    """``order`` of ``requestBillingNew``, but for the seller. Nobody is told by Nuonuo: the file is ours to hand on."""
    return {
        "orderNo": request.request_no,
        "buyerName": request.buyer,
        "buyerTaxNum": request.tax_no,
        "invoiceDate": to_beijing(request.requested_at),
        "invoiceType": _BLUE,
        "pushMode": _TELL_NOBODY,
        "invoiceDetail": [_detail(line, request.currency) for line in request.lines],
    }


def _detail(line: InvoiceLine, currency: str) -> dict[str, str]:
    amount = Money(line.amount_minor, currency).decimal()
    tax = Money(line.tax_minor, currency).decimal()
    return {
        "goodsName": line.title or line.sku,
        "num": str(line.quantity),
        "price": f"{(amount / line.quantity).quantize(_PRICE_DECIMALS):f}",
        "taxRate": f"{(line.tax_percent / 100).normalize():f}",
        "withTaxFlag": "1",
        "taxIncludedAmount": f"{amount:f}",
        "taxExcludedAmount": f"{amount - tax:f}",
        "tax": f"{tax:f}",
        "invoiceLineProperty": "0",
    }


def invoice_of(found: Found) -> Invoice:
    """Translate. Raises ``ValueError`` for a state that is not known, and for an issued one that lacks anything."""
    state = _STATES.get(found.status)
    if state is None:
        raise ValueError(f"status: {found.status!r} is not known")
    if state is InvoiceState.FAILED:
        why = found.failCause or found.statusMsg or f"status {found.status}"
        return Invoice(found.orderNo, found.serialNo, state, why=why)
    if state is InvoiceState.ISSUING:
        return Invoice(found.orderNo, found.serialNo, state)
    number = found.allElectronicInvoiceNumber or found.invoiceNo or ""
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"invoiceNo: {number!r} has not 20 digits")
    if not found.pdfUrl or not found.pdfUrl.startswith(("https://", "http://")):
        raise ValueError("pdfUrl: it is no address")
    tax = Money.parse(found.taxAmount or "", CURRENCY)
    amount = Money.parse(found.exTaxAmount or "", CURRENCY) + tax
    return Invoice(found.orderNo, found.serialNo, state, number, amount, tax, found.pdfUrl)
