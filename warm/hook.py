"""An ``on_cancellation`` or ``on_crashed`` hook, run in a child of its own once the flow run has ended."""

from pathlib import Path

from prefect.runner._workspace_runtime import PreparedWorkspaceManifest, read_model
from prefect.runner._workspace_runtime_bootstrap import main

from warm import flow_run


def run(kind: str, manifest_path: str, flow_run_path: str, state_path: str) -> int:
    """Run the hooks of one kind, ``cancellation`` or ``crashed``; the result is the exit status."""
    flow_run.enter(read_model(Path(manifest_path), PreparedWorkspaceManifest))
    return main(["hook", kind, manifest_path, flow_run_path, state_path])
