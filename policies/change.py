"""What a change of an order amounts to: its size, what it means for stock and partners, and whether it can be (B8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.content import LineContent, OrderContent
from models.lifecycle import LineKind, Status
from models.money import Money
from models.reasons import Fact, Reason
from policies.rules import Changes

_TO_COME = (Status.RECEIVED, Status.CONFIRMED)
_IN_HAND = (Status.RESERVED, Status.RELEASED)
_NOBODY_ELSES = ("promised_on", "urgent", "amount", "freight")
"""Fields that no partner was told."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that changes, as people write it: ``receiver.phone``, ``line.1.quantity``; an empty side is none."""

    field: str
    before: str
    after: str

    def told(self) -> Reason:
        """In words."""
        return Reason("change-field", {"field": self.field, "before": self.before, "after": self.after})


class Size(StrEnum):
    """How much of a change it is."""

    MINOR = "minor"
    MAJOR = "major"


class Way(StrEnum):
    """How a change can take effect: at once, when the warehouse agrees to stop, or not at all."""

    AT_ONCE = "at-once"
    INTERCEPT = "intercept"
    NOT_POSSIBLE = "not-possible"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A product in the warehouse that the order is served from, in base units: what the order holds there and what it
    would need, and what is free beside it."""

    sku: str
    warehouse: str
    held: int
    wanted: int
    free: int


@dataclass(frozen=True, slots=True)
class AskedOutbound:
    """An outbound that was planned. ``perhaps_there``: the warehouse has it, or may have."""

    number: str
    warehouse: str
    perhaps_there: bool
    waybill_no: str = ""


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """What the plan of a change looks at. ``in_parts``: the new content is of the whole order, and a part of that
    goes as an order of its own."""

    status: Status
    before: OrderContent
    after: OrderContent
    shelves: tuple[Shelf, ...] = ()
    outbounds: tuple[AskedOutbound, ...] = ()
    in_parts: bool = False


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """How the change can take effect, and what it means, in words; ``replans``: goods or partners are concerned."""

    way: Way
    replans: bool
    reasons: tuple[Reason, ...]


def compare(before: OrderContent, after: OrderContent) -> tuple[Difference, ...]:
    """What changes, field by field."""
    found = [
        Difference(
            "amount", str(Money(before.amount_minor, before.currency)), str(Money(after.amount_minor, after.currency))
        ),
        Difference(
            "freight",
            str(Money(before.freight_minor, before.currency)),
            str(Money(after.freight_minor, after.currency)),
        ),
        Difference("promised_on", str(before.promised_on or ""), str(after.promised_on or "")),
        Difference("urgent", _yes(before.urgent), _yes(after.urgent)),
        Difference("remark", before.remark, after.remark),
    ]
    found += [
        Difference(f"receiver.{name}", old, new)
        for (name, old), new in zip(before.receiver.to_json().items(), after.receiver.to_json().values(), strict=True)
    ]
    olds, news = ({line.line_no: line for line in content.lines} for content in (before, after))
    for number in [*olds, *(n for n in news if n not in olds)]:
        found += _line(number, olds.get(number), news.get(number))
    return tuple(difference for difference in found if difference.before != difference.after)


def classify(before: OrderContent, after: OrderContent, rules: Changes) -> tuple[Size, tuple[Reason, ...]]:
    """Whether a change is minor or major, and what makes it major."""
    large = [d.field for d in compare(before, after) if not _is_small(d, rules)]
    if before.currency != after.currency:
        large.append("currency")
    unexplained = abs(_beside_lines(after) - _beside_lines(before))
    if unexplained > rules.minor_amount_minor:
        large.append("amount")
    if not large:
        return Size.MINOR, (Reason("change-is-minor"),)
    return Size.MAJOR, tuple(Reason("change-is-major", {"field": field}) for field in large)


def approvers_of(size: Size, rules: Changes) -> tuple[str, ...]:
    """Who must all say yes."""
    return rules.minor_approvers if size is Size.MINOR else rules.major_approvers


def plan_change(facts: ChangeFacts) -> ChangePlan:
    """What the change means for stock, outbounds and shipments, and how it can take effect."""
    differences = compare(facts.before, facts.after)
    told = tuple(difference.told() for difference in differences)
    if facts.status not in (*_TO_COME, *_IN_HAND):
        return ChangePlan(Way.NOT_POSSIBLE, False, (*told, Reason("change-too-late", {"status": facts.status.value})))
    if not any(line.kind is LineKind.GOODS for line in facts.after.lines):
        return ChangePlan(Way.NOT_POSSIBLE, False, (*told, Reason("change-leaves-nothing")))
    if facts.in_parts:
        return ChangePlan(Way.NOT_POSSIBLE, False, (*told, Reason("change-of-parts")))
    if not any(d.field not in _NOBODY_ELSES for d in differences):
        return ChangePlan(Way.AT_ONCE, False, (*told, Reason("change-nobody-else")))
    goods = tuple(reason for shelf in facts.shelves if (reason := _stock(shelf)))
    asked = tuple(_outbound(outbound) for outbound in facts.outbounds)
    booked = tuple(Reason("change-waybill-back", {"waybill": o.waybill_no}) for o in facts.outbounds if o.waybill_no)
    there = any(outbound.perhaps_there for outbound in facts.outbounds)
    return ChangePlan(Way.INTERCEPT if there else Way.AT_ONCE, True, (*told, *goods, *asked, *booked))


def _is_small(difference: Difference, rules: Changes) -> bool:
    if difference.field in ("amount", "freight") or difference.field in rules.minor_fields:
        return True  # of the amounts, what the lines do not explain is judged
    if rules.fewer_is_minor and difference.field.startswith("line."):
        gone = not difference.after
        return gone or (difference.field.endswith(".quantity") and int(difference.after) < int(difference.before or 0))
    return False


def _beside_lines(content: OrderContent) -> int:
    return content.amount_minor - sum(line.amount_minor for line in content.lines)


def _line(number: str, old: LineContent | None, new: LineContent | None) -> Sequence[Difference]:
    place = f"line.{number}"
    if old is None or new is None:
        return [Difference(place, _goods(old), _goods(new))]
    pairs = [(name, str(getattr(old, name)), str(getattr(new, name))) for name in ("sku", "quantity", "unit")]
    prices = [(old.price_minor, new.price_minor, "price"), (_off(old), _off(new), "discount")]
    return [
        *(Difference(f"{place}.{name}", before, after) for name, before, after in pairs),
        *(Difference(f"{place}.{name}", str(before), str(after)) for before, after, name in prices),
    ]


def _off(line: LineContent) -> int:
    """What a line costs less than its pieces: it must not change unseen behind the quantity."""
    return line.quantity * line.price_minor - line.amount_minor


def _goods(line: LineContent | None) -> str:
    return f"{line.quantity} × {line.sku}" if line else ""


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _stock(shelf: Shelf) -> Reason | None:
    more = shelf.wanted - shelf.held
    if more < 0:
        return Reason("change-gives-back", {"units": -more, "sku": shelf.sku, "warehouse": shelf.warehouse})
    if more > 0:
        facts: dict[str, Fact] = {"units": more, "sku": shelf.sku, "warehouse": shelf.warehouse, "free": shelf.free}
        return Reason("change-needs-there" if more <= shelf.free else "change-needs-short", facts)
    return None


def _outbound(outbound: AskedOutbound) -> Reason:
    facts = {"outbound": outbound.number, "warehouse": outbound.warehouse}
    return Reason("change-stops-outbound" if outbound.perhaps_there else "change-replans-outbound", facts)
