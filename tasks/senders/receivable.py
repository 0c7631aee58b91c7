"""What the ERP is told that customers owe (F3)."""

from sqlalchemy import select

from integrations.ports import BooksReceivables
from models.base import table_of
from models.company import Customer
from models.messages import ErpReceipt, OutboundLine, Receivable
from models.order_book import ORDER
from models.shipment import Shipment
from models.work import Work
from tasks.outbounds import erp_number
from tasks.receivables import voucher_number
from tasks.senders.letter import Letter, Sender, note_sent, remember
from tasks.senders.outbounds import OUTBOUND

CUSTOMER = table_of(Customer)
SHIPMENT = table_of(Shipment)


class BookReceivable(Sender):
    """The voucher of an outbound that left, or of goods of it that came back."""

    def prepare(self, work: Work, letter: Letter) -> Receivable | None:
        """What was sold, at its price; of a return the pieces that came back."""
        query = (
            select(ORDER.c.id, ORDER.c.currency, CUSTOMER.c.code, OUTBOUND.c.outbound_no, SHIPMENT.c.shipped_at)
            .join(CUSTOMER, CUSTOMER.c.id == ORDER.c.customer_id)
            .join(OUTBOUND, OUTBOUND.c.order_id == ORDER.c.id)
            .join(SHIPMENT, SHIPMENT.c.outbound_id == OUTBOUND.c.id)
            .where(OUTBOUND.c.id == letter.payload["outbound_id"])
        )
        row = work.rows(query)[0]
        told = letter.payload
        reversal = int(told.get("reversal", 0))
        sold = work.orders.lines_of([row.id], goods_only=True)[row.id]
        lines = tuple(
            OutboundLine(
                line.line_no, line.sku, line.title, told["quantity"] if reversal else line.quantity, line.price_minor
            )
            for line in sold
            if not reversal or line.sku == told["sku"]
        )[: 1 if reversal else None]
        if not lines:
            return None
        number = voucher_number(row.outbound_no, reversal)
        reverses = voucher_number(row.outbound_no) if reversal else ""
        booked_at = work.now if reversal else row.shipped_at
        return Receivable(number, erp_number(row.outbound_no), row.code, booked_at, row.currency, lines, reverses)

    async def deliver(self, client: BooksReceivables, letter: Letter, request: Receivable) -> ErpReceipt:
        """Store and audit; the client resumes where an earlier try stopped."""
        known = await client.find_receivable(request) if letter.outcome_unknown else None
        return known if known and known.audited else await client.book_receivable(request)

    def record(self, work: Work, letter: Letter, request: Receivable, answer: ErpReceipt) -> None:
        """Keep the ERP's number."""
        remember(work, letter, "receivable", request.voucher_no, answer.partner_id)
        note_sent(work, letter, {"voucher": request.voucher_no})
