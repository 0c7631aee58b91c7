"""Compare the money with the orders: every cent is matched or stands in a named outcome (F1, F2)."""

import asyncio
from datetime import date, timedelta

from flows.outcomes import raise_first
from flows.summary import publish
from settings import get_settings
from tasks.connections import connections
from tasks.hub import current_rules, hub_flow
from tasks.settle import Settled, pull_statement, settle_statement


@hub_flow
async def reconcile_payments(day: date | None = None) -> list[Settled]:
    """Fetch one day's statement of every payment provider and judge the orders that it touches.

    Args:
        day: The day of the statements; leave empty for yesterday.
    """
    rules = current_rules()
    wanted = day or (get_settings().now() - timedelta(days=1)).date()
    providers = [provider.code for provider in connections().payments]
    pulled = await asyncio.gather(*(pull_statement(code, wanted) for code in providers), return_exceptions=True)
    done = [
        await settle_statement(code, lines, rules)
        for code, lines in zip(providers, pulled, strict=True)
        if not isinstance(lines, BaseException)
    ]
    await publish("reconcile-payments", f"The statements of {wanted}", done)
    raise_first(pulled)
    return done
