"""What a work pool or a deployment can set: the variables of the process worker, and ``preload``."""

from prefect.workers.process import ProcessJobConfiguration, ProcessVariables
from pydantic import Field

DEFAULT_PRELOAD = "pandas,great_expectations,messages.parsed,flows.*"


class WarmJobConfiguration(ProcessJobConfiguration):
    """The configuration of one flow run."""

    preload: str = Field(default=DEFAULT_PRELOAD)

    @property
    def has_own_command(self) -> bool:
        """Whether the run is to be started by a command of its own, which no fork can stand in for."""
        return self._command_configured


class WarmVariables(ProcessVariables):
    """What the form of a warm work pool offers."""

    preload: str = Field(
        default=DEFAULT_PRELOAD,
        title="Preloaded modules",
        description=(
            "Modules that are imported once, before any flow run, separated by commas; 'name.*' means a "
            "package with every module in it. Restart the worker when their code has changed."
        ),
    )
