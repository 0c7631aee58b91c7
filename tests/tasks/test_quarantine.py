"""What is refused is kept, whatever is in it."""

import pytest
from sqlalchemy import select

from models.reasons import Reason
from tasks.hub import unit_of_work
from tasks.quarantine import QUARANTINE, Refusal, refuse


@pytest.mark.usefixtures("hub")
def test_hostile_content_is_kept_by_either_database():
    hostile = {"remark": "half \ud800 and \x00", "deep": [{"count": 10**30}], "fine": "好 '\"<]]>"}
    with unit_of_work("test") as work:
        refuse(work, [Refusal("shop", "row", "hostile", hostile, (Reason("row-ragged"),))])
    with unit_of_work("test") as work:
        [kept] = work.rows(select(QUARANTINE.c.content))
    assert kept.content == {
        "remark": "half ? and \ufffd",
        "deep": [{"count": "1" + "0" * 30}],
        "fine": "好 '\"<]]>",
    }


@pytest.mark.usefixtures("hub")
def test_the_same_thing_is_refused_once():
    refusal = Refusal("shop", "row", "twice", {}, (Reason("row-ragged"),))
    with unit_of_work("test") as work:
        refuse(work, [refusal])
        refuse(work, [refusal])
        assert len(work.rows(select(QUARANTINE.c.id))) == 1
