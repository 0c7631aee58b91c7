"""The environment variables of a process, and what Prefect made of them on import."""

import os
import time

import prefect.context
from prefect.logging import configuration as prefect_logging
from prefect.settings import get_current_settings

QUIET = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "GX_ANALYTICS_ENABLED": "false"}
"""Nothing is told to the makers of the libraries, unless the operator says otherwise."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Numerical libraries start their threads on import; a process with threads must not be forked."""


def enter_environment(environment: dict[str, str]) -> None:
    """Make ``environment`` the one of this process, and have Prefect's settings and logging follow it.

    Settings may come from files of the current directory as well: change it first.
    """
    before = get_current_settings(), _logging_variables()
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    prefect.context.refresh_global_settings_context()
    if (get_current_settings(), _logging_variables()) != before:
        # Told that logging is set up, Prefect would adjust levels only, and keep the other handlers.
        prefect_logging.PROCESS_LOGGING_CONFIG.clear()
        prefect_logging.setup_logging()


def _logging_variables() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key.startswith("PREFECT_LOGGING_")}
