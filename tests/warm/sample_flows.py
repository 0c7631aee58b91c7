"""Flows that the tests deploy: what runs do in a worker, well-behaved and not."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from prefect import flow, get_run_logger, task


@task
def count(module: str) -> int:
    """Count in a preloaded module, where every run should find the count at nought."""
    shared = vars(sys.modules[module])
    shared["counted"] = shared.get("counted", 0) + 1
    return int(shared["counted"])


@flow
def hello(name: str) -> str:
    """Say so in the log and on standard output."""
    get_run_logger().info("hello %s", name)
    print(f"printed for {name}")  # noqa: T201 - the worker's output is under test
    return name


@flow
def count_up(times: int, module: str, pause: float) -> int:
    """Count ``times`` times in a module that another run may count in; fails if it can see the other's count."""
    seen = 0
    for _ in range(times):
        seen = count(module)
        time.sleep(pause)
    if seen != times:
        raise AssertionError(f"counted to {seen}, not {times}")
    return seen


@flow
def describe(path: str) -> None:
    """Write down what this process looks like from the inside."""
    variables = {"pid": os.getpid(), "group": os.getpgid(0), "parent": os.getppid(), "cwd": Path.cwd()}
    lines = [f"{key}={value}" for key, value in variables.items()]
    lines += [f"env:{key}={value}" for key, value in os.environ.items() if key.startswith(("PREFECT", "SAMPLE"))]
    lines += [f"module:{name}" for name in ("pandas", "great_expectations") if name in sys.modules]
    Path(path).write_text("\n".join(lines))


@flow
def sleep(path: str, seconds: float = 120, stubborn: bool = False) -> None:
    """Write down the pid and that of a process of its own, then wait, perhaps deaf to SIGTERM."""
    companion = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({seconds})"])  # noqa: S603
    if stubborn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(path).write_text(f"{os.getpid()} {companion.pid}")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.05)


@flow(timeout_seconds=1)
async def too_slow() -> None:
    """Take longer than it may."""
    await asyncio.sleep(60)


@flow
def leave(status: int) -> None:
    """End the process behind Prefect's back."""
    os._exit(status)


@flow
def abort() -> None:
    """End as native code does that finds itself broken."""
    os.abort()


@flow
def killed() -> None:
    """End as the kernel ends a process when the machine is out of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


@flow
def raise_memory_error() -> None:
    """What Python raises when an allocation fails."""
    raise MemoryError("no room for the table")


@flow
def outgrow(megabytes: int = 256) -> None:
    """Really run out of the address space that this process may have."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (megabytes << 20), resource.RLIM_INFINITY))
    kept = [bytearray(16 << 20) for _ in range(megabytes)]
    raise AssertionError(f"{len(kept)} blocks fitted")


def note_hook(flow: object, flow_run: object, state: object) -> None:
    """Write down which state the hook was called with."""
    Path(os.environ["SAMPLE_HOOK_FILE"]).write_text(f"{type(flow).__name__} {getattr(state, 'name', '')}")


@flow(on_cancellation=[note_hook], on_crashed=[note_hook])
def hooked(path: str, crash: bool = False) -> None:
    """Wait to be cancelled, or crash, and have a hook for either."""
    if crash:
        os.kill(os.getpid(), signal.SIGSEGV)
    Path(path).write_text(str(os.getpid()))
    time.sleep(120)
