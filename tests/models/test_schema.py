"""A database that cannot be used says why in one sentence and what to do, on both dialects."""

import socket

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from models.base import table_of
from models.company import Product
from models.database import DatabaseNotReady, open_engine, read_schema, transaction, upgrade
from models.invoice import Invoice
from models.schema import Schema

OLDER = {
    "a table": ("DROP TABLE invoice", "invoice"),
    "a column": ("ALTER TABLE product DROP COLUMN category", "product.category"),
}


def run(url: str, statement: str) -> None:
    """Execute plain SQL, past all of our code."""
    with open_engine(url).begin() as connection:
        connection.execute(text(statement))


def look(url: str) -> None:
    """Read what ``OLDER`` takes away."""
    with transaction(url) as session:
        session.execute(select(table_of(Invoice).c.id))
        session.execute(select(table_of(Product).c.category))


def test_a_database_without_tables_is_to_be_upgraded(unmade_url: str) -> None:
    with pytest.raises(DatabaseNotReady, match=r"no tables yet\. Run: orderspine db upgrade"):
        look(unmade_url)
    assert read_schema(unmade_url).present is None
    upgrade(unmade_url)
    assert read_schema(unmade_url).trouble is None
    look(unmade_url)


@pytest.mark.parametrize(("change", "missing"), OLDER.values(), ids=OLDER)
def test_a_database_of_an_older_checkout_is_not_told_to_upgrade_in_a_circle(
    database_url: str, change: str, missing: str
) -> None:
    run(database_url, change)
    assert read_schema(database_url).missing == (missing,)
    for use in (look, upgrade):
        with pytest.raises(DatabaseNotReady, match=f"lacks {missing}; .*ORDERSPINE_DATABASE_URL"):
            use(database_url)


def test_a_database_whose_migrations_are_behind_is_to_be_upgraded(database_url: str) -> None:
    run(database_url, "DROP TABLE invoice")
    run(database_url, "UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(DatabaseNotReady, match=r"version 0001, the code wants .* Run: orderspine db upgrade"):
        look(database_url)


@pytest.mark.parametrize("statement", ["SELECT 1 FROM nothing_of_ours", "SELECT colour FROM product"])
def test_a_statement_that_asks_for_what_never_was_is_a_defect(database_url: str, statement: str) -> None:
    with pytest.raises((OperationalError, ProgrammingError)), transaction(database_url) as session:
        session.execute(text(statement))


@pytest.mark.parametrize("use", [look, upgrade, read_schema])
def test_a_server_that_nobody_reaches_is_named_without_its_password(use) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and nobody listens
        for place in (f"127.0.0.1:{closed.getsockname()[1]}", "nowhere.invalid"):
            with pytest.raises(DatabaseNotReady, match=rf"hub:\*\*\*@{place}/orders does not answer"):
                use(f"postgresql://hub:secret@{place}/orders")


def test_of_much_that_is_missing_a_few_are_named() -> None:
    assert "lacks a, b, c, …; until" in (Schema("0002", "0002", ("a", "b", "c", "d")).trouble or "")
