"""Which orders a person has to look at, and who is told of which (B6, B10): the ``[[review]]`` rules."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from models.lifecycle import HoldKind
from models.money import Money
from models.reasons import Fact, Reason
from policies.currencies import RateMissing, in_words, worth
from policies.decision import Held, Tell
from policies.facts import CustomerFacts, OrderFacts
from policies.rules import Currencies, ReviewRule, Rules


@dataclass(frozen=True, slots=True)
class Review:
    """What the rules ask for: a hold with a reason per approver, tags, and who is told; ``reasons`` say why of the
    rules that stop nothing."""

    held: Held | None = None
    tags: tuple[str, ...] = ()
    tells: tuple[Tell, ...] = ()
    reasons: tuple[Reason, ...] = ()


NOTHING = Review()


def review(order: OrderFacts, customer: CustomerFacts, rules: Rules, zone: ZoneInfo) -> Review:
    """Every rule that fits, in the order of the file; an approver who has said yes is not asked again."""
    asked: list[Reason] = []
    noted: list[Reason] = []
    tags: list[str] = []
    tells: list[Tell] = []
    for rule in rules.review:
        found = _fits(order, customer, rule, rules.currencies, zone)
        if found is None:
            continue
        if rule.tag:
            tags.append(rule.tag)
            noted.append(Reason("review-tagged", {"tag": rule.tag, "rule": rule.name}))
        if rule.tell:
            tells.append(Tell(rule.tell, found))
            noted.append(Reason("review-told", {"role": rule.tell, "rule": rule.name}))
        if rule.approver and rule.approver not in order.answered:
            asked.append(Reason("approval-needed", {"approver": rule.approver, "rule": rule.name}))
            asked.append(found)
        elif rule.tag or rule.tell:
            noted.append(found)
    if not (asked or noted):
        return NOTHING
    held = Held(HoldKind.APPROVAL, tuple(asked)) if asked else None
    return Review(held, tuple(tags), tuple(tells), tuple(noted))


def looks_back(order: OrderFacts, customer: CustomerFacts, rule: ReviewRule, currencies: Currencies, zone: str) -> bool:
    """Whether it depends on further earlier orders of the customer if the rule fits: those known are too few, and all
    its other conditions hold."""
    if rule.orders_over is None:
        return False
    apart = rule.model_copy(update={"orders_over": None})
    known, others = (_fits(order, customer, some, currencies, ZoneInfo(zone)) for some in (rule, apart))
    return known is None and others is not None


def _fits(
    order: OrderFacts, customer: CustomerFacts, rule: ReviewRule, currencies: Currencies, zone: ZoneInfo
) -> Reason | None:
    """The reason why a rule fits: all its conditions hold. The last condition is the one that it names."""
    reason: Reason | None = None
    if rule.amount_over_minor is not None:
        reason = _amount_over(order, Money(rule.amount_over_minor, currencies.base), currencies)
        if reason is None:
            return None
    if rule.lead_time_under_days is not None:
        days = _lead_time(order, zone)
        if days is None or days >= rule.lead_time_under_days:
            return None
        facts: dict[str, Fact] = {"days": days, "limit": rule.lead_time_under_days}
        reason = Reason("review-lead-time", facts)
    if rule.orders_over is not None:
        since = order.placed_at - timedelta(hours=rule.within_hours)
        lately = bisect_right(customer.ordered_at, order.placed_at) - bisect_left(customer.ordered_at, since)
        if lately <= rule.orders_over:
            return None
        reason = Reason("review-repeat", {"orders": lately, "hours": rule.within_hours})
    if rule.grades and customer.grade not in rule.grades:
        return None
    return reason or Reason("review-grade", {"grade": customer.grade})


def _amount_over(order: OrderFacts, limit: Money, currencies: Currencies) -> Reason | None:
    """Why the order counts as worth more; what cannot be compared does, so that somebody looks at it."""
    amount = Money(order.amount_minor, order.currency)
    try:
        compared = worth(limit.currency, (amount,), currencies)
    except RateMissing as missing:
        return missing.reason
    if compared.minor <= limit.minor:
        return None
    return Reason("review-amount", {"amount": in_words(amount, compared), "limit": str(limit)})


def _lead_time(order: OrderFacts, zone: ZoneInfo) -> int | None:
    """Days from the order to its promised date, by the company's calendar; ``None`` if nothing is promised."""
    if order.promised_on is None:
        return None
    placed_on: date = order.placed_at.astimezone(zone).date()
    return (order.promised_on - placed_on).days
