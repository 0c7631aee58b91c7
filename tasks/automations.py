"""The automation that hears of failed flow runs. The event triggers of the steps stand in ``prefect.yaml``.

Why a webhook of our own and not Prefect's notification blocks: those send from the Prefect server through apprise,
which cannot sign for a DingTalk robot at an address of ours, keeps nothing when the chat is down, and repeats a failure
every minute. Our web server asks Prefect what really happened, and owes the notice as it owes any message.
"""

import asyncio
from datetime import timedelta

from prefect.automations import Automation, EventTrigger, Posture
from prefect.blocks.webhook import Webhook
from prefect.events.actions import CallWebhook
from prefect.events.schemas.events import ResourceSpecification
from prefect.types import SecretDict
from pydantic import SecretStr

from settings import get_settings
from tasks.failures import OURS

NAME = "orderspine: tell of failed runs"
BLOCK = "orderspine-failures"
_ENDED_BADLY = {"prefect.flow-run.Failed", "prefect.flow-run.TimedOut", "prefect.flow-run.Crashed"}


def ensure_automations() -> None:
    """Have the Prefect server report failed runs of ours to ``ORDERSPINE_WEB_URL``; run again, it changes nothing.

    Raises the client's errors when the server does not answer.
    """
    asyncio.run(_ensure())


async def _ensure() -> None:
    address = SecretStr(f"{get_settings().web_url}/notify/failure")
    webhook = Webhook(url=address, headers=SecretDict({"content-type": "application/json"}))
    block_id = await webhook.asave(BLOCK, overwrite=True)
    wanted = Automation(
        name=NAME,
        description="Reports every failed, timed-out or crashed run of a step to the hub, which tells people.",
        trigger=EventTrigger(
            expect=_ENDED_BADLY,
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification({"prefect.resource.id": f"prefect.tag.{OURS}"}),
            for_each={"prefect.resource.id"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        actions=[CallWebhook(block_document_id=block_id, payload='{"flow_run_id": "{{ flow_run.id }}"}')],
    )
    try:
        present = await Automation.aread(name=NAME)
    except ValueError:
        await wanted.acreate()
        return
    wanted.id = present.id
    await wanted.aupdate()
