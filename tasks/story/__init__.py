"""The whole story of one order, for the console and ``orderspine order show`` (G2)."""

from dataclasses import dataclass

from models.event import broken_links
from models.order_number import order_number
from tasks.outbounds import erp_number
from tasks.reading import reading
from tasks.story.changes import Approval, Change, changes_of
from tasks.story.find import find_orders
from tasks.story.goods import Outbound, Parcel, Reservation, outbounds_of, parcels_of, reservations_of
from tasks.story.invoices import Invoice, invoices_of
from tasks.story.money import Payment, Settlement, StatementLine, payments_of, settlement_of, statement_of
from tasks.story.order import Customer, Header, Hold, Line, Version, header_of, holds_of, lines_of, versions_of
from tasks.story.trail import (
    ClosedGate,
    Decision,
    Event,
    Message,
    Refused,
    TheirNumber,
    decisions_of,
    events_of,
    gates_before,
    messages_of,
    refused_of,
    their_numbers,
)

__all__ = [
    "Approval",
    "Change",
    "ClosedGate",
    "Customer",
    "Decision",
    "Event",
    "Header",
    "Hold",
    "Invoice",
    "Line",
    "Message",
    "Outbound",
    "Parcel",
    "Payment",
    "Refused",
    "Reservation",
    "Settlement",
    "StatementLine",
    "Story",
    "TheirNumber",
    "Version",
    "order_story",
]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that the hub knows of one order. Times are in UTC; ``order.zone`` is the company's.

    Lists are oldest first. ``untouched`` says that the chain of events holds; ``namesakes`` are our numbers of other
    orders to which the asked number fits as well (channels number independently of each other).
    """

    order: Header
    customer: Customer
    lines: tuple[Line, ...]
    versions: tuple[Version, ...]
    changes: tuple[Change, ...]
    holds: tuple[Hold, ...]
    gates: tuple[ClosedGate, ...]
    decisions: tuple[Decision, ...]
    reservations: tuple[Reservation, ...]
    outbounds: tuple[Outbound, ...]
    parcels: tuple[Parcel, ...]
    payments: tuple[Payment, ...]
    settlement: Settlement | None
    statement: tuple[StatementLine, ...]
    invoices: tuple[Invoice, ...]
    messages: tuple[Message, ...]
    refused: tuple[Refused, ...]
    their_numbers: tuple[TheirNumber, ...]
    events: tuple[Event, ...]
    untouched: bool
    namesakes: tuple[str, ...] = ()

    @property
    def open_holds(self) -> tuple[Hold, ...]:
        """Why the order may not move now."""
        return tuple(hold for hold in self.holds if hold.closed_at is None)


def order_story(number: str) -> Story | None:
    """The story of the order with our number (``SO0000000007``), a channel's number, a waybill, an outbound number or a
    check code.

    When several orders fit, the newest. ``None`` when there is none. Raises ``DatabaseNotReady``, ``Mistyped``.
    """
    with reading() as work:
        found = find_orders(work, number)
        if not found:
            return None
        order_id, *others = found
        header, customer = header_of(work, order_id)
        outbounds = outbounds_of(work, order_id)
        return Story(
            order=header,
            customer=customer,
            lines=lines_of(work, order_id, header.currency),
            versions=versions_of(work, order_id),
            changes=changes_of(work, order_id),
            holds=holds_of(work, order_id),
            gates=gates_before(work, header.region),
            decisions=decisions_of(work, order_id),
            reservations=reservations_of(work, order_id),
            outbounds=outbounds,
            parcels=parcels_of(work, order_id),
            payments=payments_of(work, order_id),
            settlement=settlement_of(work, order_id),
            statement=statement_of(work, header.channel_order_no),
            invoices=invoices_of(work, order_id),
            messages=messages_of(work, order_id),
            refused=refused_of(work, order_id),
            their_numbers=their_numbers(work, _our_numbers(header.number, outbounds)),
            events=events_of(work, order_id),
            untouched=not any(broken_links(work.session, [order_id])),
            namesakes=tuple(map(order_number, others)),
        )


def _our_numbers(number: str, outbounds: tuple[Outbound, ...]) -> list[str]:
    """Under which numbers partners know the order."""
    return [number, *(n for outbound in outbounds for n in {outbound.number, erp_number(outbound.number)} - {number})]
