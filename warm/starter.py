"""How Prefect's executor starts a flow run, and runs its hooks, by a fork instead of a cold Python.

Both follow what the process worker of Prefect 3.8.8 does (``prefect.runner._starter_engine`` and
``_workspace_hook_runner``); state, cancellation and crash reports stay with the executor.
"""

from pathlib import Path
from typing import Literal, cast
from uuid import uuid4

import anyio
import anyio.abc
from prefect.client.schemas.objects import FlowRun, State
from prefect.logging.loggers import flow_run_logger
from prefect.runner._control_channel import ControlChannel
from prefect.runner._process_manager import ProcessHandle, create_isolated_termination_scope
from prefect.runner._workspace_runtime import PreparedWorkspaceManifest, read_model, write_private_model
from prefect.utilities.processutils import sanitize_subprocess_env

from warm.configuration import WarmJobConfiguration
from warm.environment import QUIET
from warm.processes import Nursery, NurseryError
from warm.protocol import Fork


class ForkStarter:
    """Starts one flow run in ``workspace``; ``manifest`` is where its child says what hooks need."""

    def __init__(
        self,
        nursery: Nursery,
        configuration: WarmJobConfiguration,
        control_channel: ControlChannel,
        *,
        workspace: Path,
        manifest: Path,
    ) -> None:
        self._nursery = nursery
        self._configuration = configuration
        self._control_channel = control_channel
        self._workspace = workspace
        self._manifest = manifest

    async def start(
        self,
        flow_run: FlowRun,
        task_status: anyio.abc.TaskStatus[ProcessHandle] = anyio.TASK_STATUS_IGNORED,
    ) -> None:
        """Fork the run and wait for its end. Raises ``NurseryError`` if no child can be forked."""
        child = await self._nursery.fork(
            Fork(
                key=str(uuid4()),
                entry="flow_run",
                arguments=[str(flow_run.id), str(self._workspace), str(self._manifest)],
                environment=self._environment(flow_run),
                directory=str(self._workspace),
                stream_output=self._configuration.stream_output,
            )
        )
        # The handle asks a process for nothing but pid and returncode.
        process = cast("anyio.abc.Process", child)
        handle = ProcessHandle(process, termination_scope=create_isolated_termination_scope(child.pid))
        task_status.started(handle)
        try:
            await child.wait()
        finally:
            with anyio.CancelScope(shield=True):
                await child.stop()

    def _environment(self, flow_run: FlowRun) -> dict[str, str]:
        return sanitize_subprocess_env(
            {
                **QUIET,
                **self._nursery.settings,
                **self._configuration.env,
                "PREFECT__FLOW_RUN_ID": str(flow_run.id),
                # The worker runs them when the process is gone, so the process must not.
                "PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS": "false",
                **self._control_environment(flow_run),
            }
        )

    def _control_environment(self, flow_run: FlowRun) -> dict[str, str]:
        """By what the engine connects to learn that a SIGTERM means a cancellation."""
        try:
            port, token = self._control_channel.register(flow_run.id)
        except RuntimeError:  # it could not listen on loopback; then Prefect does without
            return {}
        return {"PREFECT__CONTROL_PORT": str(port), "PREFECT__CONTROL_TOKEN": token}


class ForkHookRunner:
    """Runs ``on_cancellation`` and ``on_crashed`` hooks of a flow whose process has ended."""

    def __init__(self, nursery: Nursery, manifest: Path, *, stream_output: bool) -> None:
        self._nursery = nursery
        self._manifest = manifest
        self._stream_output = stream_output

    async def run_cancellation_hooks(self, flow_run: FlowRun, state: State) -> None:
        """Run them if the run is being cancelled."""
        if state.is_cancelling():
            await self._run("cancellation", flow_run, state)

    async def run_crashed_hooks(self, flow_run: FlowRun, state: State) -> None:
        """Run them if the run has crashed."""
        if state.is_crashed():
            await self._run("crashed", flow_run, state)

    async def _run(self, kind: Literal["cancellation", "crashed"], flow_run: FlowRun, state: State) -> None:
        logger = flow_run_logger(flow_run)
        if not self._manifest.exists():
            logger.warning("The process of the run ended before its code was fetched: no on_%s hook is run", kind)
            return
        environment = read_model(self._manifest, PreparedWorkspaceManifest).environment
        flow_run_path = self._manifest.with_name(f"flow-run-{uuid4()}.json")
        state_path = self._manifest.with_name(f"state-{uuid4()}.json")
        write_private_model(flow_run_path, flow_run)
        write_private_model(state_path, state)
        request = Fork(
            key=str(uuid4()),
            entry="hook",
            arguments=[kind, str(self._manifest), str(flow_run_path), str(state_path)],
            environment=environment,
            directory=str(self._manifest.parent),
            stream_output=self._stream_output,
        )
        try:
            status = await (await self._nursery.fork(request)).wait()
        except NurseryError as error:
            logger.warning("The on_%s hooks were not run: %s", kind, error)
        else:
            if status:
                logger.warning("The process of the on_%s hooks ended with %s", kind, status)
