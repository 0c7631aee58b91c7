"""``/healthz`` says whether the hub is fit for work, and if not what to do."""

import httpx
import pytest
from played import Sandbox
from sqlalchemy import text

from settings import get_settings
from tasks.hub import unit_of_work


async def test_health_names_the_schema(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/healthz")
    assert answer.json()["ready"] is True


async def test_health_says_what_to_do_when_there_is_no_database(
    visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("ORDERSPINE_DATABASE_URL", f"sqlite:///{tmp_path_factory.mktemp('empty')}/new.db")
    get_settings.cache_clear()
    answer = await visitor.get("/healthz")
    assert answer.status_code == 503
    assert "db upgrade" in answer.json()["error"]


async def test_health_names_what_a_database_of_an_older_checkout_lacks(
    hub: Sandbox, visitor: httpx.AsyncClient
) -> None:
    with unit_of_work("an older checkout") as work:
        work.session.execute(text("DROP TABLE invoice"))
    answer = await visitor.get("/healthz")
    assert answer.status_code == 503
    assert "lacks invoice;" in answer.json()["error"]
