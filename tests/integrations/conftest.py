"""The sandbox of simulated partners over real HTTP, and clients that speak to it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import timedelta

import httpx
import pytest
from bench import Bench
from excel_people import People, people_served
from loopback import served
from mail_sink import mail_served, only_we, played
from tenacity import wait_none

from integrations import drop, http
from sandbox.app import create_app
from sandbox.world import World


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transport faults are tried again at once, and a request for patience goes straight to the caller."""
    monkeypatch.setattr(http, "_BACKOFF", wait_none())
    monkeypatch.setattr(http, "PATIENCE", timedelta(0))
    monkeypatch.setattr(drop, "_BACKOFF", wait_none())


@pytest.fixture(scope="session")
def sandbox_world() -> World:
    return World()


@pytest.fixture(scope="session")
def sandbox_address(sandbox_world: World) -> Iterator[str]:
    with served(create_app(sandbox_world)) as address:
        yield address


@pytest.fixture(scope="session")
def mail_address(sandbox_world: World) -> Iterator[str]:
    with mail_served(played(sandbox_world), authenticator=only_we) as address:
        yield address


@pytest.fixture(scope="session")
def people(sandbox_world: World, tmp_path_factory: pytest.TempPathFactory) -> People:
    return People(sandbox_world, tmp_path_factory.mktemp("bridge"))


@pytest.fixture(scope="session")
def bridge_address(people: People) -> Iterator[str]:
    with people_served(people) as address:
        yield address


@pytest.fixture
def world(sandbox_world: World) -> World:
    """An empty world."""
    sandbox_world.reset()
    return sandbox_world


@pytest.fixture
async def bench(
    sandbox_address: str,
    mail_address: str,
    bridge_address: str,
    people: People,
    world: World,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Bench]:
    def postgres() -> str:
        return str(request.getfixturevalue("postgres"))

    async with httpx.AsyncClient() as client:
        with ExitStack() as servers:
            yield Bench(sandbox_address, world, client, postgres, mail_address, bridge_address, people, servers)
