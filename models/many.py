"""Many values in one statement: they travel as one value, so the statement is the same for 3 and for 3,000.

Thousands of bind variables cost more to compile than the database needs to answer, and SQLite has room for 32,766.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    ColumnElement,
    Dialect,
    FromClause,
    TypeDecorator,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine


def among(values: ColumnElement[Any], wanted: Iterable[Any]) -> ColumnElement[bool]:
    """The column ``values``, of numbers or texts, holds one of those that are ``wanted``; of none if there are none.

    Every statement that picks rows by keys does it so, however many there are; pairs of keys are ``given`` and joined.
    """
    return _Among(values, bindparam(None, [*wanted], type_=_Listed(values.type), unique=True))


class _Listed(TypeDecorator[list[Any]]):
    """Many values of one type: an array on PostgreSQL, a JSON document on SQLite."""

    impl = JSON
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.of) if dialect.name == "postgresql" else JSON())


class _Among(FunctionElement[bool]):
    """A column and the values of which it holds one."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> Self:  # noqa: ARG002  (SQLAlchemy's signature)
        """As it is, in brackets already. SQLAlchemy would ask SQLite whether it ``= 1``, and no index answers that."""
        return self


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: Any, **options: Any) -> str:
    # A join with the elements of a document would be planned for a hundred of them: in a table that was not analysed
    # yet, thousands are then compared one by one.
    values, wanted = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({values} = ANY ({wanted}))"


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: Any, **options: Any) -> str:
    values, wanted = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({values} IN (SELECT value FROM json_each({wanted})))"  # noqa: S608  (our own names and bind variables)


def given(session: Session, rows: Sequence[Mapping[str, Any]], **types: Any) -> FromClause:
    """Rows that a statement joins: a column for each of ``types``, which may be numbers, texts, dates and JSON."""
    document = bindparam(None, [*rows], type_=JSON(), unique=True)
    if session.get_bind().dialect.name == "postgresql":
        named = (column(name, type_) for name, type_ in types.items())
        return func.json_to_recordset(document).table_valued(*named, name="given").render_derived(with_types=True)
    value = func.json_each(document).table_valued("value").c.value
    return select(*(func.json_extract(value, f"$.{name}").label(name) for name in types)).subquery("given")
