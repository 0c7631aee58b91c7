"""What the database itself refuses, on both dialects: the last line behind the code (design §4)."""

from datetime import datetime

import pytest
from little_company import NOW, Begin, add_orders
from sqlalchemy import insert, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel

import models.tables  # noqa: F401  (fills the metadata)
from models.base import UtcDateTime, table_of
from models.database import open_engine
from models.event import BrokenLink, Happened, broken_links
from models.external_ref import ExternalRef
from models.lifecycle import HoldKind, Move, Status, Step
from models.order_book import OrderMoved, Stop
from models.order_number import order_id_of, order_number
from models.reasons import Reason
from models.stock_book import StockMoved, Take
from models.stock_snapshot import Pieces, keep_snapshot
from models.work import Work


def run(work: Work, statement: str) -> None:
    """Execute plain SQL, past all of our code."""
    work.session.execute(text(statement))


def test_no_level_can_be_oversold_even_by_plain_sql(begin: Begin) -> None:
    for statement in (
        "UPDATE stock_level SET reserved = 21 WHERE id = 1",
        "UPDATE stock_level SET reserved = -1 WHERE id = 1",
        "UPDATE stock_level SET reserved = 5, on_hand = 4 WHERE id = 1",
    ):
        with pytest.raises(IntegrityError, match="never_oversold"), begin() as work:
            run(work, statement)


def test_more_than_lies_there_cannot_be_taken_and_nothing_of_it_stays(begin: Begin) -> None:
    with begin() as work:
        one, two = add_orders(work, 2)
    with pytest.raises(StockMoved), begin() as work:
        work.stock.take([Take(one, one, 2, 1), Take(two, two, 1, 21)], NOW)
    with begin() as work:
        assert work.rows(text("SELECT sum(reserved) FROM stock_level")) == [(0,)]
        assert work.rows(text("SELECT count(*) FROM reservation")) == [(0,)]


def test_stock_goes_from_shelf_to_promise_to_the_door_and_the_books_add_up(begin: Begin) -> None:
    with begin() as work:
        kept, gone, freed = add_orders(work, 3)
        work.stock.take([Take(i, i, 1, 4) for i in (kept, gone, freed)], NOW)
        work.stock.consume([gone], NOW)
        work.stock.release([freed], NOW)
        work.stock.release([freed, gone], NOW)
        assert work.rows(text("SELECT on_hand, reserved FROM stock_level WHERE id = 1")) == [(16, 4)]
        assert work.stock.balances_broken() == []
        run(work, "UPDATE stock_level SET reserved = 5 WHERE id = 1")
        run(work, "UPDATE stock_level SET on_hand = 21 WHERE id = 2")
        assert work.stock.balances_broken() == [1, 2]


def test_a_system_says_one_thing_of_a_sku_and_never_less_than_nothing(begin: Begin) -> None:
    row = (
        "INSERT INTO stock_snapshot (company_id, system, warehouse_id, product_id, available, locked, read_at)"
        " VALUES (1, 'wms', 1, {}, {}, {}, '2026-03-01 12:00:00+00:00')"
    )
    with begin() as work:
        run(work, row.format(1, 4_000_000_000, 0))
    with pytest.raises(IntegrityError, match=r"(?i)unique"), begin() as work:
        run(work, row.format(1, 4, 0))
    for figures in ((-1, 0), (0, -1)):
        with pytest.raises(IntegrityError, match="not_negative"), begin() as work:
            run(work, row.format(2, *figures))


def test_the_newest_snapshot_of_a_warehouse_is_all_that_is_kept_of_it(begin: Begin) -> None:
    for stated in ({1: Pieces(5, 1), 2: Pieces(7, 0)}, {2: Pieces(6, 1)}, {2: Pieces(6, 1)}):
        with begin() as work:
            keep_snapshot(work.session, 1, "wms", 1, stated, NOW)
            keep_snapshot(work.session, 1, "erp", 1, {1: Pieces(5, 0)}, NOW)
    with begin() as work:
        kept = work.rows(text("SELECT system, product_id, available, locked FROM stock_snapshot ORDER BY system"))
    assert kept == [("erp", 1, 5, 0), ("wms", 2, 6, 1)]


