"""Many workers at once: no row is taken twice, no piece is promised twice; and what happens without the guard."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

from little_company import NOW, Begin, add_orders
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from models.claims import ORDER, Claims
from models.stock import LEVEL
from models.stock_book import StockBook, StockMoved, Take

WORKERS = 8
LEASE = timedelta(minutes=10)


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """What each of the workers returned, all of them started together."""
    start = Barrier(WORKERS)

    def begin_together(worker: int) -> Any:
        start.wait(timeout=30)
        return work(worker)

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(begin_together, range(WORKERS)))


def test_two_workers_never_get_the_same_orders(begin: Begin) -> None:
    with begin() as work:
        ids = add_orders(work, 400)

    def claim_all(worker: int) -> list[int]:
        mine: list[int] = []
        while True:
            with begin(f"worker-{worker}") as work:
                claimed = work.claims(LEASE).orders_to_decide(7)
            if not claimed.ids:
                return mine
            assert not claimed.abandoned
            mine += claimed.ids

    taken = Counter(order for mine in at_once(claim_all) for order in mine)
    assert taken == Counter(ids)


def test_without_lease_and_lock_workers_do_get_the_same_orders(begin: Begin) -> None:
    """The twin: claims that only read show the race that the lease prevents."""
    with begin() as work:
        add_orders(work, 40)
    everybody_has_read = Barrier(WORKERS)

    def read_only(worker: int) -> list[int]:
        with begin(f"worker-{worker}") as work:
            mine = list(work.session.execute(select(ORDER.c.id).where(ORDER.c.status == "received").limit(7)).scalars())
        everybody_has_read.wait(timeout=30)
        return mine

    taken = Counter(order for mine in at_once(read_only) for order in mine)
    assert max(taken.values()) == WORKERS


def test_what_a_worker_left_is_free_when_its_lease_runs_out_and_known_as_abandoned(begin: Begin) -> None:
    with begin() as work:
        ids = add_orders(work, 3)
        assert work.claims(LEASE).orders_to_decide(2).ids == tuple(ids[:2])
    with begin("another") as work:
        assert work.claims(LEASE).orders_to_decide(9).ids == (ids[2],)
        assert work.claims(LEASE).orders_to_decide(9).ids == ()
        work.session.execute(update(ORDER).where(ORDER.c.id == ids[0]).values(leased_until=NOW - timedelta(days=999)))
    with begin("a third") as work:
        claimed = work.claims(LEASE).orders_to_decide(9)
    assert (claimed.ids, claimed.abandoned) == ((ids[0],), frozenset({ids[0]}))


def take_one_piece_each(begin: Begin, orders: list[int], stock_of: Callable[[Any], StockBook]) -> int:
    """Every worker reserves a piece for its share of the orders as long as it sees one; how many got one."""

    def take(worker: int) -> int:
        got = 0
        for order in orders[worker::WORKERS]:
            try:
                with begin() as work:
                    stock = stock_of(work)
                    [shelf] = stock.on_shelf([1])
                    if shelf.available > 0:
                        stock.take([Take(order, order, shelf.stock_level_id, 1)], NOW)
                        got += 1
            except (StockMoved, IntegrityError):
                got -= 1
        return got

    return sum(at_once(take))


def test_eight_workers_on_one_shelf_promise_what_lies_there_and_no_more(begin: Begin) -> None:
    with begin() as work:
        orders = add_orders(work, 60)

    assert take_one_piece_each(begin, orders, lambda work: work.stock) == 20

    with begin() as work:
        assert work.rows(text("SELECT on_hand, reserved FROM stock_level WHERE id = 1")) == [(20, 20)]
        assert work.rows(text("SELECT count(*), sum(quantity) FROM reservation")) == [(20, 20)]
        assert work.stock.balances_broken() == []


class Unguarded(StockBook):
    """Writes the balance that it computed from what it read, as a plain object mapper would."""

    def _add(self, counter: Any, change: Any) -> None:
        for level in sorted(change):
            changed = update(LEVEL).where(LEVEL.c.id == level).values({counter: self.seen[level] + change[level]})
            self._session.execute(changed)

    seen: dict[int, int]


def test_without_the_guard_the_shelf_is_promised_twice(begin: Begin) -> None:
    """The twin: read, then write what was computed. Both orders believe that they have the last piece."""
    with begin() as work:
        first, second = add_orders(work, 2)
        work.session.execute(update(LEVEL).where(LEVEL.c.id == 1).values(reserved=19))
        seen = dict(work.rows(select(LEVEL.c.id, LEVEL.c.reserved)))
    for order in (first, second):
        with begin() as work:
            stock = Unguarded(work.session, 1)
            stock.seen = seen
            stock.take([Take(order, order, 1, 1)], NOW)
    with begin() as work:
        promised = work.rows(text("SELECT sum(quantity) FROM reservation"))
        assert promised == [(2,)], "two promises of one piece"
        assert work.stock.balances_broken() == [1], "and the books show it"


def test_claims_of_one_company_never_see_anothers_orders(begin: Begin) -> None:
    with begin() as work:
        add_orders(work, 2)
        other = Claims(work.session, 2, "other", LEASE)
        assert other.orders_to_decide(9).ids == ()
        assert other.messages("order", 9).ids == ()
