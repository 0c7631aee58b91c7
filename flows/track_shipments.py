"""Follow the goods: what warehouses shipped, where parcels are, which are late (C1, C5, C7)."""

import asyncio

from flows.outcomes import raise_first
from flows.summary import publish
from policies.rules import Rules
from tasks.book_confirmations import book_confirmations
from tasks.book_tracking import book_tracking
from tasks.hub import current_rules, hub_flow
from tasks.ready import arrived_confirmations, arrived_tracking
from tasks.signals import CONFIRMATIONS_ARRIVED, MESSAGES_DUE, STOCK_MOVED, rounds, signal
from tasks.track_parcels import parcels_to_look_at, track_parcels


@hub_flow
async def track_shipments() -> list[object]:
    """Book what warehouses confirmed and trackers told, then ask about every parcel that is due for a look."""
    rules = current_rules()
    done: list[object] = []
    asked: list[object] = []
    for _ in rounds(CONFIRMATIONS_ARRIVED):
        done += await _book(rules)
        looks = [track_parcels(carrier, parcels, rules) for carrier, parcels in parcels_to_look_at().items()]
        asked += await asyncio.gather(*looks, return_exceptions=True)
        if looks:
            signal(MESSAGES_DUE)
    done += [outcome for outcome in asked if not isinstance(outcome, BaseException)]
    await publish("track-shipments", "Where the parcels are", done)
    raise_first(asked)
    return done


async def _book(rules: Rules) -> list[object]:
    booked = [await book_confirmations(messages, rules) for messages in arrived_confirmations()]
    told = [await book_tracking(messages, rules) for messages in arrived_tracking()]
    if booked or told:
        signal(MESSAGES_DUE)
    if any(step.shipped + step.moved for step in booked):
        signal(STOCK_MOVED)
    return [*booked, *told]
