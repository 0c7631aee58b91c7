"""Fetch the files that others leave for us, and bring them in by the same way as any order (A2)."""

import asyncio

from flows.fulfil_orders import fulfil_orders
from flows.outcomes import raise_first
from flows.summary import publish
from tasks.collect_documents import Collected, collect_documents, document_sources
from tasks.hub import hub_flow
from tasks.progress import Progress
from tasks.read_files import files_to_read, read_file
from tasks.signals import CONFIRMATIONS_ARRIVED, MESSAGES_DUE, signal


@hub_flow
async def collect_files(sources: list[str] | None = None) -> list[object]:
    """Keep what lies in mailboxes and folders, side by side; then read each file that nobody has read yet.

    Args:
        sources: Codes of the places to look into; leave empty for all of them.
    """
    codes = document_sources() if sources is None else sources
    outcomes = await asyncio.gather(*map(collect_documents, codes), return_exceptions=True)
    collected = [outcome for outcome in outcomes if isinstance(outcome, Collected)]
    files = files_to_read()
    progress = await Progress.of("collect-files-progress", "Files read", len(files), 1)
    read = []
    for file in files:
        read.append(await read_file(file))
        await progress.add(1)
    done: list[object] = [*collected, *read]
    if any(file.confirmations for file in read):
        signal(CONFIRMATIONS_ARRIVED)
    if any(file.waits for file in read):
        signal(MESSAGES_DUE)
    if any(file.orders for file in read):
        done += await fulfil_orders()
    await publish("collect-files", "What lay in our places", done)
    raise_first(outcomes)
    return done
