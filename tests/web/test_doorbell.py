"""A burst of work wakes the flows once at its beginning and once after its end."""

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from web.doorbell import Doorbell


async def heard(rings: "asyncio.Queue[str]", count: int) -> list[str]:
    """The next rings; fails when they do not come."""
    async with asyncio.timeout(20):
        return [await rings.get() for _ in range(count)]


def bell(pause: float) -> tuple[Doorbell, "asyncio.Queue[str]"]:
    rings: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def send(event: str) -> None:
        loop.call_soon_threadsafe(rings.put_nowait, event)

    return Doorbell(send, pause), rings


async def test_a_burst_rings_first_and_last() -> None:
    doorbell, rings = bell(pause=0.5)
    doorbell.ring("orders")
    doorbell.ring("confirmations")
    assert sorted(await heard(rings, 2)) == ["confirmations", "orders"]
    for _ in range(50):
        doorbell.ring("orders")
    assert await heard(rings, 1) == ["orders"]
    await asyncio.sleep(1)
    assert rings.empty()


async def test_a_ring_after_the_pause_is_heard_at_once() -> None:
    doorbell, rings = bell(pause=0.01)
    doorbell.ring("orders")
    assert await heard(rings, 1) == ["orders"]
    await asyncio.sleep(0.1)
    doorbell.ring("orders")
    assert await heard(rings, 1) == ["orders"]


async def test_what_is_owed_when_the_server_stops_is_still_rung() -> None:
    doorbell, rings = bell(pause=60)
    doorbell.ring("orders")
    doorbell.ring("orders")
    assert await heard(rings, 1) == ["orders"]
    doorbell.ring("orders")
    await doorbell.close()
    assert await heard(rings, 1) == ["orders"]


async def test_a_ring_that_the_database_does_not_take_is_logged_and_the_next_one_rings(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rings: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def send(event: str) -> None:
        loop.call_soon_threadsafe(rings.put_nowait, event)
        raise OperationalError("INSERT INTO signal", {"url": "postgresql://hub:s3cret@db"}, Exception("no route"))

    doorbell = Doorbell(send, pause=0.01)
    for _ in range(2):
        doorbell.ring("orders")
        assert await heard(rings, 1) == ["orders"]
    await doorbell.close()
    assert {record.getMessage() for record in caplog.records} == {
        "orders was not told (OperationalError); the schedule will find what is there"
    }
