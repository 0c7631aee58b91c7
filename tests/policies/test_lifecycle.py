"""The table of transitions, and the ways through it."""

from datetime import UTC, datetime
from itertools import pairwise, product

import pytest

from models.lifecycle import Status, Step
from models.messages import Reported
from policies.lifecycle import TRANSITIONS, NotAllowed, is_further, plan_following, plan_move, plan_way

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
S = Status
ENDED = {S.CANCELLED, S.RETURNED}


@pytest.mark.parametrize(("start", "end"), sorted(TRANSITIONS))
def test_each_row_of_the_table_may_happen(start: Status, end: Status) -> None:
    move = plan_move(7, start, [Step(end, NOW)])
    assert (move.order_id, move.start, [step.to for step in move.steps]) == (7, start, [end])


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (S.RECEIVED, S.RESERVED),
        (S.RECEIVED, S.SHIPPED),
        (S.CONFIRMED, S.RELEASED),
        (S.PICKED, S.CANCELLED),
        (S.SHIPPED, S.CANCELLED),
        (S.DELIVERED, S.CANCELLED),
        (S.RESERVED, S.RECEIVED),
        (S.CANCELLED, S.RECEIVED),
        (S.CANCELLED, S.COMPLETED),
        (S.COMPLETED, S.RETURNED),
        (S.RETURNED, S.DELIVERED),
    ],
)
def test_what_the_table_lacks_may_not_happen(start: Status, end: Status) -> None:
    with pytest.raises(NotAllowed, match=f"from {start} to {end}"):
        plan_move(7, start, [Step(end, NOW)])


def test_no_status_follows_itself_and_an_ended_order_goes_nowhere() -> None:
    assert not [row for row in TRANSITIONS if row[0] == row[1]]
    assert not [row for row in TRANSITIONS if row[0] in {S.CANCELLED, S.RETURNED, S.COMPLETED}]


def test_a_move_is_refused_whole_when_one_step_is_not_allowed() -> None:
    with pytest.raises(NotAllowed):
        plan_move(7, S.RECEIVED, [Step(S.CONFIRMED, NOW), Step(S.RELEASED, NOW)])


@pytest.mark.parametrize(("status", "reported"), list(product(S, S)))
def test_following_a_channel_only_ever_goes_forward_by_rows_of_the_table(status: Status, reported: Status) -> None:
    move = plan_following(7, status, Reported(reported), NOW)
    if move is None:
        unreachable = status in ENDED or reported is S.RETURNED or (reported is S.CANCELLED)
        there = status is reported or not is_further(reported, status) or reported is S.RESERVED
        assert unreachable or there
        return
    way = [status, *(step.to for step in move.steps)]
    assert all(pair in TRANSITIONS for pair in pairwise(way))
    assert way[-1] is (S.CONFIRMED if reported is S.RESERVED else reported)
    assert {step.occurred_at for step in move.steps} == {NOW}


def test_a_step_carries_the_time_that_the_channel_states() -> None:
    paid, shipped = NOW.replace(day=2), NOW.replace(day=3)
    move = plan_following(7, S.RECEIVED, Reported(S.SHIPPED, paid_at=paid, shipped_at=shipped), NOW)
    assert move is not None
    assert {step.to: step.occurred_at for step in move.steps} == {
        S.CONFIRMED: paid, S.RESERVED: NOW, S.RELEASED: NOW, S.PICKED: NOW, S.SHIPPED: shipped,
    }  # fmt: skip


@pytest.mark.parametrize("status", [S.SHIPPED, S.DELIVERED, S.CANCELLED, S.RETURNED])
def test_there_is_no_way_to_where_an_order_is_already(status: Status) -> None:
    assert plan_way(7, status, S.SHIPPED, NOW) is None
