"""A world, its application in-process, and the same served on loopback."""

from collections.abc import AsyncIterator, Iterator

import httpx
import loopback
import pytest
from fastapi import FastAPI

from sandbox.app import create_app
from sandbox.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def app(world: World) -> FastAPI:
    return create_app(world)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client:
        yield client


@pytest.fixture
def served(app: FastAPI) -> Iterator[str]:
    """The address of the sandbox behind a real uvicorn."""
    with loopback.served(app) as address:
        yield address
