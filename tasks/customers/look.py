"""Customers as people look at them: their terms, what they owe, which of their orders wait, and who changed what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from models.many import among
from models.money import Money
from models.order_book import HOLD, ORDER
from models.order_number import order_number
from models.work import Work
from policies.credit import credit_limit
from policies.facts import CustomerFacts, Debt
from policies.rules import Rules
from tasks.customers.define import CHANGE
from tasks.debts import debts_of
from tasks.hub import current_rules
from tasks.reading import reading
from tasks.reservation_facts import CUSTOMER


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys and on which terms. ``limit`` is the customer's own or that of the grade (``None``: pays first),
    ``due_days`` the customer's own or those of the rules."""

    code: str
    name: str
    grade: str
    risk: str
    limit: Money | None
    own_limit: bool
    due_days: int
    owed: tuple[Money, ...]
    overdue: tuple[Money, ...]
    held: int


@dataclass(frozen=True, slots=True)
class Change:
    """Who stated other terms, and when; ``terms`` has what was and what is, by field."""

    at: datetime
    by: str
    terms: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class CustomerStory:
    """A customer, the orders that wait with the kinds of their holds, and the changes of the terms, oldest first."""

    customer: Customer
    waiting: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]


def customers(limit: int) -> tuple[list[Customer], int]:
    """The customers in order of their codes, ``limit`` of them at the most; and how many there are."""
    with reading() as work:
        ours = CUSTOMER.c.company_id == work.company_id
        rows = work.rows(select(CUSTOMER).where(ours).order_by(CUSTOMER.c.code).limit(limit))
        count = work.session.execute(select(func.count()).select_from(CUSTOMER).where(ours)).scalar_one()
        return _shown(work, rows, current_rules()), int(count)


def customer_story(code: str) -> CustomerStory | None:
    """All that is known of one customer, or ``None``."""
    with reading() as work:
        rows = work.rows(select(CUSTOMER).where(CUSTOMER.c.company_id == work.company_id, CUSTOMER.c.code == code))
        if not rows:
            return None
        changes = work.rows(select(CHANGE).where(CHANGE.c.customer_id == rows[0].id).order_by(CHANGE.c.id))
        held = _held(work, [rows[0].id])
        return CustomerStory(
            _shown(work, rows, current_rules())[0],
            tuple((order_number(hold.id), hold.kind) for hold in held),
            tuple(Change(change.changed_at, change.changed_by, change.terms) for change in changes),
        )


def _shown(work: Work, rows: Sequence[Any], rules: Rules) -> list[Customer]:
    due_days = {row.id: rules.credit.due_days if row.due_days is None else row.due_days for row in rows}
    debts = debts_of(work, due_days)
    held: dict[int, set[int]] = {}
    for hold in _held(work, list(due_days)):
        held.setdefault(hold.customer_id, set()).add(hold.id)
    return [_customer(row, rules, due_days[row.id], debts.get(row.id, ()), len(held.get(row.id, ()))) for row in rows]


def _customer(row: Any, rules: Rules, due_days: int, debts: Sequence[Debt], held: int) -> Customer:
    facts = CustomerFacts(row.id, row.grade, row.risk, row.credit_limit_minor, row.credit_currency)
    return Customer(
        row.code,
        row.name,
        row.grade,
        row.risk,
        credit_limit(facts, rules),
        row.credit_limit_minor is not None,
        due_days,
        tuple(Money(debt.minor, debt.currency) for debt in debts),
        tuple(Money(debt.overdue_minor, debt.currency) for debt in debts if debt.overdue_minor),
        held,
    )


def _held(work: Work, customer_ids: Sequence[int]) -> list[Any]:
    query = (
        select(ORDER.c.id, ORDER.c.customer_id, HOLD.c.kind)
        .join(HOLD, HOLD.c.order_id == ORDER.c.id)
        .where(among(ORDER.c.customer_id, customer_ids), HOLD.c.closed_at.is_(None))
    )
    return work.rows(query.order_by(ORDER.c.id, HOLD.c.id))
