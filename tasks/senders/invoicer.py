"""What those who have invoices issued are asked."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from integrations.ports import Invoicer
from models.messages import InvoiceLine, InvoiceRequest
from models.reasons import Reason
from models.work import Work
from tasks.hub import current_rules
from tasks.invoices import INVOICE, fail, note
from tasks.senders.letter import Letter, Sender, note_sent


class RequestInvoice(Sender):
    """An e-invoice for an order (F4); ``collect-invoices`` asks later what became of it."""

    def prepare(self, work: Work, letter: Letter) -> InvoiceRequest:
        """The invoice as it was asked for, whatever the order is now."""
        row = _invoice(work, letter)
        lines = tuple(InvoiceLine(**{**line, "tax_percent": Decimal(line["tax_percent"])}) for line in row.lines)
        return InvoiceRequest(row.request_no, row.buyer, row.tax_no, row.currency, lines, row.asked_at)

    async def deliver(self, client: Invoicer, letter: Letter, request: InvoiceRequest) -> str:
        """Ask for it, or find what an earlier try has asked for; the partner's serial number."""
        known = await client.find_invoice(request.request_no) if letter.outcome_unknown else None
        return known.serial if known else await client.request_invoice(request)

    def record(self, work: Work, letter: Letter, request: InvoiceRequest, answer: str) -> None:
        """The tax office has it in hand."""
        self._is_there(work, letter, answer)
        note_sent(work, letter, {"invoice": request.request_no})

    def refused(self, work: Work, letter: Letter, reason: Reason, *, unknown: bool) -> None:
        """There is none; but after tries of which one may have worked the partner is asked like of any other."""
        if unknown:
            self._is_there(work, letter, "")
        else:
            fail(work, _invoice(work, letter), reason, current_rules().invoices.told)

    def came_late(self, work: Work, letter: Letter) -> None:
        """The order was called off, and yet there is an invoice, or there may be: a person must take it back."""
        self._is_there(work, letter, "")
        late = Reason("invoice-came-late", {"number": letter.payload["request_no"]})
        note(work, _invoice(work, letter), late, current_rules().invoices.told)

    def _is_there(self, work: Work, letter: Letter, serial: str) -> None:
        asked = INVOICE.update().where(*_of(work, letter), INVOICE.c.state == "asked")
        work.session.execute(asked.values(state="issuing", serial=serial))


def _invoice(work: Work, letter: Letter) -> Any:
    return work.rows(select(INVOICE).where(*_of(work, letter)))[0]


def _of(work: Work, letter: Letter) -> tuple[Any, ...]:
    return INVOICE.c.company_id == work.company_id, INVOICE.c.request_no == letter.payload["request_no"]
