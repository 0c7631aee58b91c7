"""Batches of what is ready: each is claimed with a lease, and the loop ends when nothing is left."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta

from models.claims import Claimed, Claims
from policies.rules import Rules
from settings import get_settings
from tasks.connections import resting
from tasks.hub import ORDERS_A_BATCH, Batch, unit_of_work
from tasks.queue_turns import turns_of

MESSAGES_A_BATCH = 100
"""Partner messages sent side by side."""


def work_in_orders() -> int:
    """How much work the orders make that are in now: for a progress bar."""
    with unit_of_work() as work:
        return work.claims(_lease()).orders_waiting()


async def work_in_messages() -> int:
    """How many messages can go out now, but for those to partners who are not to be called: for a progress bar."""
    besides = await resting()
    with unit_of_work() as work:
        return work.claims(_lease()).messages_waiting(get_settings().now(), besides)


def arrived_orders() -> Iterator[Batch]:
    """Order messages in the inbox."""
    return _batches(lambda claims: claims.messages("order", ORDERS_A_BATCH))


def arrived_confirmations() -> Iterator[Batch]:
    """Warehouses' confirmations in the inbox."""
    return _batches(lambda claims: claims.messages("outbound-confirmation", ORDERS_A_BATCH))


def arrived_tracking() -> Iterator[Batch]:
    """Histories of parcels in the inbox."""
    return _batches(lambda claims: claims.messages("track", ORDERS_A_BATCH))


def arrived_payments() -> Iterator[Batch]:
    """Notifications of payments in the inbox."""
    return _batches(lambda claims: claims.messages("payment", ORDERS_A_BATCH))


def undecided_orders(rules: Rules) -> Iterator[Batch]:
    """Orders to be decided: in each batch those whose turn it is, of all that wait."""
    turns = turns_of(rules.reservation)
    return _batches(lambda claims: claims.orders_to_decide(ORDERS_A_BATCH, turns))


def reported_orders() -> Iterator[Batch]:
    """Orders whose channel says that they are further."""
    return _batches(lambda claims: claims.orders_to_follow(ORDERS_A_BATCH))


async def due_messages() -> AsyncIterator[Batch]:
    """Messages that the hub owes its partners, but for those who are not to be called now."""
    while True:
        besides = await resting()
        with unit_of_work() as work:
            claimed = work.claims(_lease()).messages_to_send(get_settings().now(), MESSAGES_A_BATCH, besides)
        if not claimed.ids:
            return
        yield Batch(claimed.ids, work.now, claimed.abandoned)


def _batches(claim: Callable[[Claims], Claimed]) -> Iterator[Batch]:
    while True:
        with unit_of_work() as work:
            claimed = claim(work.claims(_lease()))
        if not claimed.ids:
            return
        yield Batch(claimed.ids, work.now, claimed.abandoned)


def _lease() -> timedelta:
    return timedelta(seconds=get_settings().lease_seconds)
