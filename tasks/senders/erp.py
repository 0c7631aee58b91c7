"""What the ERP is told."""

from sqlalchemy import select

from integrations.ports import Erp
from models.base import table_of
from models.company import Customer
from models.lifecycle import Status
from models.messages import ErpOrder, ErpReceipt, OutboundLine
from models.order_book import ORDER
from models.work import Work
from tasks.call_off import take_back
from tasks.outbounds import erp_number
from tasks.senders.letter import Letter, Sender, note_sent, remember
from tasks.senders.outbounds import OUTBOUND

CUSTOMER = table_of(Customer)


class PushErpOrder(Sender):
    """The order in the ERP, saved and audited."""

    def prepare(self, work: Work, letter: Letter) -> ErpOrder | None:
        """The order as the ERP must know it."""
        query = (
            select(ORDER, CUSTOMER.c.code, OUTBOUND.c.outbound_no)
            .join(CUSTOMER, CUSTOMER.c.id == ORDER.c.customer_id)
            .join(OUTBOUND, OUTBOUND.c.order_id == ORDER.c.id)
            .where(OUTBOUND.c.id == letter.payload["outbound_id"])
        )
        row = work.rows(query)[0]
        if row.status == Status.CANCELLED:
            return None
        lines = tuple(
            OutboundLine(line.line_no, line.sku, line.title, line.quantity, line.price_minor)
            for line in work.orders.lines_of([row.id], goods_only=True)[row.id]
        )
        return ErpOrder(erp_number(row.outbound_no), row.code, row.placed_at, row.currency, lines, row.remark)

    async def deliver(self, client: Erp, letter: Letter, request: ErpOrder) -> ErpReceipt:
        """Store and audit; the client resumes where an earlier try stopped."""
        known = await client.find_order(request.order_no) if letter.outcome_unknown else None
        return known if known and known.audited else await client.push_order(request)

    def record(self, work: Work, letter: Letter, request: ErpOrder, answer: ErpReceipt) -> None:
        """Keep the ERP's number."""
        remember(work, letter, "erp-order", request.order_no, answer.partner_id)
        note_sent(work, letter, {"erp": answer.partner_id})

    def came_late(self, work: Work, letter: Letter) -> None:
        """The ERP has the order, or a part of the way to it."""
        take_back(work, [letter.of_order], only=letter.message_id, attempt=":late")


class CancelErpOrder(Sender):
    """Take an order back from the ERP; one whose goods it has issued goes to a person."""

    def prepare(self, work: Work, letter: Letter) -> str:
        """Our number, under which the ERP has it if it has it."""
        of_outbound = OUTBOUND.c.id == letter.payload["outbound_id"]
        return erp_number(work.session.execute(select(OUTBOUND.c.outbound_no).where(of_outbound)).scalar_one())

    async def deliver(self, client: Erp, letter: Letter, request: str) -> None:
        """Cancel; the client resumes where an earlier try stopped."""
        await client.cancel_order(request)
