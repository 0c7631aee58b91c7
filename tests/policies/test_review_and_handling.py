"""Who has to look at an order, who is told, and what its goods ask for (B6, B7, B9, B10)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from little_batch import NOON, codes, decide, holds, line, order
from pydantic import ValidationError

from models.money import Money
from models.reasons import Reason
from policies.facts import CustomerFacts
from policies.rules import Currencies, Lane, Products, Promise, ReviewRule, Rules

LARGE = Rules(review=(ReviewRule(name="large", amount_over_minor=5_000_000, approver="vice-president"),))
LIMIT = "50,000.00 CNY"


@pytest.mark.parametrize(("amount", "expected"), [(5_000_000, []), (5_000_001, ["approval"])])
def test_an_order_above_the_amount_waits_for_its_approver_and_takes_no_stock(amount: int, expected: list[str]) -> None:
    [decision] = decide(order(amount_minor=amount), rules=LARGE, p1w1=1)
    assert holds(decision) == expected
    assert bool(decision.allocations) is not bool(expected)


def test_the_reason_names_the_approver_and_the_amount_and_a_yes_is_not_asked_for_again() -> None:
    [asked] = decide(order(amount_minor=6_000_000), rules=LARGE, p1w1=1)
    [answered] = decide(order(amount_minor=6_000_000, answered=("vice-president",)), rules=LARGE, p1w1=1)
    assert asked.holds[0].reasons == (
        Reason("approval-needed", {"approver": "vice-president", "rule": "large"}),
        Reason("review-amount", {"amount": "60,000.00 CNY", "limit": "50,000.00 CNY"}),
    )
    assert answered.moves


@pytest.mark.parametrize(
    ("amount", "rates", "why"),
    [
        (Money(800_000, "USD"), {"USD": "7.1"}, {"amount": "8,000.00 USD = 56,800.00 CNY", "limit": LIMIT}),
        (Money(704_225, "USD"), {"USD": "7.1"}, {}),  # 49,999.975 CNY
        (Money(1_000_001, "JPY"), {"JPY": "0.05"}, {"amount": "1,000,001 JPY = 50,000.05 CNY", "limit": LIMIT}),
        (Money(100, "USD"), {"JPY": "0.05"}, {"currency": "USD", "base": "CNY"}),
    ],
)
def test_an_amount_of_another_currency_is_compared_by_its_rate_and_looked_at_where_there_is_none(
    amount: Money, rates: dict[str, Decimal], why: dict[str, str]
) -> None:
    rules = Rules(review=LARGE.review, currencies=Currencies(rates=rates))
    [decision] = decide(order(amount_minor=amount.minor, currency=amount.currency), rules=rules, p1w1=1)
    assert [dict(held.reasons[1].facts) for held in decision.holds] == ([why] if why else [])


SHORT_TIME = Rules(review=(ReviewRule(name="short", lead_time_under_days=7, tag="red", tell="planner"),))


@pytest.mark.parametrize(("days", "tags"), [(6, ("red",)), (7, ())])
def test_a_short_lead_time_makes_an_order_red_and_stops_nothing(days: int, tags: tuple[str, ...]) -> None:
    [decision] = decide(order(promised_on=date(2026, 3, 2) + timedelta(days=days)), rules=SHORT_TIME, p1w1=1)
    assert (decision.moves, decision.tags) == (True, tags)
    assert [tell.role for tell in decision.tells] == (["planner"] if tags else [])


def test_a_rule_that_stops_nothing_says_why_it_tagged_and_whom_it_told() -> None:
    [decision] = decide(order(promised_on=date(2026, 3, 4)), rules=SHORT_TIME, p1w1=1)
    assert decision.reasons[-3:] == (
        Reason("review-tagged", {"tag": "red", "rule": "short"}),
        Reason("review-told", {"role": "planner", "rule": "short"}),
        Reason("review-lead-time", {"days": 2, "limit": 7}),
    )


def test_an_order_that_is_promised_for_no_day_has_no_short_lead_time() -> None:
    [decision] = decide(order(), rules=SHORT_TIME, p1w1=1)
    assert (decision.tags, holds(decision)) == ((), [])


def test_the_lead_time_is_counted_by_the_companys_calendar() -> None:
    late_evening = NOON.replace(hour=17)  # 01:00 of the next day in Shanghai
    [decision] = decide(order(placed_at=late_evening, promised_on=date(2026, 3, 9)), rules=SHORT_TIME, p1w1=1)
    assert decision.tags == ("red",)


REPEAT = Rules(review=(ReviewRule(name="again", orders_over=2, within_hours=72, tag="repeat", tell="sales-director"),))


@pytest.mark.parametrize(("hours", "told"), [(72, ["sales-director"]), (73, [])])
def test_a_customer_who_orders_often_is_tagged_and_the_sales_director_told(hours: int, told: list[str]) -> None:
    buyer = CustomerFacts(1, ordered_at=(NOON - timedelta(hours=hours), NOON - timedelta(hours=1), NOON))
    [decision] = decide(order(), customers=[buyer], rules=REPEAT, p1w1=1)
    assert ([tell.role for tell in decision.tells], decision.tags) == (told, ("repeat",) if told else ())


def test_orders_that_came_later_do_not_make_an_earlier_one_a_repeat() -> None:
    buyer = CustomerFacts(1, ordered_at=(NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=2)))
    [decision] = decide(order(), customers=[buyer], rules=REPEAT, p1w1=1)
    assert decision.tells == ()


def test_orders_of_a_busy_customer_are_counted_by_their_window_and_not_by_all_there_are() -> None:
    hourly = tuple(NOON + timedelta(hours=n) for n in range(-200, 200))
    [reason] = [
        tell.reason
        for tell in decide(order(), customers=[CustomerFacts(1, ordered_at=hourly)], rules=REPEAT, p1w1=1)[0].tells
    ]
    assert reason.facts == {"orders": 73, "hours": 72}


def test_all_conditions_of_a_rule_must_hold() -> None:
    rules = Rules(review=(ReviewRule(name="both", amount_over_minor=1, grades=("C",), approver="sales"),))
    [other_grade] = decide(order(), customers=[CustomerFacts(1, "A")], rules=rules, p1w1=1)
    [fits] = decide(order(), customers=[CustomerFacts(1, "C")], rules=rules, p1w1=1)
    assert (holds(other_grade), holds(fits)) == ([], ["approval"])


@pytest.mark.parametrize("broken", [{"name": "no condition", "tag": "x"}, {"name": "no effect", "orders_over": 1}])
def test_a_rule_without_condition_or_effect_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=r"give it a condition|say what it does"):
        ReviewRule(**broken)  # type: ignore[arg-type]  # what a file may say


GOODS = Rules(
    products=Products(customs={"toys": "A", "electronics": "B"}, batteries=("battery",), sensitive=("liquid",))
)


def test_goods_of_a_higher_customs_grade_wait_for_papers_only_when_they_go_abroad() -> None:
    [home] = decide(order(), rules=GOODS, categories={1: "electronics"}, p1w1=1)
    [abroad] = decide(order(country="US"), rules=GOODS, categories={1: "electronics"}, p1w1=1)
    [light] = decide(order(country="US"), rules=GOODS, categories={1: "toys"}, p1w1=1)
    [papers] = decide(order(country="US", answered=("customs",)), rules=GOODS, categories={1: "electronics"}, p1w1=1)
    assert [holds(d) for d in (home, abroad, light, papers)] == [[], ["customs"], [], []]
    assert (abroad.tags, light.tags, papers.tags) == (("customs-papers-owed",), (), ("customs-papers-owed",))


def test_components_of_a_kit_are_asked_too() -> None:
    kit = order(lines=(line(100, 1, {1: 1, 2: 1}),))
    [decision] = decide(kit, rules=GOODS, categories={2: "battery"}, p1w1=1, p2w1=1)
    assert decision.tags == ("un3481-box",)
    assert "un3481-box" in codes(decision.reasons)


LANES = Rules(
    promise=Promise(days=8, lanes=(Lane(origin="广东省", to="US", days=5), Lane(origin="广东省", to="广东", days=1)))
)


def test_the_promise_comes_from_the_lane_of_the_warehouse_that_serves() -> None:
    [listed] = decide(order(country="US"), rules=LANES, p1w1=1)
    [usual] = decide(order(country="US"), rules=LANES, p1w2=1)
    [province] = decide(order(region="广东省"), rules=LANES, p1w1=1)
    assert [d.promised_on for d in (listed, usual, province)] == [date(2026, 3, d) for d in (7, 10, 3)]
    assert listed.reasons[-1].facts == {"date": "2026-03-07", "days": 5, "from": "SZ-01", "to": "US"}


def test_a_date_that_was_promised_before_stands() -> None:
    [decision] = decide(order(promised_on=date(2026, 4, 1)), rules=LANES, p1w1=1)
    assert decision.promised_on == date(2026, 4, 1)
    assert "promised" not in codes(decision.reasons)
