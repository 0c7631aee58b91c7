"""What it means for an order that its provider told of a payment or a refund (F1)."""

from dataclasses import dataclass

from models.lifecycle import Status
from models.money import Money
from models.reasons import Reason
from policies.rules import Settlement

_STILL_HERE = (Status.RECEIVED, Status.CONFIRMED, Status.RESERVED, Status.RELEASED, Status.PICKED)


@dataclass(frozen=True, slots=True)
class ToldPayment:
    """What was told, and the order as it stands. ``received_minor`` is all that is known to be paid for it in its own
    currency, less what was refunded, this time included. A refund has a negative ``amount``; ``done`` is false for one
    that came to nothing."""

    amount: Money
    done: bool
    order: Money
    received_minor: int
    status: Status
    paid: bool


@dataclass(frozen=True, slots=True)
class PaymentVerdict:
    """Why, and what follows: the order counts as ``paid_now``, waits for a person (``hold``), or is only shown to one
    (``look``)."""

    reason: Reason
    paid_now: bool = False
    hold: bool = False
    look: bool = False


def judge_payment(told: ToldPayment, rules: Settlement) -> PaymentVerdict:
    """Judge one notification. A payment makes an order paid once all of it is there; a refund stops one that has not
    left, for only a person knows whether the goods are still wanted."""
    amount = str(told.amount)
    if told.amount.minor < 0:
        return _judge_refund(told, str(Money(-told.amount.minor, told.amount.currency)))
    if told.status in (Status.CANCELLED, Status.RETURNED):
        return PaymentVerdict(Reason("paid-though-ended", {"amount": amount}), look=True)
    if told.paid:
        return PaymentVerdict(Reason("payment-told", {"amount": amount}))
    order = str(told.order)
    if told.amount.currency != told.order.currency:
        return PaymentVerdict(Reason("paid-in-part", {"paid": amount, "order": order}), look=True)
    if told.received_minor < told.order.minor - rules.rounding_minor:
        received = str(Money(told.received_minor, told.order.currency))
        return PaymentVerdict(Reason("paid-in-part", {"paid": received, "order": order}), look=True)
    return PaymentVerdict(Reason("payment-told", {"amount": amount}), paid_now=True)


def _judge_refund(told: ToldPayment, amount: str) -> PaymentVerdict:
    if not told.done:
        return PaymentVerdict(Reason("refund-failed", {"amount": amount}), look=True)
    if told.status in _STILL_HERE:
        return PaymentVerdict(Reason("refunded-before-it-left", {"amount": amount}), hold=True)
    return PaymentVerdict(Reason("refund-told", {"amount": amount}))
