"""The web application in this process, on a real database, with every partner played by the sandbox."""

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import uvicorn
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
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(), log_level="critical", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < deadline, "the web did not come up"
            time.sleep(0.02)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        httpx.put(f"{hub.url}/_sandbox/hub", json={"url": address}).raise_for_status()
        yield address
        httpx.put(f"{hub.url}/_sandbox/hub", json={"url": NOWHERE}).raise_for_status()  # closes its connections to us
        server.should_exit = True
        thread.join(timeout=30)
        assert not thread.is_alive()
