"""What a forked child does: become the process of its run, do the work, end as an interpreter ends."""

import atexit
import ctypes
import os
import random
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from warm import flow_run, hook
from warm.environment import enter_environment
from warm.protocol import Fork

PR_SET_PDEATHSIG = 1
"""``prctl(2)``: the signal that the kernel sends when the parent dies."""

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_ENTRIES: dict[str, Callable[..., int]] = {"flow_run": flow_run.run, "hook": hook.run}


def run(request: Fork, *, parent: int) -> NoReturn:
    """Do what was requested, in this process, and end it. ``parent`` is the pid of the nursery."""
    _die_with(parent)
    status = _status_of(lambda: _become(request))
    if status == 0:
        status = _status_of(lambda: _ENTRIES[request.entry](*request.arguments))
    _end(status)


def _become(request: Fork) -> int:
    _take_streams(request.stream_output)
    enter_environment(request.environment, Path(request.directory))
    random.seed()
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed()
    return 0


def _take_streams(stream_output: bool) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0,) if stream_output else (0, 1, 2):
        os.dup2(null, number)
    os.close(null)


def _die_with(parent: int) -> None:
    """Have the kernel end this process with the nursery; elsewhere than on Linux the worker does it."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _status_of(work: Callable[[], int]) -> int:
    """The exit status with which Python would end after ``work``."""
    try:
        return work()
    except SystemExit as leave:
        if leave.code is None or isinstance(leave.code, int):
            return leave.code or 0
        print(leave.code, file=sys.stderr)  # noqa: T201 - what Python does with such a SystemExit
        return 1
    except BaseException:  # the last frame of this process: Python, too, prints and ends with 1
        traceback.print_exc()
        return 1


def _end(status: int) -> NoReturn:
    """End as an interpreter does (threads joined, exit handlers run, output written), but keep the modules.

    Taking them apart would write to every page that the child shares with the nursery.
    """
    threading._shutdown()  # type: ignore[attr-defined]  # no public way to end threads as at exit
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
