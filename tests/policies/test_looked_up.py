"""What other rules would have to know and a run did not look up is said of the orders that it may decide (I2)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from little_batch import NOON, batch, codes, order

from policies.facts import CustomerFacts, Debt, LookedUp, OrderFacts, pack, unpack
from policies.looked_up import cannot_be_known, looked_up_for
from policies.reservation import plan_reservations
from policies.rules_file import parse_rules

UNPAID = order(paid=False, placed_at=NOON - timedelta(minutes=5))
OWES = CustomerFacts(1, "A", limit_minor=90_000, debts=(Debt("CNY", 500),))
LATE = replace(OWES, debts=(Debt("CNY", 500, 500),))
REPEAT = '[[review]]\nname = "repeat"\ntag = "red"\nwithin_hours = 72\norders_over = 2\n'
CAPPED = "[reservation]\nunpaid_minutes = 60\ncustomer_cap = 2\n"
OFFERED = '[substitutes]\nSKU-1 = ["SKU-2"]\n'


def unknown(rules: str, one: OrderFacts, who: CustomerFacts, looked_up: LookedUp, **units: int) -> list[str]:
    """Why it cannot be known what the rules decide about an order, on facts that reach so far."""
    facts = unpack(pack(replace(batch([one], [who], **units), looked_up=looked_up)))
    policy = parse_rules(rules)
    return codes(cannot_be_known(facts, policy, plan_reservations(facts, policy)).get(one.order_id, ()))


@pytest.mark.parametrize(
    ("rules", "one", "who", "looked_up", "why"),
    [
        ("", UNPAID, OWES, LookedUp(due_days=60), ["unknown-what-is-late"]),
        ("", UNPAID, LATE, LookedUp(due_days=14), ["unknown-what-is-late"]),
        ("", UNPAID, OWES, LookedUp(due_days=14), []),  # not late after 14 days, so not after 30
        ("", UNPAID, LATE, LookedUp(due_days=60), []),  # late after 60 days, so after 30
        ("", UNPAID, replace(OWES, debts=()), LookedUp(due_days=60), []),
        ("", UNPAID, replace(OWES, due_days=10), LookedUp(due_days=60), []),  # agreed with the customer
        ("", order(), OWES, LookedUp(due_days=60), []),
        ("", replace(UNPAID, answered=("credit",)), OWES, LookedUp(due_days=60), []),
        ("", UNPAID, replace(OWES, limit_minor=None), LookedUp(due_days=60), []),  # pays first, whatever is late
        ("credit.hold_overdue = false", UNPAID, OWES, LookedUp(due_days=60), []),
        (REPEAT, order(), OWES, LookedUp(), ["unknown-earlier-orders"]),
        (REPEAT, order(), OWES, LookedUp(hours_back=96), []),
        (REPEAT, order(), replace(OWES, ordered_at=(NOON, NOON, NOON)), LookedUp(hours_back=1), []),  # enough already
        (REPEAT + 'grades = ["B"]', order(), OWES, LookedUp(), []),
        (CAPPED, UNPAID, CustomerFacts(1), LookedUp(), ["unknown-what-waits"]),
        (CAPPED, UNPAID, CustomerFacts(1), LookedUp(waiting=True), []),
        (CAPPED, order(), CustomerFacts(1), LookedUp(), []),
        (OFFERED, order(1, (1, 9)), OWES, LookedUp(), ["unknown-substitute"]),
        (OFFERED, order(1, (1, 9)), OWES, LookedUp(offered=("SKU-2", "SKU-3")), []),
        (OFFERED, order(), OWES, LookedUp(), []),
    ],
)
def test_only_what_the_rules_would_have_had_to_look_up_is_unknown(
    rules: str, one: OrderFacts, who: CustomerFacts, looked_up: LookedUp, why: list[str]
) -> None:
    assert unknown(rules, one, who, looked_up, p1w1=5) == why


def test_under_its_own_rules_everything_is_known() -> None:
    text = REPEAT + CAPPED + OFFERED
    reach = looked_up_for(parse_rules(text))
    assert reach == LookedUp(due_days=30, hours_back=72, waiting=True, offered=("SKU-2",))
    assert unknown(text, order(1, (1, 9), paid=False), LATE, reach, p1w1=5) == []
