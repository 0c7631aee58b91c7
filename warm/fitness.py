"""Whether a process may be forked from: no thread, no open descriptor, everything imported."""

import importlib
import pkgutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

ENGINE = (
    "anyio._backends._asyncio",
    "prefect._internal.states",
    "prefect.concurrency.services",
    "prefect.deployments.steps",
    "prefect.flow_engine",
    "prefect.runner._workspace_runtime_bootstrap",
    "prefect.task_engine",
    "prefect.utilities.visualization",
    "rich._emoji_codes",
)
"""What Prefect's engine imports only once it runs a flow; half a second that each run would pay again."""


class UnfitError(Exception):
    """The process must not be forked, and the message says why and what to do."""


def import_modules(names: Sequence[str]) -> None:
    """Import each module; ``name.*`` imports the package with every module in it.

    Raises ``UnfitError``, naming the module and what it raised, if one cannot be imported.
    """
    for name in names:
        try:
            _import(name)
        except ImportError as error:
            raise UnfitError(
                f"cannot preload {name!r}: {error}. Install it for the worker's Python, start the "
                f"worker where it can be imported from, or take it off the work pool's preload list"
            ) from error
        except BaseException as error:  # whatever a module does on import, the operator has to read about it
            raise UnfitError(f"cannot preload {name!r}: importing it raised {type(error).__name__}: {error}") from error


def _import(name: str) -> None:
    package = importlib.import_module(name.removesuffix(".*"))
    if name.endswith(".*"):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def require_single_thread() -> None:
    """Raise ``UnfitError`` if there is a second thread: a fork would copy its locks and not the thread."""
    names = [thread.name for thread in threading.enumerate()]
    if len(names) > 1:
        raise UnfitError(f"a preloaded module started threads ({', '.join(names[1:])}); take it off the preload list")
    tasks = Path("/proc/self/task")
    if tasks.is_dir() and (native := len(list(tasks.iterdir())) - 1):
        raise UnfitError(f"a preloaded module started {native} native thread(s); take it off the preload list")


def require_no_descriptors(known: set[int]) -> None:
    """Raise ``UnfitError`` if anything but the ``known`` descriptors is open: two children would share it.

    Only Linux can be asked; elsewhere nothing is checked.
    """
    shared = [f"{number} ({target})" for number, target in _descriptors() if number > 2 and number not in known]
    if shared:
        raise UnfitError(
            f"a preloaded module left descriptors open: {', '.join(shared)}; open files and connections "
            f"in the flow, not on import"
        )


def _descriptors() -> Iterator[tuple[int, str]]:
    table = Path("/proc/self/fd")
    if not table.is_dir():
        return
    for entry in list(table.iterdir()):
        try:
            yield int(entry.name), str(entry.readlink())
        except FileNotFoundError:  # the descriptor with which the table itself was read
            continue
