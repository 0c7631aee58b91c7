"""Two runs that decide at once keep what many orders share: a credit, a cap, a warehouse's day (B1, B2, B5)."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from shop_floor import Floor, rows, run
from sqlalchemy import select, update

from policies.rules import Rules
from policies.rules_file import parse_rules
from tasks.accept_orders import accept_orders
from tasks.hub import unit_of_work
from tasks.ready import arrived_orders
from tasks.reservation_facts import CUSTOMER, WAREHOUSE
from tasks.reserve_orders import decide_orders

# SQLite has one writer at a time: there is no second run at once.
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

ONE = "SKU-0001"
RULES = """
[credit.default_limit]
A = 150
[reservation]
unpaid_minutes = 30
customer_cap = 5
"""


def accepted(floor: Floor, *customers: str, grade: str = "", pieces: int = 1, paid: bool = False) -> list[int]:
    """An order for each of the customers, not decided yet; our ids."""
    terms = {} if paid else {"status": "unpaid", "paid_at": None}
    for code in customers:
        floor.state({ONE: pieces}, customer={"id": code, "name": "李雷", "grade": grade}, **terms)
    for batch in arrived_orders():
        run(accept_orders.fn(batch, parse_rules(RULES)))
    return [row.id for row in rows("SELECT id FROM sales_order ORDER BY id")]


def decide(orders: Sequence[int], rules: Rules) -> None:
    """What ``fulfil-orders`` does with a batch."""
    with unit_of_work("another") as work:
        decide_orders(work, orders, rules)


def wait_for_waiting(workers: int) -> None:
    """Until so many transactions wait for another one."""
    query = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    deadline = time.monotonic() + 30
    while rows(query)[0].n < workers:
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.01)


def both_at_once(first: int, second: int) -> None:
    """The second order is decided by a run that has to wait for the first's, which has not committed yet."""
    rules = parse_rules(RULES)
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work("one") as work:
            decide_orders(work, [first], rules)
            other = pool.submit(decide, [second], rules)
            wait_for_waiting(1)
        other.result(timeout=30)


def on_account(floor: Floor) -> int:
    """Two orders of 1.00 by a customer who may owe 1.50; how many are reserved."""
    both_at_once(*accepted(floor, "C", "C", grade="A"))
    return int(rows("SELECT count(*) AS n FROM sales_order WHERE status = 'reserved'")[0].n)


def kept_waiting(floor: Floor) -> int:
    """Two unpaid orders of 5 pieces by a customer for whom 5 may wait; how many pieces do."""
    both_at_once(*accepted(floor, "C", "C", pieces=5))
    return int(rows("SELECT sum(quantity) AS n FROM reservation WHERE state = 'open'")[0].n)


def in_a_day(floor: Floor) -> int:
    """Two paid orders of two customers, when a warehouse ships one order a day; the most that one is given."""
    with unit_of_work("test") as work:
        work.session.execute(update(WAREHOUSE).values(orders_a_day=1))
    both_at_once(*accepted(floor, "C", "D", paid=True))
    return max(int(row.n) for row in rows("SELECT count(*) AS n FROM outbound GROUP BY warehouse_id"))


@pytest.mark.parametrize(("two_orders", "limit"), [(on_account, 1), (kept_waiting, 5), (in_a_day, 1)])
class TestTwoRunsAtOnce:
    def test_stay_within_the_limit(self, floor: Floor, two_orders: Callable[[Floor], int], limit: int) -> None:
        assert two_orders(floor) == limit

    def test_without_the_lock_both_spend_it(
        self, floor: Floor, two_orders: Callable[[Floor], int], limit: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The twin: who reads before the other has committed believes that nothing is spent."""
        monkeypatch.setattr("tasks.reservation_facts.lock_limits", lambda *_: None)
        assert two_orders(floor) == 2 * limit


def test_batches_that_name_customers_in_other_orders_wait_for_each_other_and_never_for_ever(floor: Floor) -> None:
    a, b, b_again, a_again = accepted(floor, "A", "B", "B", "A", grade="A")
    rules = parse_rules(RULES)
    with ThreadPoolExecutor(2) as pool:
        with unit_of_work("somebody") as work:
            work.rows(select(CUSTOMER).where(CUSTOMER.c.code == "shop:A").with_for_update())
            first = pool.submit(decide, [a, b], rules)
            wait_for_waiting(1)
            second = pool.submit(decide, [b_again, a_again], rules)
            wait_for_waiting(2)
        for batch in (first, second):
            batch.result(timeout=30)
    assert [row.status for row in rows("SELECT status FROM sales_order ORDER BY id")] == [
        "reserved", "reserved", "received", "received",
    ]  # fmt: skip
