"""What warehouses are told of goods that come back."""

from typing import Any

from sqlalchemy import select

from integrations.ports import TakesReturns
from models.check_code import check_code
from models.customer_return import CUSTOMER_RETURN
from models.messages import Address, OutboundLine, ReturnAccepted, ReturnRequest
from models.order_book import ORDER
from models.reasons import Reason
from models.work import Work
from tasks.senders.letter import Letter, Said, Sender, foreign_number, note_sent, remember
from tasks.senders.outbounds import OUTBOUND, PRODUCT, WAREHOUSE


class AnnounceReturn(Sender):
    """The return on the warehouse's list (E5)."""

    def prepare(self, work: Work, letter: Letter) -> ReturnRequest:
        """What is to come back, from whom, and with which parcel."""
        columns = (
            CUSTOMER_RETURN, ORDER.c.receiver, OUTBOUND.c.outbound_no, WAREHOUSE.c.code.label("warehouse"),
            PRODUCT.c.sku, PRODUCT.c.title,
        )  # fmt: skip
        query = (
            select(*columns)
            .join(ORDER, ORDER.c.id == CUSTOMER_RETURN.c.order_id)
            .join(OUTBOUND, OUTBOUND.c.id == CUSTOMER_RETURN.c.outbound_id)
            .join(WAREHOUSE, WAREHOUSE.c.id == OUTBOUND.c.warehouse_id)
            .join(PRODUCT, PRODUCT.c.id == CUSTOMER_RETURN.c.product_id)
        )
        row: Any = work.rows(query.where(CUSTOMER_RETURN.c.return_no == letter.payload["return_no"]))[0]
        return ReturnRequest(
            return_no=row.return_no,
            outbound_no=row.outbound_no,
            warehouse=row.warehouse,
            exchange=row.exchange,
            sender=Address(**row.receiver),
            lines=(OutboundLine("1", row.sku, row.title, row.quantity, 0),),
            why=row.why,
            waybill_no=row.waybill_no,
            check_code=check_code(row.outbound_no),
        )

    async def deliver(self, client: TakesReturns, letter: Letter, request: ReturnRequest) -> ReturnAccepted:
        """Announce, or find what an earlier try left."""
        known = await client.find_return(request.return_no) if letter.outcome_unknown else None
        return known or await client.push_return(request)

    def foreign(self, work: Work, letter: Letter, request: ReturnRequest, answer: ReturnAccepted) -> Reason | None:
        """Another return."""
        said = Said(answer.return_no, answer.partner_no, answer.check_code)
        return foreign_number(work, letter, "return", Said(request.return_no, "", request.check_code), said)

    def record(self, work: Work, letter: Letter, request: ReturnRequest, answer: ReturnAccepted) -> None:
        """Keep the warehouse's number."""
        remember(work, letter, "return", request.return_no, answer.partner_no)
        note_sent(work, letter, {"return": request.return_no})
