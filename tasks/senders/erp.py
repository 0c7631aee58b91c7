"""What the ERP is told."""

from sqlalchemy import select, update

from integrations.ports import Erp, HearsOfOrders
from models.base import table_of
from models.check_code import check_code
from models.company import Customer
from models.lifecycle import Status
from models.messages import ErpOrder, ErpReceipt, ErpStatus, OutboundLine
from models.order_book import ORDER
from models.outbox import OUTBOX, Owed
from models.reasons import Reason
from models.work import Work
from tasks.call_off import take_back
from tasks.outbounds import erp_number
from tasks.senders.letter import Letter, Said, Sender, foreign_number, note_sent, remember
from tasks.senders.outbounds import OUTBOUND
from tasks.telling import known_to_erps, tell_of

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
        number, code = erp_number(row.outbound_no), check_code(row.outbound_no)
        return ErpOrder(number, row.code, row.placed_at, row.currency, lines, row.remark, code)

    async def deliver(self, client: Erp, letter: Letter, request: ErpOrder) -> ErpReceipt:
        """Store and audit; the client resumes where an earlier try stopped."""
        known = await client.find_order(request.order_no) if letter.outcome_unknown else None
        return known if known and known.audited else await client.push_order(request)

    def foreign(self, work: Work, letter: Letter, request: ErpOrder, answer: ErpReceipt) -> Reason | None:
        """Another order's document."""
        said = Said(answer.order_no, answer.partner_id, answer.check_code)
        return foreign_number(work, letter, "erp-order", Said(request.order_no, "", request.check_code), said)

    def record(self, work: Work, letter: Letter, request: ErpOrder, answer: ErpReceipt) -> None:
        """Keep the ERP's number; if a warehouse is ahead of it, it is told how far."""
        remember(work, letter, "erp-order", request.order_no, answer.partner_id)
        note_sent(work, letter, {"erp": answer.partner_id})
        tell_of(work, [letter.of_order])

    def came_late(self, work: Work, letter: Letter) -> None:
        """The ERP has the order, or a part of the way to it."""
        take_back(work, [letter.of_order], only=letter.message_id, attempt=":late")


class TellErp(Sender):
    """How far an order is, and its numbers at warehouse and carrier (C3)."""

    def prepare(self, work: Work, letter: Letter) -> ErpStatus | None:
        """What is true now; nothing if the ERP knows it, or the order is with no warehouse any more."""
        known = [k for k in known_to_erps(work, [letter.of_order]) if k.outbound_id == letter.payload["outbound_id"]]
        return known[0].status if known and known[0].standing.now != known[0].standing.said else None

    async def deliver(self, client: Erp, letter: Letter, request: ErpStatus) -> None:
        """Tell, if the ERP can keep it; saying it twice changes nothing."""
        if isinstance(client, HearsOfOrders):
            await client.push_status(request)

    def record(self, work: Work, letter: Letter, request: ErpStatus, answer: None) -> None:
        """Keep what was said, which answers for what it would not hear before; owe what changed meanwhile."""
        said = {**letter.payload, "said": request.to_json()}
        work.session.execute(update(OUTBOX).where(OUTBOX.c.id == letter.message_id).values(payload=said))
        work.outbox.withdraw([letter.of_order], [Owed.ERP_STATUS])
        note_sent(work, letter, {"progress": str(request.progress)})
        tell_of(work, [letter.of_order])


class CancelErpOrder(Sender):
    """Take an order back from the ERP; one whose goods it has issued goes to a person."""

    def prepare(self, work: Work, letter: Letter) -> str:
        """Our number, under which the ERP has it if it has it."""
        of_outbound = OUTBOUND.c.id == letter.payload["outbound_id"]
        return erp_number(work.session.execute(select(OUTBOUND.c.outbound_no).where(of_outbound)).scalar_one())

    async def deliver(self, client: Erp, letter: Letter, request: str) -> None:
        """Cancel; the client resumes where an earlier try stopped."""
        await client.cancel_order(request)
