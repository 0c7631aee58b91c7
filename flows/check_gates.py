"""Look at the world, and close what must not go out (D1)."""

import asyncio

from flows.outcomes import raise_first
from flows.summary import publish
from models.divisions import region_of
from policies.gates import Heard
from tasks.connections import connections
from tasks.gates import GatesChecked, decide_gates, pull_alerts
from tasks.hub import current_rules, hub_flow
from tasks.signals import MESSAGES_DUE, MESSAGES_HELD, look, signal


@hub_flow
async def check_gates() -> GatesChecked:
    """Ask every feed for the weather of the watched regions; close a gate on a red alert, open it when that is over."""
    look(MESSAGES_HELD)
    rules = current_rules()
    asked = [(feed.code, place) for place in rules.weather.places for feed in connections().alerts]
    answers = await asyncio.gather(
        *(pull_alerts(feed, p.region, p.latitude, p.longitude) for feed, p in asked), return_exceptions=True
    )
    heard = [
        Heard(feed, region_of(place.region), None if isinstance(answer, BaseException) else answer)
        for (feed, place), answer in zip(asked, answers, strict=True)
    ]
    checked = await decide_gates(heard, rules)
    if checked.opened:
        signal(MESSAGES_DUE)
    await publish("check-gates", "The gates", [checked])
    raise_first(answers)
    return checked
