"""Every field of the rules: a change of it shows in ``policy diff``, or it is stated to decide nothing there (I3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import get_args

import pytest
from little_batch import BUYER, EAST, NOON, SOUTH, batch, order
from pydantic import BaseModel

from policies.comparison import differences, stored
from policies.facts import CustomerFacts, Facts, OrderFacts, WarehouseFacts
from policies.reservation import plan_reservations
from policies.rule_changes import ASIDE, changed_aside
from policies.rules import Rules
from policies.rules_file import parse_rules


@dataclass(frozen=True)
class Case:
    """Rules before and after, a batch on which they part, and the part of the decision that shows it. ``seen_after``:
    what the rules after look up instead."""

    before: str
    after: str
    facts: Facts
    shown: str
    seen_after: Facts | None = None


def of_customer(**facts: object) -> CustomerFacts:
    return replace(CustomerFacts(1), **facts)  # type: ignore[arg-type]  # fields of the facts


def rule(**conditions: object) -> str:
    """A rule of review that fits the little order of 100.00, with some of it said otherwise."""
    stated = {"name": "r", "amount_over_minor": 1, "tag": "red", **conditions}
    return "[[review]]\n" + "\n".join(f"{name} = {value!r}" for name, value in stated.items() if value is not None)


def here(one: OrderFacts, who: CustomerFacts = BUYER, warehouses: Sequence[WarehouseFacts] = (SOUTH, EAST)) -> Facts:
    """One order of goods of the category toys, which lie in both warehouses."""
    return batch([one], [who], warehouses, {1: "toys"}, p1w1=5, p1w2=5)


UNPAID = order(paid=False)
ABROAD = here(order(country="US"))
KIND = here(order())
ON_ACCOUNT = of_customer(limit_minor=50_000, exposure_minor=100, overdue_minor=100)
RIVALS = [order(1), order(2, customer_id=2, promised_on=date(2026, 3, 5))]
GRADES = [CustomerFacts(1, "C"), CustomerFacts(2, "A")]
WAITING = replace(UNPAID, placed_at=NOON - timedelta(minutes=5))
PICK_UP = order(appointment_at=NOON, only_at=(1,))
OFTEN = of_customer(ordered_at=tuple(NOON - timedelta(hours=h) for h in (48, 30, 2, 0)))
SOON = replace(order(), promised_on=date(2026, 3, 5))

CASES = {
    "credit.hold_high_risk": Case(
        "", "credit.hold_high_risk = false", here(order(), of_customer(risk="high")), "holds"
    ),
    "credit.hold_overdue": Case("", "credit.hold_overdue = false", here(UNPAID, ON_ACCOUNT), "holds"),
    "credit.due_days": Case(
        "",
        "credit.due_days = 90",
        here(UNPAID, ON_ACCOUNT),
        "holds",
        here(UNPAID, replace(ON_ACCOUNT, overdue_minor=0)),
    ),
    "credit.default_limit": Case(
        "", "credit.default_limit = { A = 20_000 }", here(UNPAID, of_customer(grade="A")), "holds"
    ),
    "review.amount_over_minor": Case(rule(), rule(amount_over_minor=10_000), KIND, "tags"),
    "review.lead_time_under_days": Case(rule(lead_time_under_days=3), rule(lead_time_under_days=4), here(SOON), "tags"),
    "review.orders_over": Case(rule(orders_over=4), rule(orders_over=3), here(order(), OFTEN), "tags"),
    "review.within_hours": Case(
        rule(orders_over=2, within_hours=24), rule(orders_over=2, within_hours=36), here(order(), OFTEN), "tags"
    ),
    "review.grades": Case(rule(), rule(grades=["A"]), KIND, "tags"),
    "review.approver": Case(rule(approver="clerk"), rule(approver="vice-president"), KIND, "asked"),
    "review.tag": Case(rule(), rule(tag="blue"), KIND, "tags"),
    "review.tell": Case(rule(), rule(tell="sales-director"), KIND, "told"),
    "reservation.fairness": Case("", 'reservation.fairness = "promised-date"', batch(RIVALS, GRADES, p1w1=1), "holds"),
    "reservation.grades": Case(
        'reservation = { fairness = "customer-grade" }',
        'reservation = { fairness = "customer-grade", grades = ["C", "A"] }',
        batch(RIVALS, GRADES, p1w1=1),
        "holds",
    ),
    "reservation.unpaid_minutes": Case("", "reservation.unpaid_minutes = 30", here(WAITING), "until"),
    "reservation.pickup_grace_minutes": Case("", "reservation.pickup_grace_minutes = 60", here(PICK_UP), "until"),
    "reservation.customer_cap": Case(
        "reservation.unpaid_minutes = 30",
        "reservation = { unpaid_minutes = 30, customer_cap = 2 }",
        here(WAITING, of_customer(held=((1, 2),))),
        "holds",
    ),
    "routing.weights.region": Case("", "routing.weights.region = 0", here(order(region="广东省")), "warehouse"),
    "routing.weights.days": Case(
        "promise = { days = 9, lanes = [{ origin = '广东省', to = 'CN', days = 1 }] }",
        "promise = { days = 9, lanes = [{ origin = '广东省', to = 'CN', days = 1 }] }\nrouting.weights.days = 0",
        KIND,
        "warehouse",
    ),
    "routing.weights.capacity": Case(
        "",
        "routing.weights.capacity = 0",
        here(
            order(),
            warehouses=(replace(EAST, capacity=10, capacity_left=1), replace(SOUTH, capacity=10, capacity_left=9)),
        ),
        "warehouse",
    ),
    "routing.weights.cost": Case(
        "", "routing.weights.cost = 50", here(order(freight=((1, 100), (2, 900)))), "warehouse"
    ),
    "routing.freight": Case(
        "routing.weights.cost = 50",
        "routing = { weights = { cost = 50 }, freight = [{ origin = '广东省', to = 'CN', parcel_minor = 1 }] }",
        KIND,
        "warehouse",
    ),
    "routing.prefer": Case("", 'routing.prefer = { "广东省" = ["SH-01"] }', here(order(region="广东省")), "warehouse"),
    "splitting.mode": Case("", 'splitting.mode = "main-first"', batch([order(1, (1, 1), (2, 1))], p1w1=1), "remainder"),
    "substitutes": Case(
        'substitutes = { SKU-1 = ["SKU-2"] }',
        'substitutes = { SKU-1 = ["SKU-3"] }',
        batch([order()], p1w1=0, p2w1=1, p3w1=1),
        "offered",
    ),
    "promise.days": Case("", "promise.days = 9", KIND, "promised_on"),
    "promise.lanes": Case("", "promise.lanes = [{ origin = '上海市', to = 'CN', days = 2 }]", KIND, "promised_on"),
    "phrases": Case("", "[phrases]\n'先打包' = ['pack-first']", here(replace(order(), remark="请先打包")), "tags"),
    "products.home_country": Case(
        "products.customs = { toys = 'B' }",
        "products = { customs = { toys = 'B' }, home_country = 'US' }",
        ABROAD,
        "holds",
    ),
    "products.customs": Case("", "products.customs = { toys = 'B' }", ABROAD, "holds"),
    "products.papers_from_grade": Case(
        "products.customs = { toys = 'B' }",
        "products = { customs = { toys = 'B' }, papers_from_grade = 'C' }",
        ABROAD,
        "holds",
    ),
    "products.hold_for_papers": Case(
        "products.customs = { toys = 'B' }",
        "products = { customs = { toys = 'B' }, hold_for_papers = false }",
        ABROAD,
        "holds",
    ),
    "products.batteries": Case("", "products.batteries = ['toys']", KIND, "tags"),
    "products.sensitive": Case("", "products.sensitive = ['toys']", KIND, "tags"),
}


def fields(of: type[BaseModel], within: str = "") -> Iterator[str]:
    """Every field of the rules that is no section of others, as the file writes it."""
    for name, field in of.model_fields.items():
        inner = next((some for some in (field.annotation, *get_args(field.annotation)) if _is_section(some)), None)
        if inner is None or name in ("lanes", "freight"):  # a lane or a rate is stated whole
            yield within + name
        else:
            yield from fields(inner, f"{within}{name}.")


def _is_section(some: object) -> bool:
    return isinstance(some, type) and issubclass(some, BaseModel)


def is_aside(name: str) -> bool:
    return any(name == aside or name.startswith(f"{aside}.") for aside in ASIDE)


def test_every_field_is_shown_by_a_case_or_decides_nothing() -> None:
    assert set(CASES) | {name for name in fields(Rules) if is_aside(name)} == set(fields(Rules))
    assert not any(map(is_aside, CASES))


@pytest.mark.parametrize("name", CASES)
def test_a_change_of_the_field_is_a_difference(name: str) -> None:
    case = CASES[name]
    old, new = parse_rules(case.before), parse_rules(case.after)
    before = plan_reservations(case.facts, old)
    after = plan_reservations(case.seen_after or case.facts, new)
    found = differences(stored(before), stored(after))
    assert case.shown in {part for difference in found for part in difference.changed}
    assert changed_aside(old, new) == ()


def test_what_changes_aside_is_named_as_the_file_writes_it() -> None:
    old = parse_rules(f"[tracking]\nlate_after_hours = 48\n{rule()}")
    new = parse_rules(f"[tracking]\nlate_after_hours = 50\n{rule(name='other', tag='blue')}\n[told]\nsales = 'robot'")
    assert changed_aside(old, new) == ("review.name", "told", "tracking.late_after_hours")
