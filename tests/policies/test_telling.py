"""Who hears what of how far an order is, and what of it is only an echo."""

from datetime import UTC, datetime

import pytest

from models.lifecycle import OrderKind, Status
from models.messages import ErpNews, Progress, Stage
from policies.telling import Listener, Standing, judge_erp_news, judge_progress, progress_of, who_hears

NOW = {"progress": "picked"}
CODE = "CC0000000001B"


@pytest.mark.parametrize(
    ("said", "waiting", "hears"),
    [
        (None, False, True),  # it was told nothing yet
        ({"progress": "released"}, False, True),
        ({"progress": "released"}, True, False),  # what waits will say it
        ({"progress": "picked"}, False, False),  # it knows
    ],
)
def test_an_erp_hears_what_it_has_not_heard(said: dict[str, str] | None, waiting: bool, hears: bool) -> None:
    told = who_hears(Standing(OrderKind.SALE, NOW, said, waiting))
    assert told == ({Listener.ERP} if hears else set())


def test_an_erp_without_the_order_hears_nothing() -> None:
    assert who_hears(Standing(OrderKind.SALE, None, None)) == set()


@pytest.mark.parametrize(
    ("kind", "listeners"),
    [
        (OrderKind.SALE, {Listener.CHANNEL}),
        (OrderKind.EXCHANGE, set()),
        (OrderKind.TRANSFER, set()),
    ],
)
def test_who_hears_that_goods_have_left(kind: OrderKind, listeners: set[Listener]) -> None:
    assert who_hears(Standing(kind, None, just_shipped=True)) == listeners


@pytest.mark.parametrize("status", [*Status])
def test_nothing_is_told_before_a_warehouse_has_the_order_or_once_it_is_off(status: Status) -> None:
    silent = {Status.RECEIVED, Status.CONFIRMED, Status.RESERVED, Status.CANCELLED}
    assert (progress_of(status, []) is None) == (status in silent)


@pytest.mark.parametrize(
    ("status", "scans", "progress"),
    [
        (Status.SHIPPED, ["in_transit", ""], Progress.SHIPPED),
        (Status.SHIPPED, ["delivered", "exception"], Progress.IN_TROUBLE),
        (Status.SHIPPED, ["returned", "exception"], Progress.RETURNED),
        (Status.DELIVERED, ["delivered"], Progress.DELIVERED),
        (Status.DELIVERED, ["exception"], Progress.DELIVERED),
    ],
)
def test_a_parcel_in_trouble_counts_until_all_have_arrived(
    status: Status, scans: list[str], progress: Progress
) -> None:
    assert progress_of(status, scans) is progress


def news(*, is_open: bool, code: str = CODE) -> ErpNews:
    return ErpNews("SO0000000001", "100001", code, is_open, datetime(2026, 5, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("told", "status", "ours", "reason"),
    [
        (news(is_open=True), Status.RELEASED, False, None),  # our own writing comes back
        (news(is_open=False), Status.RELEASED, True, None),  # our own cancellation
        (news(is_open=False), Status.CANCELLED, False, None),
        (news(is_open=False), Status.SHIPPED, False, None),  # closed, as orders are that have left
        (news(is_open=False), Status.RELEASED, False, "closed-in-the-erp"),
        (news(is_open=True, code="CC00000000029"), Status.RELEASED, False, "check-code-differs"),
    ],
)
def test_what_changed_in_the_erp(told: ErpNews, status: Status, ours: bool, reason: str | None) -> None:
    judged = judge_erp_news(told, status, CODE, we_took_it_back=ours)
    assert (judged and judged.code) == reason


@pytest.mark.parametrize(
    ("stage", "ours", "reason"),
    [
        (Stage.AT_WORK, False, None),
        (Stage.PICKED, False, None),
        (Stage.STOPPED, True, None),
        (Stage.STOPPED, False, "stopped-by-warehouse"),
        (Stage.IN_TROUBLE, True, "warehouse-in-trouble"),
    ],
)
def test_what_a_warehouse_says_of_its_work(stage: Stage, ours: bool, reason: str | None) -> None:
    judged = judge_progress(stage, "WORD", "OUT0000000001", we_stopped_it=ours)
    assert (judged and judged.code) == reason
