"""Terms of customers as people state them: grade, risk, credit limit, days to pay (B1)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models.base import insert_or_replace, table_of
from models.bulk import insert_rows
from models.company import CustomerChange
from models.many import among
from models.work import Work
from tasks.customers.table import read_customers
from tasks.hub import current_rules, unit_of_work
from tasks.masters import CHANNEL
from tasks.reservation_facts import CUSTOMER

CHANGE = table_of(CustomerChange)
TERMS: Mapping[str, Any] = {
    "name": "", "grade": "", "risk": "normal", "credit_limit_minor": None, "credit_currency": None, "due_days": None,
}  # fmt: skip
"""What can be stated, and what holds of a customer of whom nothing was."""


@dataclass(frozen=True, slots=True)
class Defined:
    """How many customers of the table are new, have other terms now, or are as they were."""

    new: int
    changed: int
    same: int


def define(path: Path, by: str) -> Defined:
    """Store what the table says and who said so; saying it again changes nothing. Orders that the old terms hold are
    decided again by the next ``fulfil-orders``; what is promised stays promised.

    A customer is the same whether an order or the table names it first. Raises ``UnreadableFile`` and ``CannotDefine``.
    """
    rules = current_rules()
    with unit_of_work(by) as work:
        stated = read_customers(path, rules, _channels(work))
        before = _known(work, [row.code for row in stated])
        after = {row.code: {**before.get(row.code, TERMS), **row.terms} for row in stated}
        changed = {code: terms for code, terms in after.items() if terms != before.get(code)}
        _store(work, before, changed)
    new = len(changed.keys() - before.keys())
    return Defined(new, len(changed) - new, len(after) - len(changed))


def _channels(work: Work) -> list[str]:
    query = select(CHANNEL.c.code).where(CHANNEL.c.company_id == work.company_id)
    return list(work.session.execute(query).scalars())


def _known(work: Work, codes: Collection[str]) -> dict[str, dict[str, Any]]:
    """The terms of those that are here already, locked in the order in which a decision locks them."""
    columns = (CUSTOMER.c.code, *(CUSTOMER.c[name] for name in TERMS))
    query = select(*columns).where(CUSTOMER.c.company_id == work.company_id, among(CUSTOMER.c.code, codes))
    rows = work.rows(query.order_by(CUSTOMER.c.id).with_for_update())
    return {row.code: {name: getattr(row, name) for name in TERMS} for row in rows}


def _store(work: Work, before: Mapping[str, Mapping[str, Any]], changed: Mapping[str, Mapping[str, Any]]) -> None:
    if not changed:
        return
    unique = ("company_id", "code")
    rows = [{"company_id": work.company_id, "code": code, **terms} for code, terms in changed.items()]
    work.session.execute(insert_or_replace(work.session, CUSTOMER, unique, (*unique, *TERMS)), rows)
    query = select(CUSTOMER.c.code, CUSTOMER.c.id).where(CUSTOMER.c.company_id == work.company_id)
    ids = dict(work.rows(query.where(among(CUSTOMER.c.code, changed))))
    changes = [
        {
            "customer_id": ids[code], "terms": _differences(before.get(code, TERMS), terms),
            "changed_by": work.run.actor, "changed_at": work.now,
        }
        for code, terms in changed.items()
    ]  # fmt: skip
    insert_rows(work.session, CHANGE, changes)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [before[name], after[name]] for name in TERMS if before[name] != after[name]}
