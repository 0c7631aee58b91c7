"""Telling people of a flow run that failed (I1).

A Prefect automation (``tasks.automations``) reports the run to our web server, which calls ``tell_of_failure``. The
notice goes into the outbox like every other message and is delivered at once, without waiting for ``relay-outbox``,
which may be the very step that fails.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from sqlalchemy import select, update

from integrations.errors import PartnerError
from models.event import Run, hash_inputs
from models.messages import Notice
from models.outbox import OUTBOX
from models.reasons import Reason
from models.work import begin_work
from settings import get_settings
from tasks.connections import BadConnections, partner
from tasks.hub import current_rules
from tasks.links import run_url
from tasks.notices import notice

OURS = "orderspine"
"""The tag that every deployment of ``prefect.yaml`` carries, and its runs with it."""

_HAND = timedelta(minutes=2)
"""How long the relay leaves a notice to us."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that failed, as Prefect has it."""

    flow: str
    run: str
    state: str
    message: str
    url: str


async def find_failure(flow_run_id: UUID) -> Failure | None:
    """Ask Prefect about a run. ``None`` unless it is one of ours and really failed: who reports it is not trusted."""
    async with get_client() as client:
        try:
            run = await client.read_flow_run(flow_run_id)
        except ObjectNotFound:
            return None
        if OURS not in run.tags or run.state is None or not (run.state.is_failed() or run.state.is_crashed()):
            return None
        flow = await client.read_flow(run.flow_id)
    first_line = (run.state.message or "").strip().split("\n")[0][:300]
    return Failure(flow.name, run.name, run.state.name or "", first_line, run_url(str(flow_run_id)))


async def tell_of_failure(failure: Failure) -> bool:
    """Tell whom the rules name. The same failure is told once an hour; ``False`` when there was nothing to tell.

    What the notifier does not take stays in the outbox, for the relay to try again.
    """
    told = current_rules().failures.told
    if not told:
        return False
    row = await asyncio.to_thread(_owe, told, failure)
    if row is None:
        return False
    payload = row.payload
    try:
        async with partner(told) as notifier:
            await notifier.notify(Notice(payload["title"], payload["text"], row.idempotency_key, payload["url"]))
    except (PartnerError, BadConnections) as error:
        await asyncio.to_thread(_settle, row.id, last_error=str(error)[:500])
        return True
    await asyncio.to_thread(_settle, row.id, state="sent", sent_at=get_settings().now(), tries=1)
    return True


def _owe(told: str, failure: Failure) -> Any:
    """The outbox row, leased to us; ``None`` when this hour has one already."""
    reason = Reason("run-failed", {"run": failure.run, "state": failure.state, "message": failure.message})
    with _work() as work:
        same = hash_inputs([failure.flow, failure.state, failure.message])
        key = f"failure:{failure.flow}:{same}:{work.now:%Y%m%d%H}"
        row = notice(told, key, "run-failed-title", (reason,), flow=failure.flow)
        row["payload"]["url"] = failure.url
        mine = (OUTBOX.c.company_id == work.company_id, OUTBOX.c.idempotency_key == row["idempotency_key"])
        if work.rows(select(OUTBOX.c.id).where(*mine)):
            return None
        work.outbox.add([row])
        until = datetime.now(UTC) + _HAND
        work.session.execute(update(OUTBOX).where(*mine).values(leased_by="failures", leased_until=until))
        return work.rows(select(OUTBOX).where(*mine))[0]


def _settle(message_id: int, **change: Any) -> None:
    with _work() as work:
        work.outbox.settle(message_id, **change)


def _work() -> Any:
    settings = get_settings()
    return begin_work(settings.resolved_database_url(), settings.company, Run("failures"), settings.now())
