"""As many values as a step has, in one statement, on either database."""

from collections.abc import Sequence
from typing import Any

import pytest
from little_company import Begin, add_orders
from sqlalchemy import Column, Date, String, delete, select, update

from models.base import Json, table_of
from models.bulk import insert_rows
from models.company import ProductUnit
from models.many import among, given
from models.order_book import ORDER
from models.work import Work

MORE_THAN_ANY_BINDS = 100_000
HOSTILE = "N'1\"; --\\ 订单"
UNIT = table_of(ProductUnit)
KEYS = {
    "numbers": (UNIT.c.units, (1, 2, 3), range(4, MORE_THAN_ANY_BINDS)),
    "texts": (UNIT.c.unit, ("box", "pallet", HOSTILE), [f"{HOSTILE}{n}" for n in range(MORE_THAN_ANY_BINDS)]),
}
each_kind_of_key = pytest.mark.parametrize(("key", "stored", "others"), KEYS.values(), ids=KEYS)


@each_kind_of_key
def test_rows_are_read_changed_and_deleted_by_more_keys_than_a_statement_can_bind(
    begin: Begin, key: Column[Any], stored: Sequence[Any], others: Sequence[Any]
) -> None:
    with begin() as work:
        add_units(work)
        first, second, third = stored
        wanted = among(key, [first, third, *others])
        assert keys(work, key, wanted) == {first, third}
        assert keys(work, key, ~wanted) == {second}
        work.session.execute(update(UNIT).where(wanted).values(product_id=2))
        assert keys(work, key, UNIT.c.product_id == 2) == {first, third}
        work.session.execute(delete(UNIT).where(wanted))
        assert keys(work, key) == {second}


@each_kind_of_key
def test_no_row_has_one_of_no_keys(
    begin: Begin, key: Column[Any], stored: Sequence[Any], others: Sequence[Any]
) -> None:
    with begin() as work:
        add_units(work)
        assert keys(work, key, among(key, others[:0])) == set()
        assert keys(work, key, ~among(key, others[:0])) == set(stored)
        work.session.execute(update(UNIT).where(among(key, others[:0])).values(product_id=2))
        work.session.execute(delete(UNIT).where(among(key, others[:0])))
        assert keys(work, key, UNIT.c.product_id == 1) == set(stored)


FOUND_BY_INDEX = {
    "sqlite": ("EXPLAIN QUERY PLAN", ("[1,2]",), "SEARCH sales_order USING INTEGER PRIMARY KEY (rowid=?)"),
    "postgresql": ("EXPLAIN", {"param_1": [1, 2]}, "Index Cond: (id = ANY ('{1,2}'::integer[]))"),
}


def test_an_index_finds_the_rows(begin: Begin) -> None:
    with begin() as work:
        connection = work.session.connection()
        explain, sent, found = FOUND_BY_INDEX[connection.dialect.name]
        asked = select(ORDER.c.id).where(among(ORDER.c.id, [1, 2])).compile(connection)
        plan = connection.exec_driver_sql(f"{explain} {asked}", sent).all()
        assert found in [str(row[-1]).strip() for row in plan]


def add_units(work: Work) -> None:
    """Product 1 is ordered in three units."""
    named = zip(KEYS["texts"][1], KEYS["numbers"][1], strict=True)
    insert_rows(work.session, UNIT, [{"product_id": 1, "unit": unit, "units": units} for unit, units in named])


def keys(work: Work, key: Column[Any], *which: Any) -> set[Any]:
    """The keys of those units."""
    return set(work.session.execute(select(key).where(*which)).scalars())


def test_given_rows_keep_their_types_and_what_is_missing_is_null(begin: Begin) -> None:
    with begin() as work:
        first, second = add_orders(work, 2)
        rows = [
            {"id": first, "remark": HOSTILE, "tags": ["a", HOSTILE], "promised_on": "2026-03-05"},
            {"id": second, "remark": "", "tags": []},
        ]
        told = given(work.session, rows, id=ORDER.c.id.type, remark=String(), tags=Json, promised_on=Date())
        columns = {name: told.c[name] for name in ("remark", "tags", "promised_on")}
        work.session.execute(update(ORDER).where(ORDER.c.id == told.c.id).values(columns))
        query = select(ORDER.c.remark, ORDER.c.tags, ORDER.c.promised_on).order_by(ORDER.c.id)
        stored = [(remark, tags, day and day.isoformat()) for remark, tags, day in work.rows(query)]
        assert stored == [(HOSTILE, ["a", HOSTILE], "2026-03-05"), ("", [], None)]
