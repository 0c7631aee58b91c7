"""Data quality of a batch of statements: which orders and which lines fail, with every reason (A5, A6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pandas import DataFrame

from expectations.apply import find_failures
from expectations.orders import order_lines, orders
from models.lifecycle import OrderKind
from models.messages import ChannelLine, ChannelOrder
from models.reasons import Reason
from policies.rules import Rules

DUPLICATED = "row-duplicated"


@dataclass(frozen=True, slots=True)
class Findings:
    """Reasons against orders and against lines, by position in the batch: ``order`` and ``(order, line)``."""

    orders: Mapping[int, tuple[Reason, ...]]
    lines: Mapping[tuple[int, int], tuple[Reason, ...]]


def check_statements(
    stated: Sequence[ChannelOrder],
    ships: Sequence[bool],
    known_skus: Mapping[str, int],
    rules: Rules,
    now: datetime,
    known_units: Collection[tuple[str, str]] = (),
) -> Findings:
    """Apply the suites to the batch; what could not be read at all counts as a failure too. ``known_units`` are
    ``(SKU, unit)``."""
    headers = DataFrame([_header(order, must) for order, must in zip(stated, ships, strict=True)])
    places = [(o, n) for o, order in enumerate(stated) for n in range(len(order.lines))]
    rows = DataFrame(
        [_line(order, line, known_skus, known_units) for order in stated for line in order.lines],
        columns=list(_LINE_COLUMNS),
    )
    bad_orders = find_failures(headers, orders(rules.quality.currencies, now=now))
    bad_lines = find_failures(rows, order_lines())
    return Findings(
        orders={
            place: (*stated[place].flaws, *bad_orders.get(place, ()))
            for place in range(len(stated))
            if stated[place].flaws or place in bad_orders
        },
        lines={
            (o, n): (*unread, *bad_lines.get(row, ()))
            for row, (o, n) in enumerate(places)
            if (unread := _unread(stated[o].lines[n])) or row in bad_lines
        },
    )


def _unread(line: ChannelLine) -> tuple[Reason, ...]:
    return tuple(flaw for flaw in line.flaws if flaw.code != DUPLICATED)


def _header(order: ChannelOrder, ships: bool) -> dict[str, object]:
    amounts = [line.amount_minor for line in order.lines]
    readable = [amount for amount in amounts if amount is not None]
    # What is paid in advance and what is left to pay are parts of what the lines are worth.
    whole = len(readable) == len(amounts) and order.kind is not OrderKind.DEPOSIT and not order.deposit_no
    return {
        "order_no": order.order_no,
        "currency": order.currency,
        "amount_minor": order.amount_minor,
        "freight_minor": order.freight_minor,
        "lines": len(order.lines),
        "lines_minor": sum(readable) if whole else None,
        "customer": order.customer.code,
        "receiver_name": order.receiver.name,
        "receiver_phone": order.receiver.phone,
        "receiver_province": order.receiver.province,
        "placed_at": order.placed_at,
        "ships": ships,
    }


_LINE_COLUMNS = (
    "line_no", "sku", "sku_known", "kind", "unit", "unit_known", "quantity", "price_minor", "amount_minor",
    "duplicated", "currency",
)  # fmt: skip


def _line(
    order: ChannelOrder, line: ChannelLine, known_skus: Mapping[str, int], known_units: Collection[tuple[str, str]]
) -> dict[str, object]:
    return {
        "line_no": line.line_no,
        "sku": line.sku,
        "sku_known": line.sku in known_skus,
        "kind": str(line.kind),
        "unit": line.unit,
        "unit_known": not line.unit or (line.sku, line.unit) in known_units,
        "quantity": line.quantity,
        "price_minor": line.price_minor,
        "amount_minor": line.amount_minor,
        "duplicated": any(flaw.code == DUPLICATED for flaw in line.flaws),
        "currency": order.currency,
    }
