"""As many values as a step has, in one statement, on either database."""

from little_company import Begin, add_orders
from sqlalchemy import Date, String, select, update

from models.base import Json
from models.many import among, given
from models.order_book import ORDER

MORE_THAN_SQLITE_BINDS = 40_000
HOSTILE = "N'1\"; --\\ 订单"


def test_numbers_are_found_among_more_than_a_statement_can_bind(begin: Begin) -> None:
    with begin() as work:
        first, second, third = add_orders(work, 3)
        wanted = [first, third, *range(1_000_000, 1_000_000 + MORE_THAN_SQLITE_BINDS)]
        assert work.rows(select(ORDER.c.id).where(among(ORDER.c.id, wanted)).order_by(ORDER.c.id)) == [
            (first,),
            (third,),
        ]
        assert work.rows(select(ORDER.c.id).where(~among(ORDER.c.id, wanted))) == [(second,)]


def test_nothing_is_among_none(begin: Begin) -> None:
    with begin() as work:
        add_orders(work, 1)
        assert work.rows(select(ORDER.c.id).where(among(ORDER.c.id, ()))) == []


def test_texts_are_compared_as_they_are(begin: Begin) -> None:
    with begin() as work:
        order, _ = add_orders(work, 2)
        work.session.execute(update(ORDER).where(ORDER.c.id == order).values(remark=HOSTILE))
        assert work.rows(select(ORDER.c.id).where(among(ORDER.c.remark, [HOSTILE, "x"]))) == [(order,)]


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
