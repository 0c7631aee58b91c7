"""Pushes to every partner of the registry that is written to over HTTP, and the same requests by bare httpx.

Ours goes first and is recorded byte by byte; then the recorded requests go out again with nothing but httpx, as many at
a time. To the partners they are repeats, which they answer as the first ones or refuse, after the same delay. Before
either is timed, one push opens the connection and fetches the token.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

import httpx

from benchmarks.partners.peers import settings_of
from benchmarks.partners.values import PUSHES, outbound
from integrations.chunks import chunks
from integrations.ports import Channel, Notifier
from integrations.registry import PARTNERS, build
from tasks.relay import AT_ONCE

DELAY_SECONDS = 0.1
TIMES = 3
NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
ROBOTS_TAKE = 8
"""Messages to a robot, once: ours, those of httpx and the two before them stay below 20 a minute."""

Push = Callable[[Any, Any], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Pushed:
    """The requests that one partner got, and what our client and bare httpx took for them."""

    partner: str
    requests: int
    ours: "Took"
    bare: "Took"


class Took(NamedTuple):
    """Seconds by the clock, and of this process's CPU."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Together:
    """How many outbounds a call carried, the requests that it took for all, and the seconds."""

    size: int
    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it went out."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    content: bytes


async def push_everywhere(sandbox: str, calls: int, only: Sequence[str] = ()) -> AsyncIterator[Pushed]:
    """Measure each partner that is written to over HTTP, or those of them that are named."""
    for name in only or PARTNERS:
        settings = settings_of(name, sandbox)
        if PARTNERS[name].port in PUSHES and settings:
            yield await _measure(sandbox, name, settings, calls)


async def push_together(sandbox: str, outbounds: int, sizes: Sequence[int]) -> list[Together]:
    """Push the same number of outbounds to Qimen, by calls that carry more or fewer."""
    settings = settings_of("qimen", sandbox)
    assert settings is not None
    measured = []
    for size in sizes:
        numbers = [f"T{size}-{n:06d}" for n in range(outbounds + size)]
        async with httpx.AsyncClient(base_url=sandbox, timeout=60) as control, _slowly(control):
            took, sent = await _ours("qimen", settings, _push_some, [*chunks(numbers, size)])
        measured.append(Together(size, len(sent), took.seconds))
    return measured


def _push_some(client: Any, numbers: Sequence[str]) -> Awaitable[object]:
    requests = [outbound(number) for number in numbers]
    pushed: Awaitable[object] = client.push_outbounds(requests) if len(numbers) > 1 else client.push_outbound(*requests)
    return pushed


async def _measure(sandbox: str, name: str, settings: Mapping[str, Any], calls: int) -> Pushed:
    port = PARTNERS[name].port
    calls, times = (ROBOTS_TAKE, 1) if port is Notifier else (calls, TIMES)
    ours: list[Took] = []
    bare: list[Took] = []
    sent: list[Sent] = []
    for time_ in range(times):
        async with httpx.AsyncClient(base_url=sandbox, timeout=60) as control:
            numbers = await _numbers(control, name, calls + 1, time_)
            async with _slowly(control):
                took, sent = await _ours(name, settings, PUSHES[port], numbers)
                ours.append(took)
                bare.append(await _bare(sent))
    return Pushed(name, len(sent), _median(ours), _median(bare))


def _median(took: Sequence[Took]) -> Took:
    return Took(*(median(column) for column in zip(*took, strict=True)))


async def _numbers(control: httpx.AsyncClient, name: str, count: int, time_: int) -> list[str]:
    """Orders that can be shipped, if the partner is a channel; else numbers of our own."""
    if PARTNERS[name].port is not Channel:
        return [f"B{time_}{n:06d}" for n in range(count)]
    since = NOON + timedelta(days=time_)
    # Some of a channel's orders are not paid and cannot be shipped.
    wanted = {
        "channel": name, "count": 2 * count, "since": since.isoformat(),
        "until": (since + timedelta(hours=9)).isoformat(),
    }  # fmt: skip
    made = (await control.post("/_sandbox/orders", json=wanted)).raise_for_status().json()
    numbers: list[str] = []
    for number in made["order_nos"]:
        order = (await control.get(f"/_sandbox/orders/{name}/{number}")).raise_for_status().json()
        if order["status"] == "paid" and len(numbers) < count:
            numbers.append(number)
    if len(numbers) < count:
        raise SystemExit(f"{name} has only {len(numbers)} orders to ship")
    return numbers


@asynccontextmanager
async def _slowly(control: httpx.AsyncClient) -> AsyncIterator[None]:
    """Every partner takes its time over each request."""
    fault = {"partner": "*", "operation": "*", "kind": "delay", "times": None, "seconds": DELAY_SECONDS}
    (await control.post("/_sandbox/faults", json=fault)).raise_for_status()
    yield
    (await control.delete("/_sandbox/faults")).raise_for_status()


async def _ours(name: str, settings: Mapping[str, Any], push: Push, numbers: Sequence[Any]) -> tuple[Took, list[Sent]]:
    """What all pushes but the first took through our client, and the requests that went out meanwhile."""
    sent: list[Sent] = []

    async def note(request: httpx.Request) -> None:
        sent.append(Sent(request.method, request.url, dict(request.headers), request.content))

    async with httpx.AsyncClient(event_hooks={"request": [note]}) as http:
        client = build(name, settings, http, lambda: datetime.now(UTC))
        await push(client, numbers[0])
        sent.clear()
        took = await _all(numbers[1:], lambda number: push(client, number))
    return took, sent


async def _bare(sent: Sequence[Sent]) -> Took:
    """What the same requests take with nothing around them."""
    async with httpx.AsyncClient() as http:

        async def again(one: Sent) -> None:
            answer = await http.request(one.method, one.url, headers=one.headers, content=one.content)
            if answer.is_server_error:
                answer.raise_for_status()

        await again(sent[0])
        return await _all(sent, again)


async def _all(items: Sequence[Any], do: Callable[[Any], Awaitable[object]]) -> Took:
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(item: Any) -> None:
        async with limit:
            await do(item)

    started, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*map(one, items))
    return Took(time.perf_counter() - started, time.process_time() - used)
