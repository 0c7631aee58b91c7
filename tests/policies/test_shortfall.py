"""Who gives stock back when a count finds too little: the last in turn, never one that a warehouse works on."""

from datetime import timedelta

import pytest
from little_batch import NOON, order

from policies.facts import CustomerFacts
from policies.rules import Reservation
from policies.shortfall import Promised, Shortfall, plan_shortfall

FIRST_COME = Reservation()
BUYERS = {1: CustomerFacts(1, "A"), 2: CustomerFacts(2, "C")}


def promised(order_id: int, units: int, *, at_work: bool = False, **facts: object) -> Promised:
    return Promised(order(order_id, placed_at=NOON + timedelta(minutes=order_id), **facts), units, at_work)


def test_nobody_loses_what_is_there() -> None:
    assert plan_shortfall([promised(1, 4), promised(2, 6)], 10, BUYERS, FIRST_COME) == Shortfall()


def test_the_last_in_turn_loses_first_and_only_as_many_as_it_takes() -> None:
    three = [promised(1, 4), promised(2, 4), promised(3, 4)]
    assert plan_shortfall(three, 11, BUYERS, FIRST_COME).losing == (3,)
    assert plan_shortfall(three, 8, BUYERS, FIRST_COME).losing == (3,)
    assert plan_shortfall(three, 7, BUYERS, FIRST_COME).losing == (3, 2)
    assert plan_shortfall(three, 0, BUYERS, FIRST_COME).losing == (3, 2, 1)


def test_an_urgent_order_loses_last() -> None:
    assert plan_shortfall([promised(1, 5), promised(9, 5, urgent=True)], 5, BUYERS, FIRST_COME).losing == (1,)


@pytest.mark.parametrize(("fairness", "loses"), [("first-come", 2), ("customer-grade", 1)])
def test_it_is_the_fairness_that_promised(fairness: str, loses: int) -> None:
    rules = Reservation(fairness=fairness)
    lower_grade_first = [promised(1, 5, customer_id=2), promised(2, 5, customer_id=1)]
    assert plan_shortfall(lower_grade_first, 5, BUYERS, rules).losing == (loses,)


def test_an_order_at_the_warehouse_keeps_its_stock_and_is_in_doubt_when_nobody_else_can_give() -> None:
    plan = plan_shortfall([promised(1, 4), promised(2, 6, at_work=True)], 3, BUYERS, FIRST_COME)
    assert plan == Shortfall(losing=(1,), in_doubt=(2,), missing=3)


def test_only_the_last_of_those_at_the_warehouse_are_in_doubt() -> None:
    plan = plan_shortfall([promised(n, 2, at_work=True) for n in (1, 2, 3)], 3, BUYERS, FIRST_COME)
    assert plan == Shortfall(in_doubt=(3, 2), missing=3)
