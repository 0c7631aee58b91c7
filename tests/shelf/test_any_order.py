"""Whatever people, channels and warehouses do in whichever order: after every step the books add up (invariant 1)."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count as numbers
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from played import Sandbox
from shop_floor import Floor, assert_it_adds_up, rows, run
from sqlalchemy import NullPool, create_engine, make_url, select, text

from models.database import open_engine
from models.lifecycle import Bucket
from models.order_number import order_number
from policies.comparison import stored
from policies.facts import unpack
from policies.reservation import plan_reservations
from settings import get_settings
from tasks.accept_orders import accept_orders
from tasks.decisions import BATCH, DECISION
from tasks.expire_reservations import expire_reservations
from tasks.follow_channel import follow_channel
from tasks.hub import Batch, current_rules
from tasks.reading import reading
from tasks.ready import arrived_orders, reported_orders, undecided_orders
from tasks.reservation_facts import facts_of_open_orders
from tasks.reserve_orders import reserve_orders
from tasks.shelf.arrivals import announce, arrive, call_off
from tasks.shelf.catalogue import define
from tasks.shelf.counting import count
from tasks.shelf.exchanges import exchange
from tasks.shelf.find import CannotMoveStock
from tasks.shelf.pick_ups import hand_over
from tasks.shelf.quarantined import clear, scrap, take_in
from tasks.shelf.safety import set_safety
from tasks.shelf.store_sales import sell
from tasks.shelf.transfers import transfer

SKUS = ("SKU-0001", "SKU-0002")
RULES = """
[reservation]
unpaid_minutes = 30
[splitting]
mode = "main-first"
"""
FEW = st.integers(1, 6)
ONE_SKU, ONE_HOUSE = st.sampled_from(SKUS), st.sampled_from(("SZ-01", "SH-01"))
GOODS = st.dictionaries(st.sampled_from((*SKUS, "GIFT")), FEW, min_size=1, max_size=3)
DRAW = st.data()


class Warehouses(RuleBasedStateMachine):
    """Two SKUs and a kit of both, a dozen of each in two warehouses, and everything that can happen to them."""

    fresh: Callable[[], Path]
    """Makes this process a hub on a fresh database; the file of its clock."""

    @initialize()
    def begin(self) -> None:
        self.floor = Floor(type(self).fresh())
        self.serial = numbers(1)

    def _one_of(self, data: Any, query: str) -> Any:
        found = [row[0] for row in rows(query)]
        return data.draw(st.sampled_from(found)) if found else None

    def _next(self) -> str:
        return f"R-{next(self.serial)}"

    @rule(goods=GOODS, paid=st.booleans(), urgent=st.booleans(), hours=st.integers(0, 30), house=ONE_HOUSE)
    def an_order_comes(self, goods: dict[str, int], paid: bool, urgent: bool, hours: int, house: str) -> None:
        at = (self.floor.now + timedelta(hours=hours)).isoformat()
        fetched = {"pickup": {"store": house, "at": at}} if hours > 20 else {}
        self.floor.state(goods, status="paid" if paid else "unpaid", urgent=urgent, **fetched)

    @rule(goods=GOODS)
    def a_deposit_comes(self, goods: dict[str, int]) -> None:
        self.floor.state(goods, kind="deposit", amount="1.00")

    @rule(data=DRAW, goods=GOODS, paid=st.booleans())
    def a_balance_comes(self, data: Any, goods: dict[str, int], paid: bool) -> None:
        self.the_hub_fulfils()
        bound = {order["deposit_no"] for order in self.floor.stated.values() if "deposit_no" in order}
        free = [n for n, order in self.floor.stated.items() if order.get("kind") == "deposit" and n not in bound]
        if free:
            deposit = data.draw(st.sampled_from(free))
            self.floor.state(goods, deposit_no=deposit, status="paid" if paid else "unpaid", amount="2.00")

    @rule(data=DRAW, goods=GOODS)
    def quantities_change(self, data: Any, goods: dict[str, int]) -> None:
        self.the_hub_fulfils()
        undecided = self._one_of(
            data,
            "SELECT o.channel_order_no FROM sales_order o JOIN sales_channel c ON c.id = o.channel_id"
            " WHERE c.code = 'shop' AND o.status IN ('received', 'confirmed') AND o.channel_order_no NOT LIKE '%/%'"
            " ORDER BY o.id",
        )
        if undecided:
            amount = {"amount": self.floor.stated[undecided]["amount"]} if self._in_parts(undecided) else {}
            self.floor.state(goods, undecided, **amount)

    def _in_parts(self, number: str) -> bool:
        order = self.floor.stated[number]
        return "deposit_no" in order or order.get("kind") == "deposit"

    @rule(data=DRAW, standing=st.sampled_from(["paid", "cancelled"]))
    def it_is_paid_or_called_off(self, data: Any, standing: str) -> None:
        self.the_hub_fulfils()
        if self.floor.stated:
            number = data.draw(st.sampled_from(sorted(self.floor.stated)))
            if self.floor.stated[number]["status"] != "cancelled":
                self.floor.say_again(number, status=standing, amount=self.floor.stated[number]["amount"])

    @rule()
    def the_hub_fulfils(self) -> None:
        rules = current_rules()
        run(expire_reservations.fn())
        for batch in arrived_orders():
            run(accept_orders.fn(batch, rules))
        for batch in undecided_orders(rules):
            self._decide_as_previewed(batch)
        for batch in reported_orders():
            run(follow_channel.fn(batch))

    def _decide_as_previewed(self, batch: Batch) -> None:
        """Preview and commit decide the same on the same facts, and so does a replay (invariant 7)."""
        rules = current_rules()
        with reading() as work:
            preview = facts_of_open_orders(work, rules)
            last = work.session.execute(select(BATCH.c.id).order_by(BATCH.c.id.desc()).limit(1)).scalar() or 0
        run(reserve_orders.fn(batch, rules))
        with reading() as work:
            kept = work.rows(select(BATCH).where(BATCH.c.id > last))
            committed = dict(
                work.rows(select(DECISION.c.order_id, DECISION.c.result).where(DECISION.c.batch_id > last))
            )
        same = replace(preview, orders=tuple(o for o in preview.orders if o.order_id in committed))
        assert stored(plan_reservations(same, rules)) == committed
        for facts in kept:
            assert stored(plan_reservations(unpack(facts.facts), rules)) == committed

    @rule(minutes=st.sampled_from([1, 10, 31, 60, 600, 2_000]))
    def time_passes(self, minutes: int) -> None:
        self.the_hub_fulfils()
        self.floor.pass_time(minutes=minutes)

    @rule(data=DRAW, ships=st.booleans())
    def a_warehouse_works(self, data: Any, ships: bool) -> None:
        self.the_hub_fulfils()
        order = self._one_of(
            data,
            "SELECT o.id FROM sales_order o JOIN outbound b ON b.order_id = o.id AND b.state = 'planned'"
            " WHERE o.status = 'reserved' ORDER BY o.id",
        )
        if order:
            self.floor.release(order_number(order))
        on_its_list = self._one_of(data, "SELECT id FROM sales_order WHERE status = 'released' ORDER BY id")
        if on_its_list and ships:
            self.floor.ship(order_number(on_its_list))

    @rule(data=DRAW)
    def a_customer_fetches(self, data: Any) -> None:
        self.the_hub_fulfils()
        order = self._one_of(data, "SELECT id FROM sales_order WHERE pickup_id IS NOT NULL ORDER BY id")
        if order:
            with _perhaps():
                hand_over(order_number(order), "eve")

    @rule(house=ONE_HOUSE, goods=st.dictionaries(ONE_SKU, FEW, min_size=1))
    def a_store_sells(self, house: str, goods: dict[str, int]) -> None:
        self.the_hub_fulfils()
        with _perhaps():
            sell(house, [(sku, pieces, 100) for sku, pieces in goods.items()], self._next(), "eve")

    @rule(sku=ONE_SKU, pieces=FEW, source=ONE_HOUSE)
    def a_store_asks_for_goods(self, sku: str, pieces: int, source: str) -> None:
        transfer(sku, pieces, source, "SH-01" if source == "SZ-01" else "SZ-01", self._next(), "ann")

    @rule(data=DRAW)
    def a_transfer_is_called_off(self, data: Any) -> None:
        if moving := self._one_of(data, "SELECT id FROM sales_order WHERE kind = 'transfer' ORDER BY id"):
            with _perhaps():
                call_off(order_number(moving), "ann", why="not wanted")

    @rule(sku=ONE_SKU, house=ONE_HOUSE, pieces=FEW, days=st.integers(0, 5))
    def goods_are_announced(self, sku: str, house: str, pieces: int, days: int) -> None:
        announce(sku, house, pieces, (self.floor.now + timedelta(days=days)).date(), self._next(), "ann")

    @rule(data=DRAW, pieces=st.one_of(st.none(), FEW), comes=st.sampled_from([True, True, False]))
    def goods_arrive_or_never_will(self, data: Any, pieces: int | None, comes: bool) -> None:
        coming = self._one_of(data, "SELECT id FROM arrival WHERE state = 'expected' ORDER BY id")
        if not coming:
            return
        query = "SELECT a.reference, p.sku FROM arrival a JOIN product p ON p.id = a.product_id WHERE a.id = :id"
        [goods] = rows(query, id=coming)
        with _perhaps():
            if comes:
                arrive(goods.reference, "bob", sku=goods.sku, quantity=pieces, note=self._next() if pieces else "")
            else:
                call_off(goods.reference, "bob", sku=goods.sku, why="lost")

    @rule(sku=ONE_SKU, house=ONE_HOUSE, pieces=st.integers(0, 15), bucket=st.sampled_from(["sellable", "quarantine"]))
    def somebody_counts(self, sku: str, house: str, pieces: int, bucket: str) -> None:
        self.the_hub_fulfils()
        count(sku, house, pieces, self._next(), "bob", Bucket(bucket))

    @rule(sku=ONE_SKU, house=ONE_HOUSE, pieces=st.integers(0, 3))
    def safety_stock_is_set(self, sku: str, house: str, pieces: int) -> None:
        set_safety(sku, house, pieces, "ann")

    @rule(data=DRAW)
    def a_piece_is_exchanged(self, data: Any) -> None:
        self.the_hub_fulfils()
        line = self._one_of(
            data,
            "SELECT l.id FROM order_line l JOIN sales_order o ON o.id = l.order_id WHERE l.state = 'good'"
            " AND o.kind = 'sale' AND o.status IN ('shipped', 'delivered', 'completed') ORDER BY l.id",
        )
        if line:
            found = rows("SELECT order_id, sku FROM order_line WHERE id = :id", id=line)[0]
            with _perhaps():
                exchange(order_number(found.order_id), found.sku, 1, "broken", "ann")

    @rule(sku=ONE_SKU, house=ONE_HOUSE, pieces=FEW, what=st.sampled_from([take_in, clear, scrap]))
    def pieces_come_back_and_are_looked_at(self, sku: str, house: str, pieces: int, what: Any) -> None:
        with _perhaps():
            what(sku, house, pieces, self._next(), "bob")

    @invariant()
    def it_adds_up(self) -> None:
        assert_it_adds_up()


@contextmanager
def _perhaps() -> Iterator[None]:
    """It may be refused, and then nothing has changed, as the next look at the books shows."""
    with suppress(CannotMoveStock):
        yield


@pytest.fixture
def prepared(hub: Sandbox, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A hub whose database is to be copied: a dozen of each SKU in each warehouse, and a kit of both."""
    (tmp_path / "rules.toml").write_text(RULES)
    monkeypatch.setenv("ORDERSPINE_RULES", str(tmp_path / "rules.toml"))
    monkeypatch.setenv("ORDERSPINE_CLOCK_FILE", str(tmp_path / "now"))
    get_settings.cache_clear()
    Floor(tmp_path / "now")
    kits = tmp_path / "kits.csv"
    kits.write_text(f"kit,component,units\nGIFT,{SKUS[0]},1\nGIFT,{SKUS[1]},2\n")
    define(kits, "test")
    for sku in SKUS:
        for house in ("SZ-01", "SH-01"):
            count(sku, house, 12, "setting", "test")
    open_engine(database_url).dispose()
    yield tmp_path
    get_settings.cache_clear()


