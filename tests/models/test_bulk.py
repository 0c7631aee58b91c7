"""Many rows at once are stored as single ones would be, on either database, and fail as single ones would."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from threading import Barrier
from typing import Any

import pytest
from little_company import NOW, Begin, add_orders
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from models.bulk import insert_missing, insert_numbered, insert_rows
from models.inbox import INBOX
from models.outbox import OUTBOX
from models.work import Work

HOSTILE = (
    "\\N",
    "\\u0000",
    "\\.",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "\\",
    "'; DROP TABLE inbox; --",
    '"',
    "%s",
    "%(rows)s",
    "",
    "订单 🧾",
)
UNIQUE = ("company_id", "source", "message_key")


def message(key: str, **changes: Any) -> dict[str, Any]:
    """A message that names what has no default, and nothing else."""
    told = {"company_id": 1, "kind": "order", "source": "shop", "message_key": key, "route": "poll", "body": "{}"}
    return {**told, "occurred_at": NOW, "received_at": NOW, **changes}


def owed(key: str, **changes: Any) -> dict[str, Any]:
    """A message that is due."""
    told = {"company_id": 1, "kind": "notice", "connection": "x", "idempotency_key": key, "created_at": NOW}
    return {**told, "next_try_at": NOW, **changes}


def stored(work: Work, table: Any) -> list[dict[str, Any]]:
    """Every row of a table, by id."""
    return [dict(row) for row in work.session.execute(select(table).order_by(table.c.id)).mappings()]


def test_the_ids_are_those_of_the_rows_in_their_order(begin: Begin) -> None:
    with begin() as work:
        first = insert_numbered(work.session, INBOX, [message(f"a{n}") for n in range(50)])
        insert_rows(work.session, INBOX, [message("between")])
        second = insert_numbered(work.session, INBOX, [message(f"b{n}") for n in range(50)])
        keys = {row["id"]: row["message_key"] for row in stored(work, INBOX)}
    assert [keys[id_] for id_ in first] == [f"a{n}" for n in range(50)]
    assert [keys[id_] for id_ in second] == [f"b{n}" for n in range(50)]


@pytest.mark.parametrize("way", [insert_rows, insert_numbered, lambda *told: insert_missing(*told, UNIQUE)])
def test_rows_are_stored_as_single_statements_store_them(begin: Begin, way: Any) -> None:
    rows = [message(f"{n}{content}", body=content) for n, content in enumerate(HOSTILE)]
    rows.append(message("elsewhere", occurred_at=datetime(2026, 3, 1, 20, 0, 0, 7, timezone(timedelta(hours=8)))))
    with begin() as work:
        way(work.session, INBOX, rows)
        together = stored(work, INBOX)
        work.session.execute(text("DELETE FROM inbox"))
        for row in rows:
            work.session.execute(insert(INBOX), row)
        alone = stored(work, INBOX)
    assert [{**row, "id": None} for row in together] == [{**row, "id": None} for row in alone]
    assert together[0]["state"] == "waiting"
    assert together[-1]["occurred_at"] == NOW + timedelta(microseconds=7)


@pytest.mark.parametrize("way", [insert_rows, lambda *told: insert_missing(*told, ("company_id", "idempotency_key"))])
def test_documents_come_back_as_they_were(begin: Begin, way: Any) -> None:
    payload = {"text": list(HOSTILE), "nothing": None, "n": 2**53 - 1, "deep": {"a": [1, 2.5, True, {}]}}
    with begin() as work:
        way(work.session, OUTBOX, [owed("named", payload=payload)])
        way(work.session, OUTBOX, [owed("unnamed")])
        assert [row["payload"] for row in stored(work, OUTBOX)] == [payload, {}]


def test_no_document_is_no_value_and_not_the_word_null(begin: Begin) -> None:
    with begin() as work:
        ids = add_orders(work, 1)
        empty = "SELECT count(*) FROM sales_order WHERE reported IS NULL"
        assert work.session.execute(text(empty)).scalar_one() == 1
        insert_missing(
            work.session, OUTBOX, [owed("none", order_id=ids[0], last_error=None)], ("company_id", "idempotency_key")
        )
        empty = "SELECT count(*) FROM outbox WHERE last_error IS NULL AND order_id IS NOT NULL"
        assert work.session.execute(text(empty)).scalar_one() == 1


def test_what_is_there_already_stays_and_is_not_counted(begin: Begin) -> None:
    with begin() as work:
        assert insert_missing(work.session, INBOX, [message("a"), message("b"), message("a")], UNIQUE) == 2
        again = [message(key, body="later") for key in "abc"]
        assert insert_missing(work.session, INBOX, again, UNIQUE) == 1
        assert insert_missing(work.session, INBOX, again, UNIQUE) == 0
        assert {row["message_key"]: row["body"] for row in stored(work, INBOX)} == {"a": "{}", "b": "{}", "c": "later"}


def test_nothing_is_nothing(begin: Begin) -> None:
    with begin() as work:
        insert_rows(work.session, INBOX, [])
        assert insert_numbered(work.session, INBOX, []) == []
        assert insert_missing(work.session, INBOX, [], UNIQUE) == 0


def test_rows_that_name_different_columns_are_refused(begin: Begin) -> None:
    with begin() as work:
        for odd in (message("b", leased_by="me"), {"kind": "order"}):
            with pytest.raises(ValueError, match="rows for inbox name different columns"):
                insert_rows(work.session, INBOX, [message("a"), odd])
        assert stored(work, INBOX) == []


REFUSED = {
    "the same key twice": [message("a"), message("a")],
    "a word that the check does not know": [message("a"), message("b", route="pigeon")],
    "no such company": [message("a"), message("b", company_id=77)],
    "a column that has no default": [{name: value for name, value in message("a").items() if name != "body"}],
}


@pytest.mark.parametrize("rows", REFUSED.values(), ids=REFUSED)
def test_a_row_that_the_database_refuses_is_an_integrity_error_and_nothing_is_stored(
    begin: Begin, rows: list[dict[str, Any]]
) -> None:
    with pytest.raises(IntegrityError), begin() as work:
        insert_rows(work.session, INBOX, rows)
    with begin() as work:
        assert stored(work, INBOX) == []
        insert_rows(work.session, INBOX, [message("a")])


def test_a_time_without_a_zone_is_refused(begin: Begin) -> None:
    for way in (insert_rows, insert_numbered):
        with pytest.raises(ValueError, match="has no time zone"), begin() as work:
            way(work.session, INBOX, [message("a"), message("b", occurred_at=NOW.replace(tzinfo=None))])
        with begin() as work:
            assert stored(work, INBOX) == []


def test_of_two_workers_that_create_the_same_order_one_gets_an_error_that_a_step_is_run_again_for(begin: Begin) -> None:
    start = Barrier(2)

    def create(worker: int) -> str:
        start.wait(timeout=30)
        try:
            with begin(f"worker-{worker}") as work:
                add_orders(work, 200)
        except (IntegrityError, OperationalError) as error:
            return type(error).__name__
        return "created"

    with ThreadPoolExecutor(2) as pool:
        ended = sorted(pool.map(create, range(2)))
    assert ended == ["IntegrityError", "created"]


def test_what_a_text_cannot_hold_is_an_error_of_sqlalchemy(begin: Begin, database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite stores a zero character")
    with pytest.raises(DataError), begin() as work:
        insert_rows(work.session, INBOX, [message("a"), message("b", body="a\0b")])
    with begin() as work:
        assert stored(work, INBOX) == []


def test_a_connection_that_ends_in_the_middle_is_an_operational_error_and_the_next_one_works(
    begin: Begin, database_url: str
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite has no server")

    def write_unheard() -> None:
        with begin() as work:
            mine = work.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with begin("another") as other:
                other.session.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": mine})
            insert_rows(work.session, INBOX, [message(f"a{n}") for n in range(2_000)])

    with pytest.raises(OperationalError):
        write_unheard()
    with begin() as work:
        insert_rows(work.session, INBOX, [message("a")])
        assert len(stored(work, INBOX)) == 1
