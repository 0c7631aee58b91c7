"""When a parcel is late or stuck at customs, when it is looked at again, and what its customer hears."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.lifecycle import OrderKind
from policies.customers import Word, is_told, news_for_customer
from policies.rules import Customers, Tracking
from policies.tracking import ParcelFacts, Scanned, may_subscribe, watch_parcel

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def parcel(*scans: tuple[str, float], **known: Any) -> ParcelFacts:
    """A parcel that left nine days ago, with its scans: state, and how many hours ago."""
    said = [Scanned(state, NOW - timedelta(hours=hours), f"P{hours}") for state, hours in scans]
    return ParcelFacts(1, "SF1", NOW - timedelta(days=9), said, **known)


@pytest.mark.parametrize(("hours", "late"), [(47, False), (48, True)])
def test_a_silent_parcel_is_late(hours: int, late: bool) -> None:
    watch = watch_parcel(parcel(("in_transit", hours)), Tracking(late_after_hours=48), NOW)
    assert (watch.late is not None) is late


def test_without_any_news_the_shipping_counts() -> None:
    watch = watch_parcel(replace(parcel(), shipped_at=NOW - timedelta(hours=50)), Tracking(), NOW)
    assert watch.late is not None
    assert watch.late.facts["hours"] == 50
    assert watch.next_look_at == NOW + timedelta(minutes=120)


def test_it_is_noticed_once() -> None:
    assert watch_parcel(parcel(late_noticed_at=NOW - timedelta(days=2)), Tracking(), NOW).late is None


@pytest.mark.parametrize(
    ("scans", "hours"),
    [
        ([("at_customs", 47)], None),
        ([("in_transit", 60), ("at_customs", 48)], 48),
        ([("at_customs", 60), ("held_by_customs", 1)], 60),  # still the same stay
        ([("at_customs", 60), ("unknown", 1)], 60),  # which says nothing of leaving
        ([("unknown", 60)], None),
        ([("at_customs", 60), ("in_transit", 1)], None),
        ([("at_customs", 99), ("in_transit", 60), ("at_customs", 2)], None),  # another country's
    ],
)
def test_a_parcel_is_stuck_if_its_stay_at_customs_is_too_long(
    scans: list[tuple[str, float]], hours: int | None
) -> None:
    stuck = watch_parcel(parcel(*scans), Tracking(customs_hours=48), NOW).stuck
    assert (stuck and stuck.facts["hours"]) == hours


@pytest.mark.parametrize(("noticed_hours_ago", "stuck"), [(2, False), (70, True)])
def test_each_stay_at_customs_is_noticed_once(noticed_hours_ago: int, stuck: bool) -> None:
    noticed = {"customs_noticed_at": NOW - timedelta(hours=noticed_hours_ago)}
    watch = watch_parcel(parcel(("at_customs", 60), **noticed), Tracking(), NOW)
    assert (watch.stuck is not None, watch.late) == (stuck, None)


@pytest.mark.parametrize(
    ("scan", "noticed", "looked_at_in"),
    [
        (("in_transit", 0), {}, timedelta(hours=12)),
        (("in_transit", 40), {}, timedelta(hours=8)),
        (("in_transit", 47), {}, timedelta(hours=2)),
        (("in_transit", 48), {}, timedelta(hours=12)),
        (("in_transit", 70), {"late_noticed_at": NOW}, timedelta(hours=12)),
        (("at_customs", 40), {}, timedelta(hours=8)),
        (("at_customs", 48), {}, timedelta(hours=12)),
    ],
)
def test_a_parcel_that_is_told_of_is_looked_at_seldom_and_before_it_is_late_or_stuck(
    scan: tuple[str, float], noticed: dict[str, datetime], looked_at_in: timedelta
) -> None:
    rules = Tracking(look_again_minutes=120, look_when_told_minutes=720, late_after_hours=48, customs_hours=48)
    assert watch_parcel(parcel(scan, told=True, **noticed), rules, NOW).next_look_at == NOW + looked_at_in


def test_a_number_that_nobody_ever_knows_is_not_subscribed_for_ever() -> None:
    assert [may_subscribe(times) for times in range(5)] == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("before", "now", "step"),
    [
        ([], ["picked_up"], None),
        ([], ["picked_up", "in_transit", "out_for_delivery"], "out-for-delivery"),
        ([], ["out_for_delivery", "delivered"], "delivered"),  # only the newest
        (["out_for_delivery"], ["out_for_delivery", "out_for_delivery"], None),
        (["out_for_delivery"], ["out_for_delivery", "exception"], "in-trouble"),
        (["exception"], ["exception", "out_for_delivery"], "out-for-delivery"),  # the next day
        (["delivered"], ["out_for_delivery", "delivered"], None),  # an older scan came later
        (["in_transit"], ["in_transit", "held_by_customs"], "in-trouble"),
        (["out_for_delivery"], ["out_for_delivery", "unknown"], None),
    ],
)
def test_a_customer_hears_what_is_new_once(before: list[str], now: list[str], step: str | None) -> None:
    was, known = ([Scanned(state, NOW, f"P{place}") for place, state in enumerate(some)] for some in (before, now))
    new = news_for_customer(was, known)
    assert (new and new[0]) == step


@pytest.mark.parametrize(
    ("changes", "kind", "told"),
    [
        ({}, OrderKind.SALE, True),
        ({}, OrderKind.EXCHANGE, True),
        ({}, OrderKind.TRANSFER, False),
        ({"at": NOW - timedelta(hours=25)}, OrderKind.SALE, False),
        ({"step": "delayed"}, OrderKind.SALE, False),
    ],
)
def test_nobody_hears_old_news_or_what_the_rules_leave_out(
    changes: dict[str, Any], kind: OrderKind, told: bool
) -> None:
    word = replace(Word(1, "SF1", "shipped", NOW), **changes)
    assert is_told(word, kind, Customers(told=("shipped",), old_after_hours=24), NOW) is told
