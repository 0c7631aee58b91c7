"""The worker type ``warm``: Prefect's process worker, with each flow run forked from a warmed process.

Registered by the entry point group ``prefect.collections``; ``prefect worker start --pool NAME`` finds it.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
from prefect.client.schemas.objects import FlowRun
from prefect.runner._flow_run_executor import FlowRunExecutionResult, FlowRunExecutor, FlowRunExecutorContext
from prefect.runner._process_manager import ProcessHandle
from prefect.workers.process import (
    ProcessJobConfiguration,
    ProcessWorker,
    ProcessWorkerResult,
)

from warm import exits
from warm.configuration import DEFAULT_PRELOAD, WarmJobConfiguration, WarmVariables
from warm.doorbell import Doorbell
from warm.keeper import Keeper
from warm.starter import ForkHookRunner, ForkStarter
from warm.tls import share_contexts


class WarmWorker(ProcessWorker):
    """Runs each flow in a child forked from a nursery; the rest is as with the worker type ``process``.

    A run with a command of its own is started cold, by the process worker.
    """

    type = "warm"
    job_configuration = WarmJobConfiguration
    # Prefect annotates it with `type[...]`, where `type` is the string above: a checker cannot follow.
    job_configuration_variables = WarmVariables  # type: ignore[assignment]

    _display_name = "Warm process"
    _description = (
        "Fork each flow run from a process that has already imported Prefect, pandas, Great Expectations and "
        "the flows, so that it starts in about a second. POSIX only."
    )
    _documentation_url = ""
    _logo_url = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keeper = Keeper(self._logger)
        self._doorbell = Doorbell(self.get_and_submit_flow_runs, self._logger)
        self._asking = asyncio.Lock()
        exits.explain()
        share_contexts()

    async def sync_with_backend(self) -> None:
        """Learn the pool's settings, and warm what they ask for before the first run comes."""
        await super().sync_with_backend()
        if self._work_pool is not None:
            self._doorbell.connect(self._work_pool.id)
            variables = self._work_pool.base_job_template.get("variables", {}).get("properties", {})
            self._keeper.warm_up(variables.get("preload", {}).get("default", DEFAULT_PRELOAD))

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Fetch the runs that are due and start them; one call at a time, or two would start the same run."""
        async with self._asking:
            return await super().get_and_submit_flow_runs()

    async def teardown(self, *exc_info: Any) -> None:
        """End with every run stopped and no process left."""
        await self._doorbell.close()
        try:
            await super().teardown(*exc_info)
        finally:
            with anyio.CancelScope(shield=True):
                await self._keeper.close()

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        """Run a flow to its end.

        Raises ``NurseryError`` if the modules to preload cannot be imported; Prefect then reports the run as
        crashed with that message.
        """
        if not isinstance(configuration, WarmJobConfiguration) or configuration.has_own_command:
            return await super().run(flow_run, configuration, task_status)
        nursery = await self._keeper.nursery(configuration.preload)
        with _directories(configuration.working_dir) as (workspace, private):
            manifest = private / "workspace.json"
            async with FlowRunExecutorContext() as context:
                executor = context.create_executor(
                    flow_run,
                    ForkStarter(
                        nursery,
                        configuration,
                        context.control_channel,
                        workspace=workspace,
                        manifest=manifest,
                    ),
                    hook_runner=ForkHookRunner(nursery, manifest, stream_output=configuration.stream_output),
                    propose_submitting=False,
                )
                execution = await _execute(executor, task_status or anyio.TASK_STATUS_IGNORED)
        if self._limiter is not None:
            self._doorbell.ring()  # a run may be waiting for this one's place
        if execution is None or execution.status_code is None:
            raise RuntimeError("The flow run was not started.")
        return ProcessWorkerResult(status_code=execution.status_code, identifier=str(execution.handle.pid))


async def _execute(executor: FlowRunExecutor, task_status: anyio.abc.TaskStatus[int]) -> FlowRunExecutionResult | None:
    """Run the executor to its end, and report the pid as soon as there is one."""
    results: list[FlowRunExecutionResult | None] = []

    async def submit(*, task_status: anyio.abc.TaskStatus[ProcessHandle]) -> None:
        results.append(await executor.submit(task_status=task_status))

    async with anyio.create_task_group() as group:
        handle = await group.start(submit)
        task_status.started(handle.pid)
    return results[0]


@contextlib.contextmanager
def _directories(working_dir: Path | None) -> Iterator[tuple[Path, Path]]:
    """Where the run works (its own, unless one is configured), and where the worker keeps notes on it."""
    with contextlib.ExitStack() as stack:
        private = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warm-run-")))
        workspace = working_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warm-workspace-")))
        yield workspace.resolve(), private
