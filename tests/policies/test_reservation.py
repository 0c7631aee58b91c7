"""Who gets stock, from where, and why not from elsewhere (B1, B2, B5)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from models.lifecycle import HoldKind
from policies.reservation import LineFacts, OrderDecision, OrderFacts, Shelf, WarehouseFacts, plan_reservations
from policies.rules import Credit, Reservation, Rules

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOUTH, EAST = WarehouseFacts(1, "SZ-01", "广东省"), WarehouseFacts(2, "SH-01", "上海市")
BOTH = (SOUTH, EAST)


def order(order_id: int = 1, *wanted: tuple[int, int], **facts: object) -> OrderFacts:
    """A paid order of one piece of product 1, unless said otherwise."""
    lines = tuple(
        LineFacts(order_id * 100 + n, product, f"SKU-{product}", quantity)
        for n, (product, quantity) in enumerate(wanted or ((1, 1),))
    )
    usual = OrderFacts(
        order_id=order_id,
        placed_at=NOON,
        promised_on=None,
        urgent=False,
        region="",
        paid=True,
        currency="CNY",
        amount_minor=10_000,
        grade="",
        risk="normal",
        credit_limit_minor=None,
        exposure_minor=0,
        lines=lines,
    )
    return replace(usual, **facts)  # type: ignore[arg-type]  # fields of the facts


def shelves(**units: int) -> dict[tuple[int, int], Shelf]:
    """What is free: ``p1w2=5`` is five pieces of product 1 in warehouse 2."""
    keys = {name: tuple(map(int, name[1:].split("w"))) for name in units}
    return {key: Shelf(key[0] * 10 + key[1], units[name]) for name, key in keys.items()}  # type: ignore[misc, index]


def decide(*orders: OrderFacts, rules: Rules | None = None, **units: int) -> list[OrderDecision]:
    """Decide with the usual two warehouses."""
    return plan_reservations(orders, shelves(**units), BOTH, rules or Rules())


def codes(decision: OrderDecision) -> list[str]:
    """The codes of its reasons."""
    return [reason.code for reason in decision.reasons]


def test_a_paid_order_gets_its_stock_and_the_decision_says_from_where() -> None:
    [decision] = decide(order(), p1w2=1)
    assert (decision.confirmed, decision.hold, decision.warehouse_id) == (True, None, 2)
    assert codes(decision) == ["served-by"]


def test_an_unpaid_order_without_credit_waits_for_its_money() -> None:
    [decision] = decide(order(paid=False), p1w1=1)
    assert (decision.confirmed, decision.hold, decision.allocations) == (False, HoldKind.PAYMENT, ())


@pytest.mark.parametrize(("exposure", "hold"), [(40_000, None), (40_001, HoldKind.CREDIT)])
def test_credit_is_good_up_to_its_limit_and_not_a_cent_further(exposure: int, hold: HoldKind | None) -> None:
    [decision] = decide(order(paid=False, credit_limit_minor=50_000, exposure_minor=exposure), p1w1=1)
    assert decision.hold == hold


def test_a_grade_gives_credit_where_the_customer_has_no_limit_of_their_own() -> None:
    rules = Rules(credit=Credit(default_limit={"A": 10_000}))
    by_grade, own, none = decide(
        order(1, paid=False, grade="A"),
        order(2, paid=False, grade="A", credit_limit_minor=0),
        order(3, paid=False, grade="B"),
        rules=rules,
        p1w1=9,
    )
    assert [d.hold for d in (by_grade, own, none)] == [None, HoldKind.CREDIT, HoldKind.PAYMENT]


def test_orders_of_one_customer_in_one_batch_share_the_limit() -> None:
    rules = Rules(credit=Credit(default_limit={"A": 15_000}))
    first, second = decide(
        order(1, paid=False, grade="A", customer_id=5), order(2, paid=False, grade="A", customer_id=5),
        rules=rules, p1w1=9,
    )  # fmt: skip
    assert (first.hold, second.hold) == (None, HoldKind.CREDIT)


@pytest.mark.parametrize(("stop", "hold"), [(True, HoldKind.RISK), (False, None)])
def test_a_high_risk_customer_is_held_even_when_paid_if_the_rules_say_so(stop: bool, hold: HoldKind | None) -> None:
    [decision] = decide(order(risk="high"), rules=Rules(credit=Credit(hold_high_risk=stop)), p1w1=1)
    assert decision.hold == hold


def test_a_short_order_takes_nothing_and_names_each_warehouse_that_was_passed_over() -> None:
    [decision] = decide(order(1, (1, 3)), p1w1=2, p1w2=1)
    assert (decision.confirmed, decision.hold, decision.allocations) == (True, HoldKind.STOCK, ())
    assert [(r.facts["warehouse"], r.facts["available"], r.facts["wanted"]) for r in decision.reasons] == [
        ("SH-01", 1, 3),
        ("SZ-01", 2, 3),
    ]


def test_two_lines_of_one_sku_need_the_sum() -> None:
    [short] = decide(order(1, (1, 2), (1, 2)), p1w1=3)
    [served] = decide(order(1, (1, 2), (1, 2)), p1w1=4)
    assert (short.hold, served.hold) == (HoldKind.STOCK, None)
    assert sum(a.quantity for a in served.allocations) == 4


def test_an_order_is_served_whole_from_one_warehouse() -> None:
    [decision] = decide(order(1, (1, 1), (2, 1)), p1w1=1, p2w2=1)
    assert decision.hold is HoldKind.STOCK


def test_the_preferred_warehouse_comes_first_then_the_one_in_the_region() -> None:
    prefer = Rules(reservation=Reservation(prefer={"浙江省": ["SZ-01"]}))
    [preferred] = decide(order(region="浙江省"), rules=prefer, p1w1=1, p1w2=1)
    [regional] = decide(order(region="广东省"), p1w1=1, p1w2=1)
    [neither] = decide(order(region="四川省"), p1w1=1, p1w2=1)
    assert [d.warehouse_id for d in (preferred, regional, neither)] == [1, 1, 2]


def test_the_last_piece_goes_to_the_urgent_then_to_who_came_first_whatever_the_row_order() -> None:
    late, early = order(1, placed_at=NOON + timedelta(hours=1)), order(2)
    assert [d.hold for d in decide(late, early, p1w1=1)] == [HoldKind.STOCK, None]
    urgent = order(3, placed_at=NOON + timedelta(hours=2), urgent=True)
    assert [d.hold for d in decide(late, early, urgent, p1w1=1)] == [HoldKind.STOCK, HoldKind.STOCK, None]


def test_by_promised_date_the_nearest_promise_comes_first_and_no_promise_last() -> None:
    rules = Rules(reservation=Reservation(fairness="promised-date"))
    open_end, far, near = order(1), order(2, promised_on=date(2026, 4, 1)), order(3, promised_on=date(2026, 3, 2))
    assert [d.hold for d in decide(open_end, far, near, rules=rules, p1w1=2)] == [HoldKind.STOCK, None, None]


_ORDERS = some.lists(
    some.tuples(
        some.lists(some.tuples(some.integers(1, 3), some.integers(1, 5)), min_size=1, max_size=4),
        some.booleans(),
        some.integers(0, 48),
    ),
    max_size=12,
)
_STOCK = some.dictionaries(some.tuples(some.integers(1, 3), some.integers(1, 2)), some.integers(-2, 12))


@settings(max_examples=150, deadline=None)
@given(wanted=_ORDERS, stock=_STOCK)
def test_never_more_is_given_than_lies_on_the_shelf_and_each_order_is_decided_once(
    wanted: list[tuple[list[tuple[int, int]], bool, int]], stock: dict[tuple[int, int], int]
) -> None:
    orders = [
        order(n, *lines, urgent=urgent, placed_at=NOON + timedelta(hours=hours))
        for n, (lines, urgent, hours) in enumerate(wanted, start=1)
    ]
    shelf = {key: Shelf(key[0] * 10 + key[1], units) for key, units in stock.items()}

    decisions = plan_reservations(orders, shelf, BOTH, Rules())

    assert [d.order_id for d in decisions] == [o.order_id for o in orders]
    taken: dict[int, int] = {}
    for asked, decision in zip(orders, decisions, strict=True):
        for allocation in decision.allocations:
            taken[allocation.stock_level_id] = taken.get(allocation.stock_level_id, 0) + allocation.quantity
        got = sorted((a.line_id, a.quantity) for a in decision.allocations)
        whole = sorted((line.line_id, line.quantity) for line in asked.lines)
        assert got == (whole if decision.hold is None else [])
        assert decision.reasons
    assert all(units <= max(stock[level // 10, level % 10], 0) for level, units in taken.items())
    assert plan_reservations(orders[::-1], shelf, BOTH, Rules())[::-1] == decisions, "row order decides nothing"
