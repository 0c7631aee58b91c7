"""Alembic's entry: runs the migrations on the connection that ``models.database`` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import models.tables  # noqa: F401  (fills the metadata)
from models.base import UtcDateTime


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """How our own column types are written into a generated migration; False leaves it to Alembic."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, JSON):
        return "Json"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite cannot alter a table in place
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
