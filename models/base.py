"""What every table shares: column types that hold on SQLite and PostgreSQL alike, and constraint names."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import JSON, BigInteger, CheckConstraint, DateTime, Dialect, MetaData, TypeDecorator
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

# Alembic can only drop what has a name.
SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. A naive time is refused: nobody knows which zone it meant (invariant 9)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (SQLAlchemy's signature)
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (SQLAlchemy's signature)
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


Json: Any = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON column; binary and indexable on PostgreSQL."""

AMOUNT: Any = BigInteger()
"""The column type of money in minor units."""

UTC_TIME: Any = UtcDateTime()
"""The column type of every instant."""


def dump_json(value: Any) -> str:
    """The text of a JSON value, as it is stored."""
    return orjson.dumps(value).decode()


def one_of(column: str, words: type[StrEnum] | tuple[str, ...]) -> CheckConstraint:
    """A database check that the column holds one of the words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def table_of(model: type[SQLModel]) -> Any:
    """The SQLAlchemy table of a model, for set-based statements."""
    return model.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


def insert_or_ignore(session: Session, table: Any, unique: Sequence[str]) -> Any:
    """An insert that leaves a row alone that is there already, in the dialect at hand."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing(index_elements=[*unique])


def insert_or_replace(session: Session, table: Any, unique: Sequence[str], columns: Sequence[str]) -> Any:
    """An insert of ``columns`` that overwrites them in a row that is there already, in the dialect at hand."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    fresh = {column: statement.excluded[column] for column in columns if column not in unique}
    return statement.on_conflict_do_update(index_elements=[*unique], set_=fresh)
