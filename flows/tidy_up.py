"""Let go of what only machines read and nobody needs any more; orders, events and decisions stay (I2)."""

from tasks.decisions import Forgotten, forget_old_facts
from tasks.hub import current_rules, hub_flow


@hub_flow
async def tidy_up() -> Forgotten:
    """Drop the facts of decisions that are older than the rules keep them: those runs cannot be replayed any more."""
    return await forget_old_facts(current_rules())
