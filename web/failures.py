"""Prefect's automation reports failed flow runs here (``tasks.automations``)."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from tasks.failures import find_failure, tell_of_failure

router = APIRouter()


class FailedRun(BaseModel):
    """What the automation says. Only the id is used: what happened is asked of Prefect itself."""

    flow_run_id: UUID


@router.post("/notify/failure")
async def notify_failure(report: FailedRun) -> dict[str, bool]:
    """Tell people of a failed run. A report of a run that is not ours, or did not fail, changes nothing."""
    failure = await find_failure(report.flow_run_id)
    return {"told": failure is not None and await tell_of_failure(failure)}
