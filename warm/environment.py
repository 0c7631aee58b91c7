"""The environment variables of a process, and what Prefect made of them on import."""

import os
import time
import tomllib
from pathlib import Path
from typing import Any

import prefect.context
from prefect.logging import configuration as prefect_logging
from prefect.settings import get_current_settings

QUIET = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "GX_ANALYTICS_ENABLED": "false"}
"""Nothing is told to the makers of the libraries, unless the operator says otherwise."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Numerical libraries start their threads on import; a process with threads must not be forked."""


def enter_environment(environment: dict[str, str], directory: Path) -> None:
    """Make this a process of that ``environment`` and ``directory``, and have Prefect's settings and logging follow.

    Reading the settings takes Prefect 40 ms; where they can only be the same they are kept.
    """
    origins, before = _origins_of_settings(), (get_current_settings(), _logging_variables())
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    if _origins_of_settings() == origins:
        return
    prefect.context.refresh_global_settings_context()
    if (get_current_settings(), _logging_variables()) != before:
        # Told that logging is set up, Prefect would adjust levels only, and keep the other handlers.
        prefect_logging.PROCESS_LOGGING_CONFIG.clear()
        prefect_logging.setup_logging()


def _origins_of_settings() -> list[Any]:
    """What Prefect reads its settings from: variables (but those for one run, ``PREFECT__``), files of the directory,
    and those of the home that the variables name."""
    variables = {
        name: value
        for name, value in os.environ.items()
        if name == "HOME" or (name.startswith("PREFECT_") and not name.startswith("PREFECT__"))
    }
    files = [Path(name).read_text() if Path(name).is_file() else "" for name in (".env", "prefect.toml")]
    project = Path("pyproject.toml")
    table = tomllib.loads(project.read_text()).get("tool", {}).get("prefect") if project.is_file() else None
    return [variables, files, table]


def _logging_variables() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key.startswith("PREFECT_LOGGING_")}
