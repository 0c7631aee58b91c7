"""How far the facts of a batch reach: what its rules asked to be looked up, and what others would have to know (I2).

A run looks up no more than its own rules need. Other rules may need more: what they would decide about an order cannot
be told then, and that is said instead of deciding as if nothing were there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.lifecycle import HoldKind
from models.reasons import Fact, Reason
from policies.decision import OrderDecision
from policies.facts import CustomerFacts, Facts, LookedUp, OrderFacts
from policies.review import looks_back
from policies.rules import Rules


def looked_up_for(rules: Rules) -> LookedUp:
    """What a decision by these rules needs to know beyond the orders, their customers and the shelves."""
    return LookedUp(
        due_days=rules.credit.due_days,
        hours_back=max((rule.within_hours for rule in rules.review if rule.orders_over is not None), default=0),
        waiting=rules.reservation.customer_cap > 0,
        offered=tuple(sorted({sku for listed in rules.substitutes.values() for sku in listed})),
    )


def cannot_be_known(facts: Facts, rules: Rules, decided: Sequence[OrderDecision]) -> Mapping[int, tuple[Reason, ...]]:
    """The orders among those ``decided`` on these facts by ``rules`` for which something was not looked up that might
    make it another decision, and what that is."""
    if facts.looked_up == looked_up_for(rules):
        return {}
    customers = {customer.customer_id: customer for customer in facts.customers}
    unknown = _Unknown(facts, rules)
    found = {
        order.order_id: tuple(unknown.of(order, customers[order.customer_id], decision))
        for order, decision in zip(facts.orders, decided, strict=True)
    }
    return {order_id: reasons for order_id, reasons in found.items() if reasons}


@dataclass(frozen=True, slots=True)
class _Unknown:
    """What ``rules`` would look at and ``facts`` do not hold."""

    facts: Facts
    rules: Rules

    def of(self, order: OrderFacts, customer: CustomerFacts, decision: OrderDecision) -> Iterator[Reason]:
        """A reason for each thing that was not looked up and may change the decision."""
        kinds = {held.kind for held in decision.holds}
        if not order.paid and not kinds & {HoldKind.RISK, HoldKind.PAYMENT} and HoldKind.CREDIT not in order.answered:
            yield from self._what_is_late(customer)
        yield from self._earlier_orders(order, customer)
        if decision.until and self.rules.reservation.customer_cap and not self.facts.looked_up.waiting:
            yield Reason("unknown-what-waits")
        if HoldKind.STOCK in kinds:
            yield from self._what_could_be_offered(order)

    def _what_is_late(self, customer: CustomerFacts) -> Iterator[Reason]:
        """What is not late after 30 days is not after 60, and what is late after 30 is so after 14."""
        kept, wanted = self.facts.looked_up.due_days, self.rules.credit.due_days
        late = any(debt.overdue_minor for debt in customer.debts)
        known = kept == wanted or customer.due_days is not None or not customer.debts or late == (wanted < kept)
        if self.rules.credit.hold_overdue and not known:
            yield Reason("unknown-what-is-late", {"kept": kept, "wanted": wanted})

    def _earlier_orders(self, order: OrderFacts, customer: CustomerFacts) -> Iterator[Reason]:
        kept = self.facts.looked_up.hours_back
        for rule in self.rules.review:
            if rule.within_hours > kept and looks_back(order, customer, rule, self.rules.currencies, self.facts.zone):
                facts: dict[str, Fact] = {"rule": rule.name, "wanted": rule.within_hours, "kept": kept}
                yield Reason("unknown-earlier-orders", facts)

    def _what_could_be_offered(self, order: OrderFacts) -> Iterator[Reason]:
        for line in order.lines:
            for sku in self.rules.substitutes.get(line.sku, ()):
                if sku not in self.facts.looked_up.offered:
                    yield Reason("unknown-substitute", {"sku": line.sku, "substitute": sku})
