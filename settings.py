"""Where this installation keeps things, read from the environment (``ORDERSPINE_*``) once per process.

Importing this also turns off the telemetry of our dependencies; who wants it sets the variables before.
"""

import os
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent

for _variable, _value in {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "GX_ANALYTICS_ENABLED": "false",
}.items():
    os.environ.setdefault(_variable, _value)


def _language() -> str:
    """Chinese if the terminal speaks Chinese, else English."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if spoken.lower().startswith("zh") else "en"


class Settings(BaseSettings):
    """The installation's settings; every field can be set as ``ORDERSPINE_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="ORDERSPINE_", extra="ignore")

    home: Path = Field(
        default=ROOT / ".orderspine", description="Where databases, logs and presets of this checkout live"
    )
    database_url: str = Field(default="", description="SQLAlchemy URL; empty means SQLite in the home folder")
    rules: Path = Field(default=ROOT / "orderspine.toml", description="The rules a business user edits")
    presets: Path = Field(default=ROOT / "presets", description="Column mappings of files, one TOML each")
    connections: Path = Field(default=ROOT / "connections.toml", description="The partners that are connected")
    company: str = Field(default="main", description="Code of the company that this process works for")
    locale: str = Field(default_factory=_language, description="Language of the command line and of notices: en or zh")
    web_url: str = Field(default="http://127.0.0.1:8600", description="Where partners reach our webhooks")
    lease_seconds: float = Field(
        default=600,
        gt=0,
        description="How long claimed work is its run's own: longer than any batch takes, short enough that what a "
        "killed run held is soon picked up",
    )
    clock_file: Path | None = Field(
        default=None,
        description="A file holding the ISO time that counts as now (rehearsals); empty for the real clock",
    )

    def resolved_database_url(self) -> str:
        """The URL to open, with the embedded default filled in."""
        return self.database_url or f"sqlite:///{self.home / 'orderspine.db'}"

    def now(self) -> datetime:
        """The present in UTC, or the instant that the clock file holds."""
        if self.clock_file is None:
            return datetime.now(UTC)
        return datetime.fromisoformat(self.clock_file.read_text().strip()).astimezone(UTC)


def set_clock(file: Path, now: datetime) -> None:
    """Write a clock file; whoever reads it meanwhile sees the old time or the new."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(now.isoformat())
    fresh.replace(file)


@lru_cache
def get_settings() -> Settings:
    """This process's settings."""
    return Settings()
