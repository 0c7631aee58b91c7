"""The same facts under other rules, and a kept batch decided again (I2, invariant 7)."""

import random
from datetime import timedelta

import pytest
from little_batch import NOON, batch, order

from models.lifecycle import HoldKind
from policies.comparison import Difference, differences, stored
from policies.facts import CustomerFacts, Facts, pack, unpack
from policies.reservation import plan_reservations
from policies.rules import Credit, Reservation, ReviewRule, Routing, Rules, Weights


def many_orders(count: int) -> Facts:
    """A day of orders over few products, enough of them short, unpaid or large to take every way through the rules."""
    chance = random.Random(7)
    orders = [
        order(
            n,
            *((chance.randint(1, 40), chance.randint(1, 3)) for _ in range(chance.randint(1, 3))),
            customer_id=chance.randint(1, 200),
            placed_at=NOON - timedelta(minutes=chance.randint(0, 3_000)),
            paid=chance.random() < 0.9,
            amount_minor=chance.randint(1_000, 8_000_000),
            region=chance.choice(["广东省", "上海市", "四川省"]),
        )
        for n in range(1, count + 1)
    ]
    customers = [CustomerFacts(n, chance.choice("ABC")) for n in range(1, 201)]
    units = {f"p{p}w{w}": chance.randint(100, count // 15) for p in range(1, 41) for w in (1, 2)}
    return batch(orders, customers, **units)


FACTS = many_orders(10_000)
USUAL = Rules(credit=Credit(default_limit={"A": 5_000_000}))


def test_ten_thousand_kept_decisions_come_out_the_same_to_the_word() -> None:
    then = stored(plan_reservations(FACTS, USUAL))
    again = stored(plan_reservations(unpack(pack(FACTS)), USUAL))
    assert differences(then, again, to_the_word=True) == []
    assert {hold["kind"] for result in then.values() for hold in result.get("holds", [])} == {
        "payment",
        "credit",
        "stock",
    }


def under(*review: ReviewRule) -> Rules:
    """The usual rules with these to review by."""
    return USUAL.model_copy(update={"review": review})


def changed_by(rules: Rules, *, to_the_word: bool = False) -> list[Difference]:
    """What the day would have been under other rules."""
    before, after = (stored(plan_reservations(FACTS, some)) for some in (USUAL, rules))
    return differences(before, after, to_the_word=to_the_word)


def test_an_approval_rule_changes_the_orders_above_its_amount_and_whoever_gets_their_goods_and_credit() -> None:
    found = changed_by(under(ReviewRule(name="large", amount_over_minor=7_900_000, approver="vice-president")))
    above = {o.order_id for o in FACTS.orders if o.amount_minor > 7_900_000}
    asked = {d.order_id for d in found if any(h["kind"] == HoldKind.APPROVAL for h in d.after.get("holds", []))}
    assert asked == above
    assert {d.order_id for d in found} > above
    freed = [d for d in found if d.order_id not in above]
    assert all({"holds", "lines", "warehouse"} & set(d.changed) for d in freed)


def test_a_rule_that_touches_no_order_changes_none() -> None:
    nobody = ReviewRule(name="never", amount_over_minor=99_000_000, approver="vice-president")
    assert changed_by(under(nobody), to_the_word=True) == []


def test_a_tag_rule_changes_exactly_the_tags_of_the_orders_that_it_fits() -> None:
    found = changed_by(under(ReviewRule(name="grade", grades=("C",), tag="look")))
    grade = {customer.customer_id: customer.grade for customer in FACTS.customers}
    assert {d.order_id for d in found} == {o.order_id for o in FACTS.orders if grade[o.customer_id] == "C"}
    assert {d.changed for d in found} == {("tags",)}


def test_another_score_for_the_same_warehouse_is_no_other_decision() -> None:
    facts = batch([order(region="广东省")], p1w1=1)
    heavier = Rules(routing=Routing(weights=Weights(region=61)))
    before, after = (stored(plan_reservations(facts, rules)) for rules in (Rules(), heavier))
    assert differences(before, after) == []
    assert len(differences(before, after, to_the_word=True)) == 1


def test_another_fairness_gives_the_piece_to_another_order() -> None:
    facts = batch([order(1), order(2, customer_id=2)], [CustomerFacts(1, "C"), CustomerFacts(2, "A")], p1w1=1)
    by_grade = Rules(reservation=Reservation(fairness="customer-grade"))
    before, after = (stored(plan_reservations(facts, rules)) for rules in (Rules(), by_grade))
    assert [d.order_id for d in differences(before, after)] == [1, 2]


def test_decisions_about_other_orders_cannot_be_compared() -> None:
    one, two = (stored(plan_reservations(batch([order(n)], p1w1=1), Rules())) for n in (1, 2))
    with pytest.raises(ValueError, match="not about the same orders"):
        differences(one, two)
