"""Acceptance, gates, settlement, redelivery and shipping: small decisions, all of their branches."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.lifecycle import Status
from models.messages import Address, Alert, ChannelOrder, OutboundConfirmed, PackedParcel, Party
from models.money_flow import OUTCOMES
from policies.acceptance import Acceptance, Action, Known, judge_statement
from policies.gates import Heard, decide_weather_gates
from policies.redelivery import plan_next_try
from policies.rules import Relay, Settlement, Weather
from policies.settlement import Account, judge_account
from policies.shipping import judge_confirmation

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATED = ChannelOrder("N1", NOW, NOW, "CNY", 100, Party("C1"), Address(), (), paid=True)
KNOWN = Known(1, Status.RECEIVED, 1, NOW, paid=False, content_hash="old")


class TestAcceptance:
    def test_an_unknown_order_is_created(self) -> None:
        assert judge_statement(STATED, "h", None).action is Action.CREATE

    def test_an_older_statement_is_ignored_with_its_reason(self) -> None:
        late = replace(STATED, updated_at=NOW - timedelta(seconds=1))
        judged = judge_statement(late, "new", KNOWN)
        assert (judged.action, judged.reasons[0].code) == (Action.IGNORE, "stale-statement")

    def test_a_repeat_changes_nothing(self) -> None:
        judged = judge_statement(replace(STATED, paid=False), "old", KNOWN)
        assert judged == Acceptance(Action.UPDATE)

    @pytest.mark.parametrize("status", Status)
    def test_new_content_is_taken_before_stock_is_promised_and_reported_after(self, status: Status) -> None:
        judged = judge_statement(STATED, "new", replace(KNOWN, status=status))
        early = status in {Status.RECEIVED, Status.CONFIRMED}
        assert (judged.new_content, judged.late_change) == (early, not early)

    def test_payment_counts_once(self) -> None:
        assert judge_statement(STATED, "old", KNOWN).paid_now
        assert not judge_statement(STATED, "old", replace(KNOWN, paid=True)).paid_now

    @pytest.mark.parametrize("status", Status)
    def test_a_cancellation_is_no_change_of_content_and_ends_only_what_lives(self, status: Status) -> None:
        judged = judge_statement(replace(STATED, cancelled=True), "new", replace(KNOWN, status=status))
        assert judged.cancel == (status not in {Status.CANCELLED, Status.RETURNED, Status.COMPLETED})
        assert (judged.new_content, judged.late_change) == (False, False)


ALERT = Alert("A1", "广东省", "台风", "red", "", NOW, NOW + timedelta(hours=6))


def gate_stands(*alerts: Alert, closed: bool = False, now: datetime = NOW) -> tuple[bool, bool]:
    """How the gate stands afterwards, and whether that is a change."""
    shut = {"广东省": frozenset({"A"})} if closed else {}
    [decision] = decide_weather_gates([Heard("A", "广东省", alerts)], shut, Weather(), now, ZoneInfo("Asia/Shanghai"))
    return decision.closed, decision.changes


class TestGates:
    def test_red_closes_and_orange_does_not(self) -> None:
        assert gate_stands(ALERT) == (True, True)
        assert gate_stands(replace(ALERT, level="orange")) == (False, False)

    def test_the_end_of_an_alert_is_said_in_the_companys_zone(self) -> None:
        [decision] = decide_weather_gates(
            [Heard("A", "广东省", [ALERT])], {}, Weather(), NOW, ZoneInfo("Asia/Shanghai")
        )
        assert decision.reasons[0].facts["until"] == "2026-03-02 02:00"

    def test_an_unknown_level_is_not_guessed_to_be_red(self) -> None:
        assert gate_stands(replace(ALERT, level="unknown")) == (False, False)

    def test_expiry_is_the_end_to_the_second(self) -> None:
        ends = NOW + timedelta(hours=6)
        assert gate_stands(ALERT, closed=True, now=ends - timedelta(seconds=1)) == (True, False)
        assert gate_stands(ALERT, closed=True, now=ends) == (False, True)

    def test_cancelled_and_superseded_alerts_do_not_count(self) -> None:
        assert gate_stands(replace(ALERT, cancelled=True), closed=True) == (False, True)
        milder = replace(ALERT, alert_id="A2", level="yellow", supersedes=("A1",))
        assert gate_stands(ALERT, milder, closed=True) == (False, True)

    def test_an_alert_without_an_end_holds_until_it_is_called_off(self) -> None:
        assert gate_stands(replace(ALERT, expires_at=None), now=NOW + timedelta(days=90)) == (True, True)

    @pytest.mark.parametrize(
        ("answers", "closed_by", "stands"),
        [
            ({}, "A", []),
            ({"A": None}, "A", []),
            ({"A": [], "B": None}, "A", [(False, True, [])]),
            ({"A": None, "B": []}, "A", [(True, False, [])]),
            ({"A": None, "B": []}, "", [(False, False, [])]),
            ({"A": None, "B": [ALERT]}, "", [(True, True, ["B"])]),
            ({"A": [ALERT], "B": []}, "B", [(True, False, ["A"])]),
            ({"A": [], "B": []}, "AB", [(False, True, [])]),
        ],
        ids=[
            "none asked", "all away", "another away", "who closed it is away", "open, one away", "one away, one warns",
            "one warns", "both are silent",
        ],
    )  # fmt: skip
    def test_any_feed_closes_a_gate_and_those_that_are_heard_open_it_but_not_what_one_away_has_closed(
        self, answers: dict[str, list[Alert] | None], closed_by: str, stands: list[tuple[bool, bool, list[str]]]
    ) -> None:
        heard = [Heard(feed, "广东省", alerts) for feed, alerts in answers.items()]
        shut = {"广东省": frozenset(closed_by)} if closed_by else {}
        decisions = decide_weather_gates(heard, shut, Weather(), NOW, ZoneInfo("Asia/Shanghai"))
        assert [(d.closed, d.changes, [each.feed for each in d.evidence]) for d in decisions] == stands
        away = {feed for feed, alerts in answers.items() if alerts is None}
        assert all({r.facts["feed"] for r in d.reasons if r.code == "weather-feed-away"} == away for d in decisions)


ACCOUNT = Account("order:1", 1, "CNY", order_minor=1_000, settled_minor=1_000, goods_lines=1, statement_lines=1)


class TestSettlement:
    @pytest.mark.parametrize(
        ("account", "outcome"),
        [
            (ACCOUNT, "equal"),
            (replace(ACCOUNT, settled_minor=1_001), "rounding"),
            (replace(ACCOUNT, settled_minor=999), "rounding"),
            (replace(ACCOUNT, settled_minor=1_002), "off"),
            (replace(ACCOUNT, settled_minor=0, statement_lines=2), "off"),
            (replace(ACCOUNT, settled_minor=0, statement_lines=0), "unpaid"),
            (replace(ACCOUNT, goods_lines=0), "no-items"),
            (replace(ACCOUNT, order_id=None, orders=0), "unknown-order"),
            (replace(ACCOUNT, order_id=None, orders=2), "ambiguous"),
        ],
    )
    def test_each_account_has_one_outcome_with_its_reason(self, account: Account, outcome: str) -> None:
        verdict = judge_account(account, Settlement(rounding_minor=1))
        assert verdict.outcome == outcome
        assert outcome in OUTCOMES
        assert len(verdict.reasons) == 1


class TestRedelivery:
    RULES = Relay(tries=4, first_wait_seconds=10, longest_wait_seconds=30)

    @pytest.mark.parametrize(("tries", "seconds"), [(1, 10), (2, 20), (3, 30)])
    def test_waits_double_up_to_the_longest(self, tries: int, seconds: int) -> None:
        assert plan_next_try(tries, 4, self.RULES, NOW).at == NOW + timedelta(seconds=seconds)

    def test_after_the_last_try_a_person_must_look(self) -> None:
        assert plan_next_try(4, 4, self.RULES, NOW).at is None


class TestShipping:
    def confirmed(self, *parcels: dict[str, int]) -> OutboundConfirmed:
        packed = tuple(PackedParcel(f"SF{n}", "SF", contents) for n, contents in enumerate(parcels))
        return OutboundConfirmed("M1", "OUT1", "W1", final=True, confirmed_at=NOW, parcels=packed)

    def test_what_was_planned_may_come_in_several_parcels(self) -> None:
        assert judge_confirmation(self.confirmed({"A": 1}, {"A": 1, "B": 3}), {"A": 2, "B": 3}, check_code="") is None

    @pytest.mark.parametrize("shipped", [{"A": 1}, {"A": 3}, {"A": 2, "B": 1}, {"B": 2}])
    def test_anything_else_is_not_booked(self, shipped: dict[str, int]) -> None:
        reason = judge_confirmation(self.confirmed(shipped), {"A": 2}, check_code="")
        assert reason is not None
        assert reason.code == "shipped-differs"

    def test_a_shipment_without_a_parcel_is_none(self) -> None:
        reason = judge_confirmation(self.confirmed(), {"A": 2}, check_code="")
        assert reason is not None
        assert reason.code == "confirmed-without-parcel"
