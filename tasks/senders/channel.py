"""What channels are told, and customers through them."""

from datetime import datetime

from integrations.ports import Channel, MessagesCustomers
from models.messages import ShipmentNotice
from models.work import Work
from tasks.senders.letter import Letter, Sender


class TellChannel(Sender):
    """The waybill, written back to the channel that the order came from."""

    def prepare(self, work: Work, letter: Letter) -> ShipmentNotice:
        """What left, and when."""
        told = letter.payload
        at = datetime.fromisoformat(told["shipped_at"])
        return ShipmentNotice(told["order_no"], told["carrier"], told["waybill_no"], at)

    async def deliver(self, client: Channel, letter: Letter, request: ShipmentNotice) -> None:
        """Tell; the channel recognises a repeat by order and waybill."""
        await client.push_shipment(request)


class TellCustomer(Sender):
    """A message to the customer, through the channel that knows how to reach them."""

    def prepare(self, work: Work, letter: Letter) -> str | None:
        """The text."""
        return str(letter.payload["text"])

    async def deliver(self, client: MessagesCustomers, letter: Letter, request: str) -> None:
        """Tell."""
        await client.tell_customer(str(letter.payload["order_no"]), request, letter.key)
