"""The invoices of an order, for its story and for the list of all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.base import table_of
from models.invoice import Invoice as InvoiceRow
from models.money import Money
from models.order_number import order_number
from models.reasons import Reason
from models.work import Work
from tasks.reading import reading
from tasks.story.order import reasons_of

INVOICE = table_of(InvoiceRow)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice that was asked for; ``state`` is one of ``models.invoice.STATES``. An issued one has its file here,
    with that ``sha256``."""

    order: str
    request_no: str
    state: str
    buyer: str
    tax_no: str
    amount: Money
    tax: Money
    invoice_no: str
    asked_at: datetime
    asked_by: str
    issued_at: datetime | None
    sha256: str
    reasons: tuple[Reason, ...]


def invoices_of(work: Work, order_id: int) -> tuple[Invoice, ...]:
    """The invoices of an order, oldest first."""
    mine = (INVOICE.c.order_id == order_id, INVOICE.c.company_id == work.company_id)
    return tuple(map(_invoice, work.rows(_without_file().where(*mine).order_by(INVOICE.c.id))))


def list_invoices(limit: int) -> list[Invoice]:
    """The newest invoices of all orders, newest first."""
    with reading() as work:
        query = _without_file().where(INVOICE.c.company_id == work.company_id)
        return list(map(_invoice, work.rows(query.order_by(INVOICE.c.id.desc()).limit(limit))))


def _without_file() -> Any:
    return select(*(column for column in INVOICE.c if column.name != "file"))


def _invoice(row: Any) -> Invoice:
    return Invoice(
        order_number(row.order_id), row.request_no, row.state, row.buyer, row.tax_no,
        Money(row.amount_minor, row.currency), Money(row.tax_minor, row.currency), row.invoice_no, row.asked_at,
        row.asked_by, row.issued_at, row.sha256, reasons_of(row.reasons),
    )  # fmt: skip
