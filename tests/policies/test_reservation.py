"""Who gets stock, from where, and why not from elsewhere (B1-B5)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from little_batch import BUYER, EAST, NOON, SOUTH, batch, codes, decide, holds, line, order

from models.lifecycle import OrderKind
from policies.decision import Claim, Remainder
from policies.facts import CustomerFacts, Shelf, WarehouseFacts, pack, unpack
from policies.reservation import plan_reservations
from policies.rules import Credit, Lane, Promise, Reservation, Routing, Rules, Splitting, Weights
from policies.rules_file import parse_rules


def test_a_paid_order_gets_its_stock_and_the_decision_says_from_where_and_why_not_from_elsewhere() -> None:
    [decision] = decide(order(), p1w2=1)
    assert (decision.confirmed, decision.moves, decision.warehouse_id) == (True, True, 2)
    assert [(r.code, r.facts["warehouse"]) for r in decision.reasons[:2]] == [
        ("served-by", "SH-01"),
        ("warehouse-ranked-lower", "SZ-01"),
    ]


def test_an_unpaid_order_without_credit_waits_for_its_money() -> None:
    [decision] = decide(order(paid=False), p1w1=1)
    assert (decision.confirmed, holds(decision), decision.allocations) == (False, ["payment"], ())


@pytest.mark.parametrize(("exposure", "expected"), [(40_000, []), (40_001, ["credit"])])
def test_credit_is_good_up_to_its_limit_and_not_a_cent_further(exposure: int, expected: list[str]) -> None:
    buyer = CustomerFacts(1, limit_minor=50_000, exposure_minor=exposure)
    [decision] = decide(order(paid=False), customers=[buyer], p1w1=1)
    assert holds(decision) == expected


def test_who_is_late_with_a_payment_gets_nothing_more_on_account_until_a_person_says_so() -> None:
    late = CustomerFacts(1, limit_minor=50_000, overdue_minor=1)
    rules = Rules(credit=Credit(hold_overdue=False))
    [stopped] = decide(order(paid=False), customers=[late], p1w1=1)
    [lenient] = decide(order(paid=False), customers=[late], rules=rules, p1w1=1)
    [answered] = decide(order(paid=False, answered=("credit",)), customers=[late], p1w1=1)
    assert [holds(d) for d in (stopped, lenient, answered)] == [["credit"], [], []]
    assert stopped.holds[0].reasons[0].facts == {"overdue": "0.01 CNY"}


def test_a_grade_gives_credit_where_the_customer_has_no_limit_of_their_own() -> None:
    rules = Rules(credit=Credit(default_limit={"A": 10_000}))
    buyers = [CustomerFacts(1, "A"), CustomerFacts(2, "A", limit_minor=0), CustomerFacts(3, "B")]
    orders = [order(n, paid=False, customer_id=n) for n in (1, 2, 3)]
    decided = decide(*orders, customers=buyers, rules=rules, p1w1=9)
    assert [holds(d) for d in decided] == [[], ["credit"], ["payment"]]


def test_orders_of_one_customer_in_one_batch_share_the_limit() -> None:
    buyer = CustomerFacts(1, limit_minor=15_000)
    first, second = decide(order(1, paid=False), order(2, paid=False), customers=[buyer], p1w1=9)
    assert (holds(first), holds(second)) == ([], ["credit"])


def test_what_is_paid_or_held_uses_up_nothing_of_the_limit_of_the_next() -> None:
    buyer = CustomerFacts(1, limit_minor=10_000)
    paid, on_account = decide(order(1), order(2, paid=False), customers=[buyer], p1w1=9)
    assert (holds(paid), holds(on_account)) == ([], [])
    too_much, small = decide(order(1, paid=False, amount_minor=10_001), order(2, paid=False), customers=[buyer], p1w1=9)
    assert (holds(too_much), holds(small)) == (["credit"], [])


@pytest.mark.parametrize(("stop", "expected"), [(True, ["risk"]), (False, [])])
def test_a_high_risk_customer_is_held_even_when_paid_if_the_rules_say_so(stop: bool, expected: list[str]) -> None:
    risky = CustomerFacts(1, risk="high")
    rules = Rules(credit=Credit(hold_high_risk=stop))
    [decision] = decide(order(), customers=[risky], rules=rules, p1w1=1)
    [signed_off] = decide(order(answered=("risk",)), customers=[risky], rules=rules, p1w1=1)
    assert (holds(decision), holds(signed_off)) == (expected, [])


@pytest.mark.parametrize("kind", [OrderKind.TRANSFER, OrderKind.EXCHANGE])
def test_transfers_and_exchanges_ask_for_no_money(kind: OrderKind) -> None:
    [decision] = decide(order(kind=kind, paid=False), p1w1=1)
    assert decision.moves


def test_a_short_order_takes_nothing_names_each_warehouse_and_purchasing_is_told() -> None:
    [decision] = decide(order(1, (1, 3)), p1w1=2, p1w2=1)
    assert (decision.confirmed, holds(decision), decision.allocations) == (True, ["stock"], ())
    assert [(r.facts["warehouse"], r.facts["available"], r.facts["wanted"]) for r in decision.holds[0].reasons] == [
        ("SH-01", 1, 3),
        ("SZ-01", 2, 3),
    ]
    assert [(tell.role, tell.reason.code) for tell in decision.tells] == [("purchasing", "stock-short")]


@pytest.mark.parametrize(
    ("facts", "grams", "serves", "said"),
    [
        ({}, 400, 1, ("freight-cheapest", "10.00 CNY")),  # 8.00 + 1 kg for 2.00 against 7.00 + 1 kg for 4.00
        ({}, 0, 2, ("freight-cheapest", "7.00 CNY")),
        (
            {"region": "新疆维吾尔自治区"},
            400,
            2,
            ("freight-cheapest", "11.00 CNY"),
        ),  # the rate to a province goes first
        ({"country": "US"}, 400, 2, None),  # no rate at all: equals by their code
        ({"region": "广东省", "only_at": (2,)}, 1_001, 2, ("freight-dearer", "15.00 CNY")),
    ],
)
def test_the_cheaper_way_counts_by_rate_and_weight_and_is_said(
    facts: dict[str, object], grams: int, serves: int, said: tuple[str, str] | None
) -> None:
    rules = parse_rules("""
        routing = { weights = { region = 0, days = 0, capacity = 0, cost = 1 }, freight = [
            { origin = "广东", to = "CN", parcel_minor = 800, kilogram_minor = 200 },
            { origin = "广东", to = "新疆", parcel_minor = 9_000 },
            { origin = "上海", to = "CN", parcel_minor = 700, kilogram_minor = 400 },
        ] }
    """)
    goods = batch([order(**facts)], p1w1=1, p1w2=1)
    heavy = replace(goods, products=tuple(replace(product, grams=grams) for product in goods.products))
    [decision] = plan_reservations(heavy, rules)
    way = [(r.code, r.facts["freight"]) for r in decision.reasons if r.code.startswith("freight-")]
    assert (decision.warehouse_id, way) == (serves, [said] if said else [])


def test_who_would_have_had_enough_but_for_another_order_hears_which() -> None:
    lately = Shelf(1, 2, 12, available=0, promised=2, last_served=77)
    facts = batch([order(1), order(2, (1, 2)), order(3, (1, 3)), order(4, (1, 9))], p1w1=3)
    _, *losers = plan_reservations(replace(facts, shelves=(*facts.shelves, lately)), Rules())
    assert [[(r.code, r.facts.get("order")) for r in d.holds[0].reasons] for d in losers[1:]] == [
        [("stock-short", None), ("served-before", "SO0000000002")],
        [("stock-short", None), ("stock-short", None)],
    ]
    [beaten] = plan_reservations(replace(facts, orders=(order(5, (1, 2)),), shelves=(lately,)), Rules())
    assert [(r.code, r.facts.get("order")) for r in beaten.holds[0].reasons] == [
        ("served-before", "SO0000000077"),
        ("stock-short", None),
    ]
    assert [tell.reason.code for tell in beaten.tells] == ["served-before"]


def test_what_is_short_can_be_offered_as_something_else_and_is_never_replaced_by_itself() -> None:
    rules = Rules(substitutes={"SKU-1": ("SKU-2", "SKU-3")})
    [decision] = decide(order(1, (1, 3)), rules=rules, p1w1=2, p2w2=3, p3w1=2)
    assert [dict(r.facts) for r in decision.reasons if r.code == "substitute-offered"] == [
        {"sku": "SKU-1", "substitute": "SKU-2", "available": 3, "warehouse": "SH-01"}
    ]
    assert decision.allocations == ()
    assert [(tell.role, tell.reason.code) for tell in decision.tells] == [
        ("purchasing", "stock-short"),
        ("sales", "substitute-offered"),
    ]


def test_two_lines_of_one_sku_need_the_sum() -> None:
    [short] = decide(order(1, (1, 2), (1, 2)), p1w1=3)
    [served] = decide(order(1, (1, 2), (1, 2)), p1w1=4)
    assert (holds(short), holds(served)) == (["stock"], [])
    assert sum(a.quantity for a in served.allocations) == 4


def test_a_kit_takes_its_components_and_competes_for_them_with_plain_lines() -> None:
    kit = order(1, lines=(line(100, 2, {1: 1, 2: 3}),))
    [whole] = decide(kit, p1w1=2, p2w1=6)
    short, plain = decide(kit, order(2, (2, 1), placed_at=NOON - timedelta(hours=1)), p1w1=2, p2w1=6)
    assert [(a.stock_level_id, a.quantity) for a in whole.allocations] == [(11, 2), (21, 6)]
    assert (holds(short), holds(plain)) == (["stock"], [])


def test_an_order_is_served_whole_from_one_warehouse() -> None:
    [decision] = decide(order(1, (1, 1), (2, 1)), p1w1=1, p2w2=1)
    assert holds(decision) == ["stock"]


SPLIT = Rules(splitting=Splitting(mode="main-first"))


def test_the_main_model_goes_first_and_what_stays_behind_is_named() -> None:
    cheap, main = line(100, 3, {1: 1}, 10), line(101, 1, {2: 1}, 900)
    [decision] = decide(order(1, lines=(cheap, main)), rules=SPLIT, p1w1=2, p2w1=1)
    assert decision.moves
    assert sorted((a.line_id, a.quantity) for a in decision.allocations) == [(100, 2), (101, 1)]
    assert decision.remainder == (Remainder(100, 1),)
    assert decision.reasons[1].code == "split-main-first"


def test_without_its_main_model_an_order_is_not_split() -> None:
    cheap, main = line(100, 3, {1: 1}, 10), line(101, 2, {2: 1}, 900)
    [decision] = decide(order(1, lines=(cheap, main)), rules=SPLIT, p1w1=9, p2w1=1)
    assert holds(decision) == ["stock"]


def test_of_a_kit_only_whole_pieces_go_first() -> None:
    kit, main = line(100, 3, {1: 1, 2: 2}, 10), line(101, 1, {3: 1}, 900)
    [decision] = decide(order(1, lines=(kit, main)), rules=SPLIT, p1w1=3, p2w1=5, p3w1=1)
    assert decision.remainder == (Remainder(100, 1),)
    assert [(a.stock_level_id, a.quantity) for a in decision.allocations if a.line_id == 100] == [(11, 2), (21, 4)]


def test_the_preferred_warehouse_comes_first_then_the_one_in_the_region_then_by_code() -> None:
    prefer = Rules(routing=Routing(prefer={"浙江": ("SZ-01",)}))
    [preferred] = decide(order(region="浙江省"), rules=prefer, p1w1=1, p1w2=1)
    [regional] = decide(order(region="广东省"), p1w1=1, p1w2=1)
    [neither] = decide(order(region="四川省"), p1w1=1, p1w2=1)
    assert [d.warehouse_id for d in (preferred, regional, neither)] == [1, 1, 2]


def test_days_capacity_and_cost_count_by_their_weights() -> None:
    lanes = Promise(days=9, lanes=(Lane(origin="广东省", to="US", days=5),))
    by_days = Rules(promise=lanes)
    by_cost = Rules(promise=lanes, routing=Routing(weights=Weights(days=0, cost=10)))
    half_full = (replace(SOUTH, capacity=10, capacity_left=1), replace(EAST, capacity=10, capacity_left=9))
    abroad = order(country="US", freight=((1, 900), (2, 300)))
    [nearer] = decide(replace(abroad, freight=()), rules=by_days, p1w1=1, p1w2=1)
    [cheaper] = decide(abroad, rules=by_cost, p1w1=1, p1w2=1)
    [emptier] = decide(order(), warehouses=half_full, p1w1=1, p1w2=1)
    assert [d.warehouse_id for d in (nearer, cheaper, emptier)] == [1, 2, 2]


def test_a_full_warehouse_is_passed_over_and_capacity_is_used_up_order_by_order() -> None:
    small = (replace(SOUTH, capacity=1, capacity_left=1),)
    first, second = decide(order(1), order(2), warehouses=small, p1w1=9)
    assert first.moves
    assert codes(second.holds[0].reasons) == ["warehouse-full"]
    assert second.tells == (), "nothing is to be bought"


def test_an_order_that_only_one_warehouse_may_serve_gets_nothing_elsewhere() -> None:
    [decision] = decide(order(only_at=(1,)), p1w2=5)
    assert [r.facts["warehouse"] for r in decision.holds[0].reasons] == ["SZ-01"]


def test_the_last_piece_goes_to_the_urgent_then_to_who_came_first_whatever_the_row_order() -> None:
    late, early = order(1, placed_at=NOON + timedelta(hours=1)), order(2)
    assert [holds(d) for d in decide(late, early, p1w1=1)] == [["stock"], []]
    urgent = order(3, placed_at=NOON + timedelta(hours=2), urgent=True)
    assert [holds(d) for d in decide(late, early, urgent, p1w1=1)] == [["stock"], ["stock"], []]


def test_by_promised_date_the_nearest_promise_comes_first_and_no_promise_last() -> None:
    rules = Rules(reservation=Reservation(fairness="promised-date"))
    open_end, far, near = order(1), order(2, promised_on=date(2026, 4, 1)), order(3, promised_on=date(2026, 3, 2))
    assert [holds(d) for d in decide(open_end, far, near, rules=rules, p1w1=2)] == [["stock"], [], []]


def test_by_customer_grade_the_best_customer_comes_first_and_an_unknown_grade_last() -> None:
    rules = Rules(reservation=Reservation(fairness="customer-grade", grades=("gold", "tin")))
    buyers = [CustomerFacts(n, grade) for n, grade in enumerate(("?", "tin", "gold"), start=1)]
    orders = [order(n, customer_id=n) for n in (1, 2, 3)]
    decided = decide(*orders, customers=buyers, rules=rules, p1w1=1)
    assert [holds(d) for d in decided] == [["stock"], ["stock"], []]


UNPAID = Rules(reservation=Reservation(unpaid_minutes=30, customer_cap=3))


def test_stock_waits_for_the_money_of_an_unpaid_order_and_not_for_ever() -> None:
    [waits] = decide(order(paid=False), rules=UNPAID, p1w1=1)
    [over] = decide(order(paid=False, placed_at=NOON - timedelta(minutes=30)), rules=UNPAID, p1w1=1)
    assert (holds(waits), waits.until) == (["payment"], NOON + timedelta(minutes=30))
    assert sum(a.quantity for a in waits.allocations) == 1
    assert (over.until, over.allocations) == (None, ())


def test_one_buyer_cannot_freeze_a_shop_with_orders_that_are_never_paid() -> None:
    buyer = CustomerFacts(1, held=((1, 1),))
    first, second = decide(
        order(1, (1, 2), paid=False), order(2, (1, 1), paid=False), customers=[buyer], rules=UNPAID, p1w1=9
    )
    [paid] = decide(order(1, (1, 9)), customers=[buyer], rules=UNPAID, p1w1=9)
    assert holds(first) == ["payment"]
    assert (holds(second), second.allocations) == (["payment", "stock"], ())
    assert codes(second.holds[1].reasons) == ["customer-cap"]
    assert second.tells == (), "nothing is to be bought"
    assert paid.moves


def test_an_order_has_what_it_holds_already_and_nobody_else_does() -> None:
    mine, other = order(1, gives_back=((11, 1),)), order(2, placed_at=NOON - timedelta(hours=1))
    assert [holds(d) for d in decide(mine, other, p1w1=0)] == [[], ["stock"]]


def test_what_an_order_holds_stays_with_it_when_it_gets_nothing_new() -> None:
    mine, other = order(1, (1, 5), gives_back=((11, 1),)), order(2, placed_at=NOON + timedelta(hours=1))
    assert [holds(d) for d in decide(mine, other, p1w1=0)] == [["stock"], ["stock"]]


def test_a_pick_up_waits_until_the_appointment_is_well_past_and_only_in_its_store() -> None:
    at = NOON + timedelta(days=1)
    rules = Rules(reservation=Reservation(pickup_grace_minutes=60))
    [decision] = decide(order(appointment_at=at, only_at=(2,)), rules=rules, p1w1=5, p1w2=1)
    assert (decision.moves, decision.warehouse_id, decision.until) == (True, 2, at + timedelta(hours=1))


def test_a_deposit_holds_stock_as_presale() -> None:
    [decision] = decide(order(kind=OrderKind.DEPOSIT), p1w1=1)
    assert (decision.moves, decision.claim) == (True, Claim.PRESALE)


_ORDERS = some.lists(
    some.tuples(
        some.lists(some.tuples(some.integers(1, 3), some.integers(1, 5)), min_size=1, max_size=4),
        some.booleans(),
        some.integers(0, 48),
    ),
    max_size=12,
)
_STOCK = some.dictionaries(some.tuples(some.integers(1, 3), some.integers(1, 2)), some.integers(-2, 12))
_RULES = some.sampled_from([Rules(), SPLIT, UNPAID, Rules(reservation=Reservation(fairness="promised-date"))])


@settings(max_examples=200, deadline=None)
@given(wanted=_ORDERS, stock=_STOCK, rules=_RULES, capacity=some.sampled_from([None, 2]))
def test_never_more_is_given_than_lies_on_the_shelf_no_line_is_lost_and_each_order_is_decided_once(
    wanted: list[tuple[list[tuple[int, int]], bool, int]],
    stock: dict[tuple[int, int], int],
    rules: Rules,
    capacity: int | None,
) -> None:
    orders = [
        order(n, *lines, urgent=urgent, placed_at=NOON + timedelta(hours=hours))
        for n, (lines, urgent, hours) in enumerate(wanted, start=1)
    ]
    warehouses = tuple(replace(w, capacity=capacity, capacity_left=capacity) for w in (SOUTH, EAST))
    shelf = tuple(Shelf(p, w, p * 10 + w, units) for (p, w), units in stock.items())
    facts = replace(batch(orders, warehouses=warehouses), shelves=shelf)

    decisions = plan_reservations(facts, rules)

    assert [d.order_id for d in decisions] == [o.order_id for o in orders]
    taken: dict[int, int] = {}
    for asked, decision in zip(orders, decisions, strict=True):
        got: dict[int, int] = {}
        for allocation in decision.allocations:
            taken[allocation.stock_level_id] = taken.get(allocation.stock_level_id, 0) + allocation.quantity
            got[allocation.line_id] = got.get(allocation.line_id, 0) + allocation.quantity
        for left in decision.remainder:
            got[left.line_id] = got.get(left.line_id, 0) + left.quantity
        assert got == ({n.line_id: n.quantity for n in asked.lines} if decision.moves else {})
        assert decision.reasons or decision.holds
        assert all(held.reasons for held in decision.holds)
    assert all(units <= max(stock[level // 10, level % 10], 0) for level, units in taken.items())
    for warehouse in warehouses:
        served = sum(d.warehouse_id == warehouse.warehouse_id for d in decisions)
        assert capacity is None or served <= capacity
    backwards = replace(facts, orders=facts.orders[::-1], shelves=shelf[::-1], warehouses=warehouses[::-1])
    assert plan_reservations(backwards, rules)[::-1] == decisions, "row order decides nothing"
    assert plan_reservations(unpack(pack(facts)), rules) == decisions, "what is kept decides the same"


def test_facts_survive_being_kept() -> None:
    rich = order(
        1, kind=OrderKind.EXCHANGE, promised_on=date(2026, 4, 1), answered=("vp",), only_at=(1,), appointment_at=NOON,
        gives_back=((11, 1),), freight=((1, 5),),
    )  # fmt: skip
    store = WarehouseFacts(1, "S", "广东省", 5, 3)
    facts = batch([rich], [replace(BUYER, ordered_at=(NOON,), held=((1, 2),))], [store], {1: "battery"}, p1w1=3)
    assert unpack(pack(facts)) == facts
