"""What a customer ordered, as a value: the content of a version of an order, and what a change proposes (B8)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from models.lifecycle import LineKind
from models.messages import Address, ChannelOrder


@dataclass(frozen=True, slots=True)
class LineContent:
    """One line. Amounts are minor units of the order's currency."""

    line_no: str
    sku: str
    quantity: int
    price_minor: int
    amount_minor: int
    title: str = ""
    kind: LineKind = LineKind.GOODS
    unit: str = ""
    freight_minor: int = 0


@dataclass(frozen=True, slots=True)
class OrderContent:
    """What a channel states of an order apart from how far it is; ``lines`` are those that are good."""

    currency: str
    amount_minor: int
    freight_minor: int
    promised_on: date | None
    urgent: bool
    remark: str
    receiver: Address
    lines: tuple[LineContent, ...]

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        stored = {**asdict(self), "receiver": self.receiver.to_json()}
        return {**stored, "promised_on": self.promised_on.isoformat() if self.promised_on else None}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "OrderContent":
        """The reverse of ``to_json``."""
        plain = {field.name: stored[field.name] for field in fields(cls)}
        promised_on = plain["promised_on"]
        return cls(
            **{
                **plain,
                "promised_on": date.fromisoformat(promised_on) if promised_on else None,
                "receiver": Address(**plain["receiver"]),
                "lines": tuple(LineContent(**{**line, "kind": LineKind(line["kind"])}) for line in plain["lines"]),
            }
        )


def content_stated(order: ChannelOrder) -> OrderContent:
    """The content of a channel's statement that passed its checks: what those require is there."""
    return OrderContent(
        order.currency,
        order.amount_minor or 0,
        order.freight_minor,
        order.promised_on,
        order.urgent,
        order.remark,
        order.receiver,
        tuple(
            LineContent(
                line.line_no, line.sku, line.quantity or 0, line.price_minor or 0, line.amount_minor or 0, line.title,
                line.kind, "", line.freight_minor,
            )
            for line in order.lines
        ),
    )  # fmt: skip
