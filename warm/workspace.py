"""A run's own code goes before what the nursery has imported under the same name."""

import sys
from pathlib import Path


def forget_shadowed_modules(directory: Path) -> None:
    """Unload each preloaded module that ``directory`` brings as well, so that the run imports its own copy.

    Where the code is fetched per run (a cloned branch, say), the run must not see the worker's version of it.
    """
    directory = directory.resolve()
    brought = {top for top in {name.partition(".")[0] for name in sys.modules} if _brings(directory, top)}
    for name, module in list(sys.modules.items()):
        origin = getattr(module, "__file__", None)
        if (
            name.partition(".")[0] in brought
            and origin is not None
            and not Path(origin).resolve().is_relative_to(directory)
        ):
            del sys.modules[name]


def _brings(directory: Path, top: str) -> bool:
    """Whether ``import top`` with ``directory`` in front finds it there, by Python's own rules."""
    if top in sys.stdlib_module_names:
        return False
    if (directory / f"{top}.py").is_file() or (directory / top / "__init__.py").is_file():
        return True
    is_namespace = getattr(sys.modules[top], "__file__", None) is None if top in sys.modules else False
    return is_namespace and (directory / top).is_dir()
