"""Look at the world, and close what must not go out (D1)."""

import asyncio

from flows.outcomes import raise_first
from flows.summary import publish
from tasks.gates import GatesChecked, decide_gates, pull_alerts
from tasks.hub import current_rules, hub_flow
from tasks.signals import MESSAGES_DUE, MESSAGES_HELD, look, signal


@hub_flow
async def check_gates() -> GatesChecked:
    """Ask the weather of every watched region; close its gate on a red alert, open it when that is over."""
    look(MESSAGES_HELD)
    rules = current_rules()
    places = rules.weather.places
    answers = await asyncio.gather(
        *(pull_alerts(p.region, p.latitude, p.longitude) for p in places), return_exceptions=True
    )
    alerts = {
        place.region: answer
        for place, answer in zip(places, answers, strict=True)
        if not isinstance(answer, BaseException)  # a region that could not be asked stays as it is
    }
    checked = await decide_gates(alerts, rules)
    if checked.opened:
        signal(MESSAGES_DUE)
    await publish("check-gates", "The gates", [checked])
    raise_first(answers)
    return checked
