"""Follow the goods: what warehouses shipped, where parcels are, which are late (C1, C5, C7)."""

import asyncio

from flows.outcomes import raise_first
from flows.summary import publish
from tasks.book_confirmations import Booked, book_confirmations
from tasks.book_tracking import book_tracking
from tasks.hub import current_rules, hub_flow
from tasks.ready import arrived_confirmations, arrived_tracking
from tasks.signals import MESSAGES_DUE, STOCK_MOVED, signal
from tasks.track_parcels import parcels_to_look_at, track_parcels


@hub_flow
async def track_shipments() -> list[object]:
    """Book what warehouses confirmed and trackers told, then ask about every parcel that is due for a look."""
    rules = current_rules()
    done: list[object] = [await book_confirmations(messages, rules) for messages in arrived_confirmations()]
    done += [await book_tracking(messages, rules) for messages in arrived_tracking()]
    looks = [track_parcels(carrier, parcels, rules) for carrier, parcels in parcels_to_look_at().items()]
    outcomes = await asyncio.gather(*looks, return_exceptions=True)
    done += [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    if done:
        signal(MESSAGES_DUE)
    if any(isinstance(step, Booked) and step.shipped + step.moved for step in done):
        signal(STOCK_MOVED)
    await publish("track-shipments", "Where the parcels are", done)
    raise_first(outcomes)
    return done
