"""The web application in this process, on a real database, with every partner played by the sandbox."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from loopback import served
from played import Sandbox

from web.app import create_app

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
async def visitor(hub: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody on this machine who looks at the console."""
    transport = httpx.ASGITransport(create_app(), client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def web(hub: Sandbox) -> Iterator[str]:
    """The application on loopback, known to the sandbox. There is no Prefect server: nothing may depend on it."""
    with served(create_app()) as address:
        httpx.put(f"{hub.url}/_sandbox/hub", json={"url": address}).raise_for_status()
        yield address
        httpx.put(f"{hub.url}/_sandbox/hub", json={"url": NOWHERE}).raise_for_status()  # closes its connections to us
