"""A day of a small company, played by hypothesis: what all that can happen on it has in common."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count as numbers
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from ledger import assert_it_adds_up
from shop_floor import Floor, rows, run
from sqlalchemy import select

from models.event import broken_links
from policies.comparison import stored
from policies.facts import unpack
from policies.reservation import plan_reservations
from tasks.accept_orders import accept_orders
from tasks.change_words import CannotChange
from tasks.decisions import BATCH, DECISION
from tasks.expire_reservations import expire_reservations
from tasks.follow_channel import follow_channel
from tasks.hub import Batch, current_rules
from tasks.reading import reading
from tasks.ready import arrived_orders, reported_orders, undecided_orders
from tasks.reservation_facts import look
from tasks.reserve_orders import reserve_orders
from tasks.shelf.find import CannotMoveStock

SKUS = ("SKU-0001", "SKU-0002")
KIT = "GIFT"
CAP, LIMIT = 6, 800
RULES = f"""
[credit]
default_limit = {{ A = {LIMIT} }}
[reservation]
unpaid_minutes = 30
customer_cap = {CAP}
[splitting]
mode = "main-first"
[changes]
minor_approvers = ["service"]
major_approvers = ["service", "operations"]
"""
FEW = st.integers(1, 6)
ONE_SKU, ONE_HOUSE = st.sampled_from(SKUS), st.sampled_from(("SZ-01", "SH-01"))
ANY_ARTICLE = st.sampled_from((*SKUS, KIT))
GOODS = st.dictionaries(ANY_ARTICLE, FEW, min_size=1, max_size=3)
DRAW = st.data()

_AT_MOST = {
    "waits for a customer of one SKU, in pieces": (
        CAP,
        "SELECT sum(r.quantity) FROM reservation r"
        " JOIN sales_order o ON o.id = r.order_id JOIN stock_level l ON l.id = r.stock_level_id"
        " WHERE r.state = 'open' AND r.expires_at IS NOT NULL GROUP BY o.customer_id, l.product_id",
    ),
    "is owed by a customer on account, in cents": (
        LIMIT,
        "SELECT sum(o.amount_minor) FROM sales_order o JOIN customer c ON c.id = o.customer_id"
        " WHERE c.grade = 'A' AND NOT o.paid"
        " AND o.status IN ('reserved', 'released', 'picked', 'shipped', 'delivered', 'completed')"
        " GROUP BY o.customer_id",
    ),
}


class Day(RuleBasedStateMachine):
    """Two SKUs and a kit of both in two warehouses, the hub that fulfils, and the clock."""

    fresh: Callable[[], Path]
    """Makes this process a hub on a fresh database; the file of its clock."""

    @initialize()
    def begin(self) -> None:
        self.floor = Floor(type(self).fresh())
        self._serial = numbers(1)

    def one_of(self, data: Any, query: str, **values: Any) -> Any:
        """One of the values that the query finds, if it finds any."""
        found = [row[0] for row in rows(query, **values)]
        return data.draw(st.sampled_from(found)) if found else None

    def paper(self) -> str:
        """The number of a receipt or a note."""
        return f"R-{next(self._serial)}"

    @rule()
    def the_hub_fulfils(self) -> None:
        rules = current_rules()
        run(expire_reservations.fn())
        for batch in arrived_orders():
            run(accept_orders.fn(batch, rules))
        for batch in undecided_orders(rules):
            _decide_as_previewed(batch)
        for batch in reported_orders():
            run(follow_channel.fn(batch))

    @rule(minutes=st.sampled_from([1, 10, 31, 60, 600, 2_000]))
    def time_passes(self, minutes: int) -> None:
        self.the_hub_fulfils()
        self.floor.pass_time(minutes=minutes)

    @invariant()
    def it_adds_up(self) -> None:
        assert_it_adds_up()
        for what, (most, query) in _AT_MOST.items():
            assert all(found[0] <= most for found in rows(query)), what

    def teardown(self) -> None:
        """Nobody has touched what was written down."""
        with reading() as work:
            assert list(broken_links(work.session)) == []


def _decide_as_previewed(batch: Batch) -> None:
    """Preview and commit decide the same on the same facts, and so does a replay (invariant 7)."""
    rules = current_rules()
    with reading() as work:
        preview = look(work, rules).facts
        last = work.session.execute(select(BATCH.c.id).order_by(BATCH.c.id.desc()).limit(1)).scalar() or 0
    run(reserve_orders.fn(batch, rules))
    with reading() as work:
        kept = work.rows(select(BATCH).where(BATCH.c.id > last))
        committed = dict(work.rows(select(DECISION.c.order_id, DECISION.c.result).where(DECISION.c.batch_id > last)))
    replayed = [unpack(facts.facts) for facts in kept]
    same = replace(
        preview,
        orders=tuple(order for order in preview.orders if order.order_id in committed),
        # What waits for a customer is told without the orders that are decided, and a preview looks at more of these.
        customers=tuple(customer for facts in replayed for customer in facts.customers),
    )
    assert stored(plan_reservations(same, rules)) == committed
    for facts in replayed:
        assert stored(plan_reservations(facts, rules)) == committed


@contextmanager
def perhaps() -> Iterator[None]:
    """It may be refused, and then nothing has changed, as the next look at the books shows."""
    with suppress(CannotMoveStock, CannotChange):
        yield
