"""The flow that is measured; its module imports what the product's flows import, and nothing else."""

import great_expectations  # noqa: F401 - imported for the time it takes
import pandas  # noqa: F401 - likewise
from prefect import flow, task


@task
async def step(number: int) -> int:
    """Do next to nothing."""
    return number + 1


@flow
async def five_tasks() -> int:
    """Five tasks, one after another."""
    number = 0
    for _ in range(5):
        number = await step(number)
    return number
