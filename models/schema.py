"""The schema: which tables the database has, and which the models and their migrations want."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

import models.tables  # noqa: F401  (fills the metadata)

_MIGRATIONS = Path(__file__).parent / "migrations"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Schema:
    """The version that the database has (``None``: no schema), the newest one, and, where they are the same, the tables
    (``invoice``) and columns (``outbound.carrier``) that it lacks all the same: an older checkout has made it."""

    present: str | None
    newest: str
    missing: tuple[str, ...]

    @property
    def named(self) -> str:
        """A few of what is missing, for a sentence."""
        return ", ".join((*self.missing[:_NAMED], "…") if len(self.missing) > _NAMED else self.missing)

    @property
    def trouble(self) -> str | None:
        """Why the hub cannot work with it and what to do, or ``None``."""
        if self.present is None:
            return "The database has no tables yet. Run: orderspine db upgrade"
        if self.present != self.newest:
            return f"The tables are at version {self.present}, the code wants {self.newest}. Run: orderspine db upgrade"
        if self.missing:
            return (
                f"An older checkout made this database, which lacks {self.named}; until the first release none is "
                "carried over: name a new one in ORDERSPINE_DATABASE_URL, or move this one away, and run: "
                "orderspine db upgrade"
            )
        return None


def schema_of(connection: Connection) -> Schema:
    """What a database has; only names are compared, so it takes milliseconds."""
    present = MigrationContext.configure(connection).get_current_revision()
    return Schema(present, _newest(), _missing(connection) if present == _newest() else ())


def upgrade_schema(connection: Connection) -> None:
    """Run the migrations that the database has not had."""
    config = _alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@cache
def _newest() -> str:
    return str(ScriptDirectory.from_config(_alembic_config()).get_current_head())


def _missing(connection: Connection) -> tuple[str, ...]:
    found = inspect(connection).get_multi_columns()
    there = {name: {column["name"] for column in columns} for (_, name), columns in found.items()}
    missing = []
    for name, table in sorted(SQLModel.metadata.tables.items()):
        if name not in there:
            missing.append(name)
        else:
            missing += [f"{name}.{column.name}" for column in table.columns if column.name not in there[name]]
    return tuple(missing)


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
