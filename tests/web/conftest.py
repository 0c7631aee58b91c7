"""The web application in this process, on a real database, with every partner played by the sandbox."""

from collections.abc import AsyncIterator

import httpx
import pytest
from played import Sandbox

from web.app import create_app


@pytest.fixture
async def visitor(hub: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody on this machine who looks at the console."""
    transport = httpx.ASGITransport(create_app(), client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client
