"""Who gets which stock from which warehouse: the whole decision about a batch of orders (B1-B10).

One order after the other, in the order that the fairness policy states: money and people first, then the goods. What
an order gets is gone for those after it, so a batch is decided as if it were one order at a time.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.lifecycle import HoldKind, OrderKind
from models.reasons import Fact, Reason
from policies.allocation import Served, Shelves, total
from policies.credit import judge_credit
from policies.decision import Claim, Held, OrderDecision, Tell
from policies.facts import Facts, OrderFacts
from policies.fairness import turn_by
from policies.freight import Freight
from policies.phrases import Phrases
from policies.products import plan_handling
from policies.promise import Lanes, promise
from policies.review import review
from policies.routing import Router
from policies.rules import Rules


def plan_reservations(facts: Facts, rules: Rules) -> list[OrderDecision]:
    """Decide a batch; decisions come in the order of ``facts.orders``.

    An order is served from one warehouse. What no warehouse has whole is split if the rules allow it, else it is short
    and takes nothing.
    """
    batch = _Batch(facts, rules)
    turns = sorted(facts.orders, key=turn_by(rules.reservation, batch.customers))
    decided = {order.order_id: batch.decide(order) for order in turns}
    return [decided[order.order_id] for order in facts.orders]


class _Noted(NamedTuple):
    """What is said of an order whatever becomes of it: its tags, who hears of it, and why."""

    tags: tuple[str, ...]
    tells: tuple[Tell, ...]
    reasons: tuple[Reason, ...]


class _Batch:
    """What is left of stock, credit and capacity while a batch is decided."""

    def __init__(self, facts: Facts, rules: Rules) -> None:
        self.customers = {customer.customer_id: customer for customer in facts.customers}
        self._rules = rules
        self._at = facts.at
        self._zone = ZoneInfo(facts.zone)
        self._products = {product.product_id: product for product in facts.products}
        self._phrases = Phrases(rules.phrases)
        self._lanes = Lanes(rules.promise)
        freight = Freight(rules.routing.freight, facts.warehouses, self._products)
        router = Router(facts.warehouses, rules.routing, self._lanes, freight)
        self._shelves = Shelves(facts, self._products, router, rules)
        self._owed: dict[int, int] = {}
        self._waiting = {(c.customer_id, product): units for c in facts.customers for product, units in c.held}
        self._promises: dict[tuple[date, int, str, str], tuple[date, Reason]] = {}

    def decide(self, order: OrderFacts) -> OrderDecision:
        """Decide one order, whose turn it is."""
        rules, customer = self._rules, self.customers[order.customer_id]
        credit = judge_credit(order, customer, self._owed.get(order.customer_id, 0), rules.credit, self._at)
        looked_at = review(order, customer, rules.review, self._zone)
        handling = plan_handling(order, self._products, rules.products)
        wish = self._phrases.find(order.remark)
        noted = _Noted(
            tuple(dict.fromkeys((*looked_at.tags, *wish.tags, *handling.tags))),
            looked_at.tells,
            (*looked_at.reasons, *wish.reasons, *handling.reasons),
        )
        holds = tuple(held for held in (credit, looked_at.held, handling.held) if held)
        until = self._until(order, holds)
        if holds and until is None:
            return OrderDecision(
                order.order_id, False, holds, tags=noted.tags, tells=noted.tells, reasons=noted.reasons
            )
        self._shelves.put_back(order.gives_back)
        capped = self._over_cap(order) if until else None
        served = capped or self._shelves.allocate(order)
        if isinstance(served, Held):
            self._shelves.keep(order.gives_back)
            return self._short(order, holds, served, noted)
        self._count(order, holds, until)
        promised_on, why = self._promise(order, served)
        return OrderDecision(
            order.order_id,
            not holds,
            holds,
            served.warehouse.warehouse_id,
            served.allocations,
            served.remainder,
            Claim.PRESALE if order.kind is OrderKind.DEPOSIT else Claim.ORDER,
            until,
            promised_on,
            noted.tags,
            noted.tells,
            (*served.reasons, *why, *noted.reasons),
        )

    def _short(self, order: OrderFacts, holds: tuple[Held, ...], short: Held, noted: _Noted) -> OrderDecision:
        """Nobody can serve it: purchasing hears of what is missing, and sales of what could be offered instead."""
        missing = next((reason for reason in short.reasons if reason.code in ("stock-short", "served-before")), None)
        offered = self._shelves.substitutes(order)
        tells = (*((Tell("purchasing", missing),) if missing else ()), *(Tell("sales", each) for each in offered))
        return OrderDecision(
            order.order_id,
            confirmed=not holds,
            holds=(*holds, short),
            tags=noted.tags,
            tells=(*noted.tells, *tells),
            reasons=(*offered, *noted.reasons),
        )

    def _until(self, order: OrderFacts, holds: Sequence[Held]) -> datetime | None:
        """Until when stock waits for an order that may come to nothing: for a pick-up, and for money that alone is
        awaited."""
        rules = self._rules.reservation
        if order.completes_deposit and holds:
            return None
        if order.appointment_at is not None and not holds:
            return order.appointment_at + timedelta(minutes=rules.pickup_grace_minutes)
        if rules.unpaid_minutes and len(holds) == 1 and holds[0].kind is HoldKind.PAYMENT:
            until = order.placed_at + timedelta(minutes=rules.unpaid_minutes)
            return until if until > self._at else None
        return None

    def _over_cap(self, order: OrderFacts) -> Held | None:
        """One buyer may not freeze a shop with orders that are never paid or fetched."""
        cap = self._rules.reservation.customer_cap
        for product, units in total(order.lines) if cap else ():
            waiting = self._waiting.get((order.customer_id, product), 0)
            if waiting + units > cap:
                facts: dict[str, Fact] = {
                    "sku": self._shelves.sku(product), "wanted": units, "waiting": waiting, "cap": cap,
                }  # fmt: skip
                return Held(HoldKind.STOCK, (Reason("customer-cap", facts),))
        return None

    def _count(self, order: OrderFacts, holds: Sequence[Held], until: datetime | None) -> None:
        """What the order adds to what its customer owes, and to what waits for the customer."""
        if not order.paid and not holds and order.served_from is None:
            self._owed[order.customer_id] = self._owed.get(order.customer_id, 0) + order.amount_minor
        for product, units in total(order.lines) if until else ():
            key = (order.customer_id, product)
            self._waiting[key] = self._waiting.get(key, 0) + units

    def _promise(self, order: OrderFacts, served: Served) -> tuple[date, tuple[Reason, ...]]:
        """The date that was promised already, or the one that the lane from this warehouse gives."""
        if order.promised_on is not None:
            return order.promised_on, ()
        days = self._lanes.days(served.warehouse.region, order.region, order.country)
        placed_on = order.placed_at.astimezone(self._zone).date()
        key = (placed_on, days, served.warehouse.code, order.region or order.country)
        known = self._promises.get(key)
        if known is None:
            known = self._promises[key] = promise(*key)
        return known[0], known[1:]