def test_the_books_add_up_after_every_step(prepared: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = numbers(1)
    made: list[str] = []
    on_postgres = database_url.startswith("postgresql")

    def fresh() -> Path:
        while made:
            open_engine(made.pop()).dispose()
        made.append(_copy(database_url, prepared, next(copies)))
        monkeypatch.setenv("ORDERSPINE_DATABASE_URL", made[0])
        get_settings.cache_clear()
        return prepared / "now"

    monkeypatch.setattr(Warehouses, "fresh", staticmethod(fresh), raising=False)
    run_state_machine_as_test(
        Warehouses,
        settings=settings(
            max_examples=3 if on_postgres else 10,
            stateful_step_count=30 if on_postgres else 50,
            deadline=None,
            derandomize=True,
            # Shrinking means hundreds of further databases; the steps that failed are printed as they are.
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    open_engine(made.pop()).dispose()


def _copy(database_url: str, folder: Path, number: int) -> str:
    if not database_url.startswith("postgresql"):
        file = folder / f"copy{number}.db"
        shutil.copy(make_url(database_url).database or "", file)
        return f"sqlite:///{file}"
    url = make_url(database_url)
    name = f"{url.database}_{number}"
    admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {url.database}"))
    admin.dispose()
    return url.set(database=name).render_as_string(hide_password=False)
