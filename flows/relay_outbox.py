"""Send what the hub owes its partners: warehouse, carrier, ERP, channel, customer, our people (C1-C3)."""

from flows.summary import publish
from tasks.hub import current_rules, hub_flow
from tasks.progress import Progress
from tasks.ready import MESSAGES_A_BATCH, due_messages, work_in_messages
from tasks.relay import Relayed, send_messages
from tasks.signals import MESSAGES_DUE, rounds


@hub_flow
async def relay_outbox() -> list[Relayed]:
    """Send every message that is due and behind no closed gate."""
    rules = current_rules()
    waiting = await work_in_messages()
    progress = await Progress.of("relay-outbox-progress", "Messages sent", waiting, MESSAGES_A_BATCH)
    done: list[Relayed] = []
    for _ in rounds(MESSAGES_DUE):
        async for messages in due_messages():
            done.append(await send_messages(messages, rules))
            await progress.add(len(messages))
    await publish("relay-outbox", "What went out", done)
    return done
