"""What became of the invoices that were asked for: their numbers and files, or why there is none (F4)."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from integrations.errors import Rejected, Unavailable
from integrations.ports import Invoicer
from models.many import among
from models.messages import Invoice, InvoiceState
from models.money import Money
from models.outbox import OUTBOX
from models.reasons import Reason
from models.work import Work
from policies.invoicing import judge_invoice
from policies.rules import Rules
from tasks.connections import connections, partner
from tasks.hub import hub_task, tell, unit_of_work
from tasks.invoices import INVOICE, fail, message_key, note

AT_MOST = 200
"""Invoices that one run asks about, those first that were asked for first."""


@dataclass(frozen=True, slots=True)
class InvoicesCollected:
    """What became of the invoices that one partner was asked about; ``unread`` could not be asked about or fetched."""

    connection: str
    issued: int = 0
    failed: int = 0
    issuing: int = 0
    unread: int = 0


def invoicers() -> list[str]:
    """The connections by which invoices are issued."""
    return [connection.code for connection in connections().invoices]


@hub_task
async def collect_invoices(connection: str, rules: Rules) -> InvoicesCollected:
    """Ask about every invoice that is being issued, and keep the files of those that are.

    Asking again changes nothing. Raises ``Misconfigured``.
    """
    told = rules.invoices.told
    with unit_of_work() as work:
        failed = _drop_called_off(work, connection, told)
        query = select(INVOICE).where(
            INVOICE.c.company_id == work.company_id, INVOICE.c.connection == connection, INVOICE.c.state == "issuing"
        )
        waiting = work.rows(query.order_by(INVOICE.c.id).limit(AT_MOST))
    outcomes = {"issued": 0, "failed": failed, "issuing": 0, "unread": 0}
    if waiting:
        async with partner(connection) as client:
            for invoice in waiting:
                outcomes[await _collect(client, invoice, told)] += 1
    tell("%s: invoices %s", connection, outcomes)
    return InvoicesCollected(connection, **outcomes)


def _drop_called_off(work: Work, connection: str, told: str) -> int:
    """Those whose order was called off before they were asked for; how many. One that may have been is asked about."""
    key = OUTBOX.c.idempotency_key == message_key("") + INVOICE.c.request_no
    same = and_(OUTBOX.c.company_id == INVOICE.c.company_id, key)
    withdrawn = (OUTBOX.c.state == "withdrawn", OUTBOX.c.leased_by.is_(None))
    mine = (INVOICE.c.company_id == work.company_id, INVOICE.c.connection == connection, INVOICE.c.state == "asked")
    found = work.rows(select(INVOICE, OUTBOX.c.outcome_unknown).join(OUTBOX, same).where(*mine, *withdrawn))
    unsent = [invoice for invoice in found if not invoice.outcome_unknown]
    for invoice in unsent:
        fail(work, invoice, Reason("invoice-called-off", {"number": invoice.request_no}), told)
    perhaps = [invoice.id for invoice in found if invoice.outcome_unknown]
    work.session.execute(INVOICE.update().where(among(INVOICE.c.id, perhaps)).values(state="issuing"))
    return len(unsent)


async def _collect(client: Invoicer, invoice: Any, told: str) -> str:
    """Ask about one; which outcome it adds to. What goes wrong with one keeps nobody from the next."""
    try:
        found = await client.find_invoice(invoice.request_no)
        file = await client.download_invoice(found) if found and found.state is InvoiceState.ISSUED else b""
    except (Unavailable, Rejected) as error:
        tell("%s: %s", invoice.request_no, error)
        return "unread"
    if found and found.state is InvoiceState.ISSUING:
        return "issuing"
    with unit_of_work() as work:
        if found and found.state is InvoiceState.ISSUED:
            _keep(work, invoice, found, file, told)
            return "issued"
        if found:
            why = Reason("invoice-failed", {"number": invoice.request_no, "why": found.why})
        else:
            why = Reason("invoice-unknown-there", {"number": invoice.request_no})
        fail(work, invoice, why, told)
    return "failed"


def _keep(work: Work, invoice: Any, found: Invoice, file: bytes, told: str) -> None:
    asked, asked_tax = Money(invoice.amount_minor, invoice.currency), Money(invoice.tax_minor, invoice.currency)
    amount, tax = found.amount or asked, found.tax or asked_tax
    odd = judge_invoice(asked, asked_tax, amount, tax)
    issued = INVOICE.update().where(INVOICE.c.id == invoice.id, INVOICE.c.state == "issuing")
    kept = issued.values(
        state="issued", serial=found.serial, invoice_no=found.invoice_no, amount_minor=amount.minor,
        tax_minor=tax.minor, issued_at=work.now, file=file, sha256=hashlib.sha256(file).hexdigest(),
        reasons=[odd.to_json()] if odd else [],
    )  # fmt: skip
    if work.session.execute(kept.returning(INVOICE.c.id)).first():
        note(work, invoice, Reason("invoice-issued", {"number": found.invoice_no}))
        if odd:
            note(work, invoice, odd, told)
