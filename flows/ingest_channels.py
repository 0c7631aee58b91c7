"""Read every channel into the inbox (A1, A4)."""

import asyncio

from flows.outcomes import raise_first
from flows.summary import publish
from tasks.connections import resting
from tasks.hub import hub_flow
from tasks.pull_orders import Pulled, polled_channels, pull_orders
from tasks.signals import NEWS_WAITING, ORDERS_ARRIVED, rounds, signal


@hub_flow
async def ingest_channels(channels: list[str] | None = None) -> list[Pulled]:
    """Pull what changed in the sales channels since the last pull, side by side.

    Args:
        channels: Codes of the channels to read; leave empty for all of them.
    """
    outcomes: list[Pulled | BaseException] = []
    for _ in rounds(NEWS_WAITING):
        rest = await resting()
        codes = [code for code in polled_channels() if code not in rest] if channels is None else channels
        read = await asyncio.gather(*map(pull_orders, codes), return_exceptions=True)
        if any(outcome.new for outcome in read if isinstance(outcome, Pulled)):
            signal(ORDERS_ARRIVED)
        outcomes += read
    pulled = [outcome for outcome in outcomes if isinstance(outcome, Pulled)]
    await publish("ingest-channels", "What the channels sent", pulled)
    raise_first(outcomes)
    return pulled