def test_an_order_number_is_known_once_per_channel(begin: Begin) -> None:
    with begin() as work:
        add_orders(work, 1)
    with pytest.raises(IntegrityError), begin() as work:
        add_orders(work, 1)


def test_a_kind_of_hold_is_open_once(begin: Begin) -> None:
    with begin() as work:
        [order] = add_orders(work, 1)
        stop = Stop(order, HoldKind.DATA, (Reason("not-paid"),))
        assert work.orders.hold([stop, stop]) == [order]
        assert work.orders.hold([stop]) == []
    with pytest.raises(IntegrityError), begin() as work:
        run(
            work,
            "INSERT INTO hold (order_id, kind, reasons, opened_at) SELECT order_id, kind, '[]', opened_at FROM hold",
        )
    with begin() as work:
        assert work.orders.unhold([order], HoldKind.DATA, "test") == [order]
        assert work.orders.hold([stop]) == [order], "once closed it may be opened again"


def test_a_status_that_is_not_in_the_table_is_refused(begin: Begin) -> None:
    with begin() as work:
        add_orders(work, 1)
    with pytest.raises(IntegrityError, match="status"), begin() as work:
        run(work, "UPDATE sales_order SET status = 'teleported'")


def test_an_order_that_moved_meanwhile_is_not_moved_again(begin: Begin) -> None:
    with begin() as work:
        [order] = add_orders(work, 1)
        move = Move(order, Status.RECEIVED, (Step(Status.CONFIRMED, NOW),))
        work.orders.advance([move])
    with pytest.raises(OrderMoved), begin() as work:
        work.orders.advance([move])


def test_a_message_is_stored_once_whichever_way_it_comes(begin: Begin) -> None:
    row = {"kind": "order", "source": "shop", "message_key": "k", "route": "poll", "body": "", "occurred_at": NOW}
    with begin() as work:
        assert work.inbox.put([row, {**row, "route": "webhook"}]) == 1
        assert work.inbox.put([{**row, "route": "file"}]) == 0
        assert work.inbox.put([]) == 0


def test_a_debt_to_a_partner_is_owed_once(begin: Begin) -> None:
    owed = {"kind": "notice", "connection": "robot", "idempotency_key": "k"}
    with begin() as work:
        work.outbox.add([owed])
        work.outbox.add([owed, {**owed, "idempotency_key": "l"}])
        assert work.rows(text("SELECT idempotency_key FROM outbox ORDER BY id")) == [("k",), ("l",)]


@pytest.mark.parametrize("numbers", [("SO1", "100002"), ("SO2", "100001")], ids=["ours twice", "theirs twice"])
def test_a_number_is_bound_once_both_ways_within_a_company_and_again_in_another(
    begin: Begin, numbers: tuple[str, str]
) -> None:
    def bind(company_id: int, our_no: str, their_no: str) -> None:
        ref = {"company_id": company_id, "connection": "erp", "kind": "erp-order"}
        with begin() as work:
            work.session.execute(insert(table_of(ExternalRef)), {**ref, "our_no": our_no, "their_no": their_no})

    with begin() as work:
        run(work, "INSERT INTO company (id, code, name, zone) VALUES (2, 'second', '', 'UTC')")
    bind(1, "SO1", "100001")
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        bind(1, *numbers)
    bind(2, *numbers)


@pytest.fixture
def chained(begin: Begin) -> list[int]:
    """Two orders with three events each."""
    with begin() as work:
        orders = add_orders(work, 2)
        for n in range(3):
            work.events.add([Happened(order, "sent", NOW, detail={"n": n}) for order in orders])
    return orders


