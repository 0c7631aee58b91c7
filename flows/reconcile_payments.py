"""Compare the money with the orders: every cent is matched or stands in a named outcome (F1, F2)."""

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Final

from flows.outcomes import raise_first
from flows.summary import publish
from integrations.beijing import BEIJING
from settings import get_settings
from tasks.connections import connections
from tasks.hub import current_rules, hub_flow
from tasks.settle import Settled, pull_statement, settle_statement
from tasks.signals import MONEY_EXPLAINED, rounds

READY_AT: Final = time(10, 30)
"""Beijing time at which providers have yesterday's statement."""


@hub_flow
async def reconcile_payments(day: date | None = None) -> list[Settled]:
    """Fetch one day's statement of every payment provider and judge the orders that it touches.

    Args:
        day: The day of the statements; leave empty for the newest that is ready, yesterday's from 10:30 on.
    """
    rules = current_rules()
    wanted = day or newest_statement(get_settings().now())
    providers = [provider.code for provider in connections().payments]
    pulled = await asyncio.gather(*(pull_statement(code, wanted) for code in providers), return_exceptions=True)
    done: list[Settled] = []
    for _ in rounds(MONEY_EXPLAINED):
        done += [
            await settle_statement(code, lines, rules)
            for code, lines in zip(providers, pulled, strict=True)
            if not isinstance(lines, BaseException)
        ]
    await publish("reconcile-payments", f"The statements of {wanted}", done)
    raise_first(pulled)
    return done


def newest_statement(now: datetime) -> date:
    """The last day whose statement the providers have."""
    here = now.astimezone(BEIJING)
    return here.date() - timedelta(days=1 if here.time() >= READY_AT else 2)
