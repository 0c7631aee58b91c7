"""Whether what a warehouse says that came back is what it was told to expect."""

from datetime import UTC, datetime

import pytest

from models.messages import Condition, ReturnArrived, ReturnedLine
from policies.returns import Awaited, judge_return

GOOD, DEFECTIVE, UNCLEAR = Condition.GOOD, Condition.DEFECTIVE, Condition.UNCLEAR


def arrived(*lines: tuple[str, int, Condition]) -> ReturnArrived:
    return ReturnArrived(
        "RT-1", "RC-1", "WH1", datetime(2026, 5, 4, tzinfo=UTC), tuple(ReturnedLine(*line) for line in lines)
    )


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        ([("ONE", 3, GOOD)], Awaited("ONE", 3, {})),
        ([("ONE", 1, GOOD), ("ONE", 1, DEFECTIVE), ("TWO", 0, GOOD)], Awaited("ONE", 3, {})),
        ([("ONE", 1, GOOD), ("ONE", 2, DEFECTIVE)], Awaited("ONE", 0, {GOOD: 1, DEFECTIVE: 2})),
        ([("ONE", 3, GOOD)], Awaited("ONE", 0, {GOOD: 3}, by_hand=True)),
    ],
)
def test_what_is_awaited_or_was_told_before_is_no_trouble(
    lines: list[tuple[str, int, Condition]], known: Awaited
) -> None:
    assert judge_return(arrived(*lines), known) is None


@pytest.mark.parametrize(
    ("lines", "known", "code", "expected"),
    [
        ([("ONE", 1, UNCLEAR)], Awaited("ONE", 3, {}), "return-unclear", None),
        ([("TWO", 1, GOOD)], Awaited("ONE", 3, {}), "return-differs", 0),
        ([("ONE", 3, GOOD), ("ONE", 1, DEFECTIVE)], Awaited("ONE", 3, {}), "return-differs", 3),
        ([("ONE", 1, GOOD)], Awaited("ONE", 0, {}), "return-differs", 0),
        ([("ONE", 0, GOOD)], Awaited("ONE", 3, {}), "return-differs", 3),
        ([("ONE", 2, GOOD)], Awaited("ONE", 1, {DEFECTIVE: 2}), "return-differs", 2),
        ([("ONE", 1, GOOD)], Awaited("ONE", 3, {}, by_hand=True), "return-booked-by-hand", None),
    ],
)
def test_what_is_not_awaited_is_for_a_person(
    lines: list[tuple[str, int, Condition]], known: Awaited, code: str, expected: int | None
) -> None:
    trouble = judge_return(arrived(*lines), known)
    assert trouble
    assert (trouble.code, trouble.facts.get("expected")) == (code, expected)
