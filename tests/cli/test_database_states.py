"""A database that was never made, or was made by an older checkout: every command says what to do, on both dialects."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from models.database import open_engine
from settings import get_settings


def used(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the commands use this database."""
    monkeypatch.setenv("ORDERSPINE_DATABASE_URL", url)
    get_settings.cache_clear()


@pytest.fixture
def unmade(home: Path, unmade_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation whose database has no tables."""
    used(unmade_url, monkeypatch)


@pytest.fixture
def older(home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation whose database an older checkout has made."""
    with open_engine(database_url).begin() as connection:
        connection.execute(text("DROP TABLE quarantine"))
    used(database_url, monkeypatch)


@pytest.mark.usefixtures("unmade")
class TestADatabaseThatWasNeverMade:
    @pytest.mark.parametrize("command", [("quarantine", "list"), ("report", "reconciliation"), ("order", "show", "X")])
    def test_says_how_to_make_it(self, orderspine, command):
        answer = orderspine(*command)
        assert (answer.code, "orderspine db upgrade" in answer.err) == (2, True)

    def test_is_found_by_the_doctor(self, orderspine):
        answer = orderspine("doctor", "--json")
        findings = {finding["what"]: finding for finding in json.loads(answer.out)}
        assert answer.code == 1
        assert findings["database"]["good"] is False
        assert "orderspine db upgrade" in findings["database"]["told"]

    def test_is_made_by_db_upgrade(self, orderspine):
        assert orderspine("db", "upgrade").code == 0
        assert orderspine("quarantine", "list").out.strip() == "Nothing is in quarantine."


@pytest.mark.usefixtures("older")
def test_a_database_of_an_older_checkout_is_said_to_be_one(orderspine):
    answer = orderspine("db", "upgrade")
    assert (answer.code, "lacks quarantine;" in answer.err) == (2, True), answer
    examined = orderspine("doctor", "--json")
    findings = {finding["what"]: finding for finding in json.loads(examined.out)}
    assert examined.code == 1
    assert "lacks quarantine." in findings["database"]["told"]
