"""Hear what others do to our orders in the ERP (C3)."""

import asyncio

from flows.outcomes import raise_first
from flows.summary import publish
from tasks import follow_erp as erp
from tasks.hub import hub_flow


@hub_flow
async def follow_erp() -> list[erp.ErpFollowed]:
    """Ask every ERP what changed of our orders: our own writing comes back as nothing new, the rest is for people."""
    outcomes = await asyncio.gather(*map(erp.follow_erp, erp.erps()), return_exceptions=True)
    done = [outcome for outcome in outcomes if isinstance(outcome, erp.ErpFollowed)]
    await publish(
        "follow-erp", "What changed in the ERP", [each for each in done if each.nothing_new or each.to_person]
    )
    raise_first(outcomes)
    return done
