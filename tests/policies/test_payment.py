"""What a payment or a refund that a provider tells of means for its order."""

from typing import Any

import pytest

from models.lifecycle import Status
from models.money import Money
from policies.payment import ToldPayment, judge_payment
from policies.rules import Settlement

WORTH = Money(10_000, "CNY")
CASES = {
    # amount, received in all, status, paid before → reason, what follows
    "all of it": (10_000, 10_000, "received", False, "payment-told", "paid_now"),
    "more than all": (10_100, 10_100, "confirmed", False, "payment-told", "paid_now"),
    "a cent too little": (9_999, 9_999, "received", False, "payment-told", "paid_now"),
    "two cents too little": (9_998, 9_998, "received", False, "paid-in-part", "look"),
    "the rest": (4_000, 10_000, "received", False, "payment-told", "paid_now"),
    "paid already": (10_000, 10_000, "released", True, "payment-told", ""),
    "called off": (10_000, 10_000, "cancelled", False, "paid-though-ended", "look"),
    "came back": (10_000, 10_000, "returned", True, "paid-though-ended", "look"),
    "refund before it left": (-10_000, 0, "reserved", True, "refunded-before-it-left", "hold"),
    "refund in part": (-500, 9_500, "picked", True, "refunded-before-it-left", "hold"),
    "refund after it left": (-500, 9_500, "shipped", True, "refund-told", ""),
    "refund of what was called off": (-10_000, 0, "cancelled", True, "refund-told", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_a_payment_makes_paid_what_it_covers_and_a_refund_stops_what_is_still_here(case: str) -> None:
    amount, received, status, paid, reason, follows = CASES[case]
    verdict = judge_payment(told(amount, received, status, paid=paid), Settlement(rounding_minor=1))
    assert verdict.reason.code == reason
    assert [name for name in ("paid_now", "hold", "look") if getattr(verdict, name)] == ([follows] if follows else [])


def test_a_refund_that_came_to_nothing_is_shown_and_stops_nothing() -> None:
    verdict = judge_payment(told(-10_000, 10_000, "reserved", paid=True, done=False), Settlement())
    assert (verdict.reason.code, verdict.reason.facts["amount"]) == ("refund-failed", "100.00 CNY")
    assert (verdict.look, verdict.hold) == (True, False)


def test_money_of_another_currency_pays_for_nothing() -> None:
    verdict = judge_payment(told(10_000, 0, "received", currency="USD"), Settlement())
    assert (verdict.reason.code, verdict.paid_now, verdict.look) == ("paid-in-part", False, True)


def told(amount: int, received: int, status: str, *, currency: str = "CNY", **how: Any) -> ToldPayment:
    facts = {"done": True, "paid": False} | how
    return ToldPayment(Money(amount, currency), order=WORTH, received_minor=received, status=Status(status), **facts)
