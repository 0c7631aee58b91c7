"""From the raw rows of an order to the order, by the rules of a preset. Pure: no file, no clock."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from integrations.errors import Rejected
from integrations.files.facts import MOMENTS, OrderFacts
from integrations.files.layout import KindRule
from integrations.files.lines import LineReader
from integrations.files.preset import Preset
from models.lifecycle import OrderKind, Status
from models.messages import ChannelLine, ChannelOrder, Paid, Reported
from models.reasons import Reason

Row = Mapping[str, str]

_YES = frozenset({"1", "y", "yes", "true", "urgent", "rush", "是", "急", "加急", "紧急"})
_PLAIN_SALE = KindRule(prefix="*", kind=OrderKind.SALE)
_LEFT = frozenset({Status.SHIPPED, Status.DELIVERED, Status.COMPLETED, Status.RETURNED})


class OrderReader:
    """Reads the orders of one preset."""

    def __init__(self, preset: Preset) -> None:
        self._preset = preset
        cells = preset.reading.cells()
        self._cells = cells
        self._lines = LineReader(preset, cells)
        self._statuses = {word.casefold(): rule for word, rule in preset.statuses.items()}

    def stated_at(self, rows: Sequence[Row]) -> datetime | None:
        """When the rows were true: the latest time that they state."""
        return max(self._facts(rows).stated(), default=None)

    def read(self, order_rows: Sequence[Row], line_rows: Sequence[Row], *, otherwise_at: datetime) -> ChannelOrder:
        """One order; where its rows state no readable time, it is ``otherwise_at``.

        What cannot be read is left out and named in ``flaws``. Raises ``Rejected`` without an order number.
        """
        facts = self._facts(order_rows or line_rows)
        order_no = facts.first("order_no")
        if not order_no:
            raise Rejected(self._preset.name, "the message has no order number", field="order_no")
        rules = self._preset.orders.kinds
        rule = next((rule for rule in rules if order_no.startswith(rule.prefix)), _PLAIN_SALE)
        sign = -1 if rule.flip_signs else 1
        currency = facts.currency(self._preset.reading.currency)
        lines = self._lines.read(line_rows, currency, sign)
        freight = sign * (facts.amount("freight", currency) or 0) + sum(line.freight_minor for line in lines)
        times = {name: facts.moment(name) for name in MOMENTS}
        stated = [time for time in times.values() if time]
        placed = self._preset.orders.fields.placed_at
        if placed and not placed.optional and not facts.first("placed_at"):
            facts.flaws.append(Reason("time-unreadable", {"field": "placed_at", "value": ""}))
        reported, cancelled, paid = self._progress(facts, times)
        return ChannelOrder(
            order_no=order_no,
            placed_at=times["placed_at"] or min(stated, default=otherwise_at),
            updated_at=times["updated_at"] or max(stated, default=otherwise_at),
            currency=currency,
            amount_minor=self._amount(facts, lines, freight, currency, sign),
            customer=facts.customer(),
            receiver=facts.receiver(),
            lines=lines,
            kind=rule.kind,
            paid=paid,
            payment=Paid(paid_at=times["paid_at"]) if paid else None,
            cancelled=cancelled,
            freight_minor=freight,
            promised_on=facts.promised_on(),
            urgent=facts.first("urgent").casefold() in _YES,
            remark=facts.first("remark"),
            reported=reported,
            flaws=tuple(facts.flaws),
        )

    def _facts(self, rows: Sequence[Row]) -> OrderFacts:
        return OrderFacts(self._preset.orders.fields, self._cells, rows)

    def _amount(
        self, facts: OrderFacts, lines: Sequence[ChannelLine], freight: int, currency: str, sign: int
    ) -> int | None:
        """What the source says that is owed; where it says nothing, the lines and the freight together."""
        if facts.first("amount"):
            stated = facts.amount("amount", currency)
            return None if stated is None else sign * stated
        amounts = [line.amount_minor for line in lines if line.amount_minor is not None]
        return sum(amounts) + freight if len(amounts) == len(lines) else None

    def _progress(self, facts: OrderFacts, times: Mapping[str, datetime | None]) -> tuple[Reported | None, bool, bool]:
        """How far the source says that the order is, whether it is cancelled, whether it is paid.

        An order that has left is reported even if the hub ships for this source, lest it be shipped twice.
        """
        fields = self._preset.orders.fields
        paid = times["paid_at"] is not None if fields.paid_at else self._preset.paid
        word = facts.one("status")
        if not self._statuses or not (word or self._preset.fulfilment == "reported"):
            return None, False, paid
        rule = self._statuses.get(word.casefold())
        if rule is None:
            facts.flaws.append(Reason("channel-status-unknown", {"status": word[:40]}))
            return None, False, False
        reported = None
        if self._preset.fulfilment == "reported" or rule.status in _LEFT:
            milestones = (times["paid_at"], times["shipped_at"], times["delivered_at"])
            reported = Reported(rule.status, *milestones, hold=rule.hold)
        return reported, rule.status is Status.CANCELLED, rule.paid
