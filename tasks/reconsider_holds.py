"""Held orders whose reason has passed though nothing about them changed are decided again (B4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, Text, and_, cast, exists, func, or_, select

from models.event import EVENT
from models.lifecycle import HoldKind
from models.many import among
from models.order_book import HOLD, ORDER
from models.reasons import Reason
from models.stock import RESERVATION
from models.work import Work
from policies.decision import Held, OrderDecision
from policies.reservation import plan_reservations
from policies.rules import Rules
from tasks.decisions import DECISION
from tasks.hub import ORDERS_A_BATCH, hub_task, tell, unit_of_work
from tasks.reservation_facts import CUSTOMER, UNDECIDED, look

CAP: Final = "customer-cap"


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """How many holds ended because the company's day turned, because the rules are others, and because of what the
    customer owes, may owe or has waiting now."""

    new_day: int
    new_rules: int
    customers: int

    def __bool__(self) -> bool:
        return bool(self.new_day or self.new_rules or self.customers)


@hub_task
async def reconsider_holds(rules: Rules) -> Reconsidered:
    """Lift the holds that a new day or other rules may end, and those that a decision would not make now of what the
    customer is, owes or has waiting; the same run decides their orders. Running it again lifts none."""
    done = Reconsidered(
        new_day=_lift(_full_before_today, Reason("day-turned")),
        new_rules=_lift(lambda work: _of_other_rules(work, rules), Reason("rules-changed", {"version": rules.version})),
        customers=_lift_of_customers(rules),
    )
    if done:
        told = "to be decided again: %d holds on a new day, %d by new rules, %d for what customers may have now"
        tell(told, done.new_day, done.new_rules, done.customers)
    return done


def _full_before_today(work: Work) -> Select[Any]:
    """Holds of an earlier day of the company's calendar for which some warehouse had no capacity left."""
    midnight = work.now.astimezone(ZoneInfo(work.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return _held(work).where(
        HOLD.c.kind == HoldKind.STOCK,
        HOLD.c.opened_at < midnight,
        cast(HOLD.c.reasons, Text).contains('"warehouse-full"', autoescape=True),
    )


def _of_other_rules(work: Work, rules: Rules) -> Select[Any]:
    """Holds that a decision by another version of the rules opened. What a person, a channel or a warehouse stopped was
    no decision, and what people said stands with the order's version: neither is undone."""
    return _decided(work).where(DECISION.c.policy_version != rules.version)


def _decided(work: Work) -> Select[Any]:
    """The open holds that a decision opened."""
    opened = (EVENT.c.order_id == HOLD.c.order_id, EVENT.c.kind == "held")
    of_kind = EVENT.c.detail["hold"].as_string() == HOLD.c.kind
    last = select(func.max(EVENT.c.id)).where(*opened, of_kind).correlate(HOLD).scalar_subquery()
    return _held(work).join(EVENT, EVENT.c.id == last).join(DECISION, DECISION.c.id == EVENT.c.decision_id)


def _held(work: Work) -> Select[Any]:
    """The open holds of orders that are not decided."""
    return (
        select(HOLD.c.order_id, HOLD.c.kind)
        .join(ORDER, ORDER.c.id == HOLD.c.order_id)
        .where(ORDER.c.company_id == work.company_id, ORDER.c.status.in_(UNDECIDED), HOLD.c.closed_at.is_(None))
    )


def _lift(passed: Callable[[Work], Select[Any]], because: Reason) -> int:
    lifted = 0
    while True:
        with unit_of_work() as work:
            found = work.rows(passed(work).limit(ORDERS_A_BATCH))
            for kind in sorted({HoldKind(row.kind) for row in found}):
                orders = [row.order_id for row in found if row.kind == kind]
                lifted += len(work.orders.unhold(orders, kind, work.run.actor, (because,)))
        if not found:
            return lifted


def _lift_of_customers(rules: Rules) -> int:
    """Decide the orders that are held for their customers as a preview, and lift what it does not hold.

    Whatever freed the credit or the cap, a payment, a cancellation, an expiry or other terms, nobody has to tell.
    """
    lifted, after = 0, 0
    while True:
        with unit_of_work() as work:
            query = _for_customers(work, rules).where(ORDER.c.id > after).order_by(ORDER.c.id).limit(ORDERS_A_BATCH)
            held = work.rows(query)
            if not held:
                return lifted
            after = held[-1].order_id
            facts = look(work, rules, only={row.order_id for row in held}).facts
            decided = plan_reservations(facts, rules)
            still = {(each.order_id, hold.kind) for each in decided for hold in each.holds if _stays(hold, each)}
            passed = {(row.order_id, HoldKind(row.kind)) for row in held} - still
            for kind in sorted({kind for _, kind in passed}):
                orders = [order_id for order_id, of_kind in passed if of_kind is kind]
                lifted += len(work.orders.unhold(orders, kind, work.run.actor, (Reason("customer-may"),)))


def _for_customers(work: Work, rules: Rules) -> Select[Any]:
    """Holds for risk, credit and cap; for the payment of customers who need not pay first, and of orders for which
    stock may wait and does not."""
    on_account = or_(CUSTOMER.c.credit_limit_minor.is_not(None), among(CUSTOMER.c.grade, rules.credit.default_limit))
    in_time = ORDER.c.placed_at > work.now - timedelta(minutes=rules.reservation.unpaid_minutes)
    without_stock = ~exists().where(RESERVATION.c.order_id == ORDER.c.id, RESERVATION.c.state == "open")
    return (
        _decided(work)
        .join(CUSTOMER, CUSTOMER.c.id == ORDER.c.customer_id)
        .where(
            or_(
                HOLD.c.kind.in_((HoldKind.CREDIT, HoldKind.RISK)),
                and_(HOLD.c.kind == HoldKind.PAYMENT, or_(on_account, and_(in_time, without_stock))),
                and_(HOLD.c.kind == HoldKind.STOCK, cast(HOLD.c.reasons, Text).contains(f'"{CAP}"', autoescape=True)),
            )
        )
    )


def _stays(hold: Held, decision: OrderDecision) -> bool:
    """Whether an order goes on waiting for the same: not for its payment, if stock can wait for that now."""
    if hold.kind is HoldKind.STOCK:
        return any(reason.code == CAP for reason in hold.reasons)
    return hold.kind is not HoldKind.PAYMENT or not decision.allocations
