"""Many values in one statement: they travel as one JSON document, so the statement is the same for 3 and for 3,000.

Thousands of bind variables cost more to compile than the database needs to answer, and SQLite has room for 32,766.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, ColumnElement, FromClause, bindparam, cast, column, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement


def among(values: ColumnElement[Any], wanted: Iterable[Any]) -> ColumnElement[bool]:
    """The column ``values``, of numbers or texts, holds one of those that are ``wanted``."""
    listed = _Elements(bindparam(None, [*wanted], type_=JSON(), unique=True)).table_valued("value")
    return values.in_(select(cast(listed.c.value, values.type)))


class _Elements(FunctionElement[Any]):
    """The elements of a JSON array as a table with a column ``value``."""

    inherit_cache = True


@compiles(_Elements, "postgresql")
def _on_postgresql(element: _Elements, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text({compiler.process(element.clauses, **options)})"


@compiles(_Elements, "sqlite")
def _on_sqlite(element: _Elements, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


def given(session: Session, rows: Sequence[Mapping[str, Any]], **types: Any) -> FromClause:
    """Rows that a statement joins: a column for each of ``types``, which may be numbers, texts, dates and JSON."""
    document = bindparam(None, [*rows], type_=JSON(), unique=True)
    if session.get_bind().dialect.name == "postgresql":
        named = (column(name, type_) for name, type_ in types.items())
        return func.json_to_recordset(document).table_valued(*named, name="given").render_derived(with_types=True)
    value = func.json_each(document).table_valued("value").c.value
    return select(*(func.json_extract(value, f"$.{name}").label(name) for name in types)).subquery("given")
