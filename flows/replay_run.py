"""Decide a past run again, with its own rules or others, and show what differs (I2). Nothing is written."""

from flows.summary import publish
from policies.rules_file import parse_rules
from tasks.hub import hub_flow
from tasks.links import short_run
from tasks.preview import Compared, replay, shown


@hub_flow
async def replay_run(run: str, rules: str | None = None) -> Compared:
    """Make the reservation decisions of a run again on the facts that it saw.

    Args:
        run: Id of the flow run, or its beginning, as the story of an order names it.
        rules: The text of another orderspine.toml; leave empty for the rules that the run used.
    """
    found = replay(run, parse_rules(rules) if rules else None)
    differ, unknown = len(found.differences), len(found.unknown)
    title = f"{short_run(run)} decided again: {differ} of {found.orders} differ, {unknown} unknown"
    await publish("replay-run", title, shown(found))
    return found
