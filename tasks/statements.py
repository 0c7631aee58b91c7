"""What messages say, read and sorted: one statement a message, and of several about one order the newest (A4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.errors import Rejected
from models.company import SalesChannel
from models.event import hash_inputs
from models.lifecycle import OrderKind
from models.messages import ChannelOrder, RawMessage
from models.reasons import Reason
from tasks.quarantine import Refusal
from tasks.readers import Read


@dataclass(frozen=True, slots=True)
class Statement:
    """A message that was understood."""

    inbox_id: int
    channel: SalesChannel
    route: str
    order: ChannelOrder
    content_hash: str


def fingerprint(order: ChannelOrder) -> str:
    """A fingerprint of what the customer ordered, whatever has become of it since."""
    return hash_inputs(
        [
            order.currency, order.amount_minor, order.freight_minor, order.promised_on, order.urgent, order.remark,
            order.receiver.to_json(), [(n.line_no, n.sku, n.quantity, n.unit, n.amount_minor) for n in order.lines],
            order.deposit_no, order.pickup_store, order.appointment_at,
        ]
    )  # fmt: skip


def read_statements(
    messages: Sequence[Any], channels: Mapping[str, SalesChannel], read: Read
) -> tuple[list[Statement], list[Refusal]]:
    """Every message that its channel understands, and what becomes of the others."""
    statements, unreadable = [], []
    for row in messages:
        try:
            order = read(row.source, row.route, RawMessage(row.message_key, row.body, row.occurred_at))
        except Rejected as error:
            reason = Reason("message-unreadable", {"why": error.message})
            unreadable.append(Refusal(row.source, "message", row.message_key, {}, (reason,), inbox_id=row.id))
            continue
        statements.append(Statement(row.id, channels[row.source], row.route, order, fingerprint(order)))
    return statements, unreadable


def identity_of(statement: Statement) -> tuple[int, str]:
    """What makes it one order: channel and the channel's number (invariant 2)."""
    return int(statement.channel.id or 0), statement.order.order_no


def newest_of_each(statements: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """Of several statements about one order the newest counts; the others are older news."""
    newest: dict[tuple[int, str], Statement] = {}
    older = []
    for statement in statements:
        other = newest.get(identity_of(statement))
        if other and other.order.updated_at > statement.order.updated_at:
            older.append(statement)
            continue
        if other:
            older.append(other)
        newest[identity_of(statement)] = statement
    return list(newest.values()), older


def hub_ships(statement: Statement) -> bool:
    """Whether a parcel will need its receiver: not for what is only recorded, only paid in advance, or fetched."""
    order = statement.order
    sent = order.kind not in (OrderKind.CREDIT, OrderKind.DEPOSIT) and not order.pickup_store
    return statement.channel.fulfilment == "hub" and sent
