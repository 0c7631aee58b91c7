"""Whatever people, channels and warehouses do in whichever order: after every step the books add up (invariant 1).

Each run plays other days, and a run that fails prints how they are played again. ``MINUTES=10`` in the environment goes
on for so long on each database.
"""

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from itertools import count as numbers
from pathlib import Path

import pytest
from a_day import KIT, RULES, SKUS
from a_day_of_changes import Changes
from a_day_of_goods import Goods
from a_day_of_orders import Orders
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from played import Sandbox
from shop_floor import Floor
from sqlalchemy import NullPool, create_engine, make_url, text

from models.database import open_engine
from settings import get_settings
from tasks.shelf.catalogue import define
from tasks.shelf.counting import count

MINUTES = float(os.environ.get("MINUTES", "0"))
DAYS, STEPS = {"sqlite": 6, "postgresql": 3}, {"sqlite": 50, "postgresql": 40}


class AnyOrder(Orders, Changes, Goods):
    """A day with everything that can happen on it."""


@pytest.fixture
def prepared(hub: Sandbox, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A hub whose database is to be copied: a dozen of each SKU in each warehouse, and a kit of both."""
    (tmp_path / "rules.toml").write_text(RULES)
    monkeypatch.setenv("ORDERSPINE_RULES", str(tmp_path / "rules.toml"))
    monkeypatch.setenv("ORDERSPINE_CLOCK_FILE", str(tmp_path / "now"))
    get_settings.cache_clear()
    Floor(tmp_path / "now")
    kits = tmp_path / "kits.csv"
    kits.write_text(f"kit,component,units\n{KIT},{SKUS[0]},1\n{KIT},{SKUS[1]},2\n")
    define(kits, "test")
    for sku in SKUS:
        for house in ("SZ-01", "SH-01"):
            count(sku, house, 12, "setting", "test")
    open_engine(database_url).dispose()
    yield tmp_path
    get_settings.cache_clear()


@pytest.mark.timeout(300 + 90 * MINUTES)
def test_the_books_add_up_after_every_step(
    prepared: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    copies = numbers(1)
    made: list[str] = []

    def fresh() -> Path:
        while made:
            _drop(made.pop())
        made.append(_copy(database_url, prepared, next(copies)))
        monkeypatch.setenv("ORDERSPINE_DATABASE_URL", made[0])
        get_settings.cache_clear()
        return prepared / "now"

    monkeypatch.setattr(AnyOrder, "fresh", staticmethod(fresh), raising=False)
    asked_for = request.config.getoption("--hypothesis-seed")
    ends = time.monotonic() + 60 * MINUTES
    while True:
        number = int(asked_for or secrets.randbits(32))
        again = f".venv/bin/pytest '{request.node.nodeid}' --hypothesis-seed={number}"
        print(f"These days again: {again}")  # noqa: T201  (pytest shows it when the test fails)
        _play(number, make_url(database_url).get_backend_name())
        if asked_for or time.monotonic() > ends:
            break
    _drop(made.pop())


def _play(number: int, dialect: str) -> None:
    run_state_machine_as_test(
        seed(number)(AnyOrder),
        settings=settings(
            max_examples=DAYS[dialect],
            stateful_step_count=STEPS[dialect],
            deadline=None,
            derandomize=False,
            database=None,
            print_blob=True,
            # Shrinking means hundreds of further databases; the steps that failed are printed as they are.
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def _copy(database_url: str, folder: Path, number: int) -> str:
    if not database_url.startswith("postgresql"):
        file = folder / f"copy{number}.db"
        shutil.copy(make_url(database_url).database or "", file)
        return f"sqlite:///{file}"
    url = make_url(database_url)
    name = f"{url.database}_{number}"
    _administer(database_url, f"CREATE DATABASE {name} TEMPLATE {url.database}")
    return url.set(database=name).render_as_string(hide_password=False)


def _drop(copy: str) -> None:
    open_engine(copy).dispose()
    url = make_url(copy)
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").unlink()
    else:
        _administer(copy, f"DROP DATABASE {url.database}")


def _administer(database_url: str, statement: str) -> None:
    url = make_url(database_url).set(database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
