"""What each kind of message says, how it is delivered, and what changes once the partner has it.

A file per kind of partner, a class per kind of message; ``SENDERS`` is the exhaustive table of them.
"""

from collections.abc import Mapping

from models.outbox import Owed
from tasks.senders.carrier import BookWaybill, CancelWaybill
from tasks.senders.channel import TellChannel, TellCustomer
from tasks.senders.erp import CancelErpOrder, PushErpOrder, TellErp
from tasks.senders.invoicer import RequestInvoice
from tasks.senders.letter import Letter, Sender
from tasks.senders.people import TellPeople
from tasks.senders.receivable import BookReceivable
from tasks.senders.returns import AnnounceReturn
from tasks.senders.tracker import SubscribeParcel
from tasks.senders.warehouse import CancelOutbound, PushOutbound

__all__ = ["SENDERS", "Letter", "Sender"]

SENDERS: Mapping[Owed, Sender] = {
    Owed.WAYBILL: BookWaybill(),
    Owed.OUTBOUND: PushOutbound(),
    Owed.CANCEL_OUTBOUND: CancelOutbound(),
    Owed.CANCEL_WAYBILL: CancelWaybill(),
    Owed.RETURN: AnnounceReturn(),
    Owed.ERP_ORDER: PushErpOrder(),
    Owed.ERP_STATUS: TellErp(),
    Owed.CANCEL_ERP_ORDER: CancelErpOrder(),
    Owed.RECEIVABLE: BookReceivable(),
    Owed.CHANNEL_SHIPMENT: TellChannel(),
    Owed.CUSTOMER_MESSAGE: TellCustomer(),
    Owed.SUBSCRIPTION: SubscribeParcel(),
    Owed.INVOICE: RequestInvoice(),
    Owed.NOTICE: TellPeople(),
}