@pytest.mark.parametrize("statement", ["UPDATE order_event SET actor = 'x'", "DELETE FROM order_event"])
def test_order_events_cannot_be_changed_or_removed(begin: Begin, chained: list[int], statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), begin() as work:
        run(work, statement)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_order_events_cannot_be_truncated(begin: Begin, chained: list[int]) -> None:
    with pytest.raises(DBAPIError, match="append-only"), begin() as work:
        run(work, "TRUNCATE order_event")


def disarm(work: Work) -> None:
    """Take the triggers away, as an administrator could."""
    if work.session.get_bind().dialect.name == "postgresql":
        run(work, "ALTER TABLE order_event DISABLE TRIGGER USER")
    else:
        run(work, "DROP TRIGGER order_event_no_update")
        run(work, "DROP TRIGGER order_event_no_delete")


@pytest.mark.parametrize(
    "change", ["actor = 'somebody'", "occurred_at = '2026-01-01 00:00:00+00'", 'reasons = \'[{"code": "x"}]\'']
)
def test_an_altered_event_shows_as_exactly_that_link(begin: Begin, chained: list[int], change: str) -> None:
    with begin() as work:
        assert list(broken_links(work.session)) == []
        disarm(work)
        run(work, f"UPDATE order_event SET {change} WHERE order_id = {chained[1]} AND seq = 2")  # noqa: S608
        assert list(broken_links(work.session)) == [BrokenLink(chained[1], 2)]
        assert list(broken_links(work.session, [chained[0]])) == []


def test_a_removed_event_shows_where_the_next_one_hangs_in_the_air(begin: Begin, chained: list[int]) -> None:
    with begin() as work:
        disarm(work)
        run(work, f"DELETE FROM order_event WHERE order_id = {chained[0]} AND seq = 2")  # noqa: S608
        assert list(broken_links(work.session)) == [BrokenLink(chained[0], 3)]


def test_a_time_without_a_zone_is_refused(begin: Begin) -> None:
    with pytest.raises(ValueError, match="has no time zone"), begin() as work:
        add_orders(work, 1, placed_at=datetime(2026, 3, 1))  # noqa: DTZ001  (what is to be refused)


def test_times_come_back_as_the_same_instant_in_utc(begin: Begin) -> None:
    beijing = datetime.fromisoformat("2026-03-01T20:00:00+08:00")
    with begin() as work:
        add_orders(work, 1, placed_at=beijing)
        found = work.session.execute(
            text("SELECT placed_at FROM sales_order").columns(placed_at=UtcDateTime())
        ).scalar()
    assert found == beijing == NOW
    assert found.utcoffset().total_seconds() == 0


def test_the_migrations_make_exactly_the_tables_of_the_models(database_url: str) -> None:
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    def compared(_item: object, name: str, kind: str, *_: object) -> bool:
        return not (kind == "index" and name in unseen)

    with open_engine(database_url).connect() as connection:
        # SQLite does not tell SQLAlchemy which columns of an index run backwards.
        stored = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% DESC%'"
        sqlite = connection.dialect.name == "sqlite"
        unseen = set(connection.execute(text(stored)).scalars()) if sqlite else set()
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": compared})
        assert compare_metadata(context, SQLModel.metadata) == []
        assert unseen == ({"ix_sales_order_to_decide"} if sqlite else set())
        made = inspect(connection)
        checks = {t: {c["name"] for c in made.get_check_constraints(t)} for t in SQLModel.metadata.tables}
    for name, table in SQLModel.metadata.tables.items():
        stated = {str(c.name) for c in table.constraints if c.__class__.__name__ == "CheckConstraint"}
        assert checks[name] == stated, name


def test_order_numbers_read_back() -> None:
    assert order_number(42) == "SO0000000042"
    assert [order_id_of(n) for n in ("SO0000000042", " so42 ", "42", "SO4x", "OUT42")] == [42, 42, None, None, None]
