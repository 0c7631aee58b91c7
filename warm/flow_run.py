"""A flow run in a forked child: fetch its code as Prefect does, then let Prefect's engine run it.

The steps are those of ``prefect.runner._workspace_supervisor`` (3.8.8), which ends in the ``exec`` of a
cold Python.
"""

import os
import sys
from pathlib import Path
from uuid import UUID

import anyio
from prefect.logging.handlers import APILogHandler
from prefect.runner._workspace_resolver import PreparedWorkspace, prepare_workspace_for_flow_run
from prefect.runner._workspace_runtime import PreparedWorkspaceManifest, write_private_model
from prefect.runner._workspace_runtime_bootstrap import _run_engine
from prefect.runner._workspace_starter import workspace_environment
from prefect.runner._workspace_supervisor import _restore_runner_environment, _runner_owns_environment_key
from prefect.utilities.processutils import sanitize_subprocess_env

from warm.environment import enter_environment
from warm.workspace import forget_shadowed_modules


def run(flow_run_id: str, workspace_root: str, manifest_path: str) -> int:
    """Run the flow run; the result is the exit status.

    Leaves at ``manifest_path`` what a hook of the flow needs afterwards to be found and run.
    """
    given = {key: value for key, value in os.environ.items() if _runner_owns_environment_key(key)}
    workspace = anyio.run(_prepare, UUID(flow_run_id), Path(workspace_root))
    environment = sanitize_subprocess_env(workspace_environment(workspace))
    # A step that fetches the code may set variables, but not those by which the worker steers the run.
    _restore_runner_environment(environment, given)
    environment["PREFECT__FLOW_ENTRYPOINT"] = workspace.runtime_entrypoint
    manifest = PreparedWorkspaceManifest(
        working_directory=workspace.working_directory,
        project_root=workspace.project_root,
        runtime_entrypoint=workspace.runtime_entrypoint,
        hook_command=None,
        environment=environment,
    )
    write_private_model(Path(manifest_path), manifest)
    enter(manifest)
    return _run_engine(workspace.runtime_entrypoint)


def enter(manifest: PreparedWorkspaceManifest) -> None:
    """Make this the process that a cold Python would be in the prepared workspace."""
    enter_environment(manifest.environment, manifest.working_directory)
    paths = manifest.environment["PYTHONPATH"].split(os.pathsep)
    sys.path[:] = [*paths, *(path for path in sys.path if path not in paths)]
    forget_shadowed_modules(manifest.working_directory)


async def _prepare(flow_run_id: UUID, workspace_root: Path) -> PreparedWorkspace:
    try:
        return await prepare_workspace_for_flow_run(flow_run_id, workspace_root)
    finally:
        await APILogHandler.aflush()
