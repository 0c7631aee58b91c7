"""Each flow run is a process group of its own: what it started ends with it."""

import contextlib
import os
import signal

STOP_SECONDS = 10.0
"""How long a run may take to end by itself when the worker stops; then it is killed."""


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process group, if there still is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
