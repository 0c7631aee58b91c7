"""Pushes to every partner that is written to, and the same requests by bare httpx.

Ours goes first and is recorded byte by byte; then the recorded requests go out again with nothing but httpx, as many at
a time. To the partners they are repeats, which they answer as the first ones, after the same delay.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import httpx

from cli.rehearsal import SECRETS
from integrations.chunks import chunks
from integrations.ports import Carrier, Channel, Erp, Warehouse
from integrations.registry import PARTNERS, build
from models.messages import (
    Address,
    ErpOrder,
    OutboundLine,
    OutboundRequest,
    ShipmentNotice,
    WaybillRequest,
)
from tasks.connections import Connection, connections
from tasks.relay import AT_ONCE

DELAY_SECONDS = 0.1
TIMES = 3
NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
SENDER = Address("仓库", "02112345678", "CN", "上海市", "上海市", "浦东新区", "张江路 1 号")
RECEIVER = Address("张三", "13800000001", "CN", "广东省", "深圳市", "南山区", "科技园 2 号")
LINES = (OutboundLine("1", "SKU-0001", "保温杯", 2, 12_345),)

Push = Callable[[Any, Any], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Pushed:
    """Requests a second that our client made and that bare httpx made."""

    partner: str
    requests: int
    ours_a_second: float
    bare_a_second: float


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it went out."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    content: bytes


def _outbound(number: str) -> OutboundRequest:
    return OutboundRequest(
        outbound_no=number, order_no=number, channel="shop", warehouse="SZ-01", placed_at=NOON, requested_at=NOON,
        shop="脊梁旗舰店", receiver=RECEIVER, sender=SENDER, carrier="sf_express", waybill_no=f"SF{number}",
        currency="CNY", amount_minor=24_690, lines=LINES, remark="",
    )  # fmt: skip


PUSHES: Mapping[type, Push] = {
    Channel: lambda client, number: client.push_shipment(ShipmentNotice(number, "sf_express", f"SF{number}", NOON)),
    Warehouse: lambda client, number: client.push_outbound(_outbound(number)),
    Carrier: lambda client, number: client.book_waybill(
        WaybillRequest(number, SENDER, RECEIVER, LINES, parcels=1, weight_grams=1_250, remark="")
    ),
    Erp: lambda client, number: client.push_order(ErpOrder(number, "CUST001", NOON, "CNY", LINES, "")),
}
"""What is written to partners of each port. Messages to people are not measured: a robot takes 20 a minute."""


async def push_everywhere(sandbox: str, calls: int) -> list[Pushed]:
    """Measure each partner that is connected and written to; several warehouses of one partner count once."""
    connected = {each.partner: each for each in reversed(connections().all())}
    measured = []
    for name, entry in PARTNERS.items():
        if name in connected and entry.port in PUSHES:
            measured.append(await _measure(sandbox, connected[name], PUSHES[entry.port], calls))
    return measured


@dataclass(frozen=True, slots=True)
class Together:
    """How many outbounds a call carried, the requests that it took for all, and the seconds."""

    size: int
    requests: int
    seconds: float


async def push_together(sandbox: str, outbounds: int, sizes: Sequence[int]) -> list[Together]:
    """Push the same number of outbounds to Qimen, by calls that carry more or fewer."""
    connection = next(each for each in connections().warehouse if each.partner == "qimen")
    measured = []
    for size in sizes:
        numbers = [f"T{size}-{n:06d}" for n in range(outbounds)]
        async with httpx.AsyncClient(base_url=sandbox, timeout=60) as control, _slowly(control):
            seconds, sent = await _ours(connection, _push_some, [*chunks(numbers, size)])
        measured.append(Together(size, len(sent), seconds))
    return measured


def _push_some(client: Any, numbers: Sequence[str]) -> Awaitable[object]:
    requests = [_outbound(number) for number in numbers]
    pushed: Awaitable[object] = client.push_outbounds(requests) if len(numbers) > 1 else client.push_outbound(*requests)
    return pushed


async def _measure(sandbox: str, connection: Connection, push: Push, calls: int) -> Pushed:
    ours, bare, requests = [], [], 0
    for time_ in range(TIMES):
        async with httpx.AsyncClient(base_url=sandbox, timeout=60) as control:
            numbers = await _numbers(control, connection, calls, time_)
            async with _slowly(control):
                seconds, sent = await _ours(connection, push, numbers)
                requests = len(sent)
                ours.append(requests / seconds)
                bare.append(requests / await _bare(sent))
    return Pushed(connection.partner, requests, median(ours), median(bare))


async def _numbers(control: httpx.AsyncClient, connection: Connection, calls: int, time_: int) -> list[str]:
    """Orders that can be shipped, if the partner is a channel; else numbers of our own."""
    if PARTNERS[connection.partner].port is not Channel:
        return [f"B{time_}{n:06d}" for n in range(calls)]
    since = NOON + timedelta(days=time_)
    # Some of a channel's orders are not paid and cannot be shipped.
    wanted = {
        "channel": connection.partner, "count": 2 * calls, "since": since.isoformat(),
        "until": (since + timedelta(hours=9)).isoformat(),
    }  # fmt: skip
    made = (await control.post("/_sandbox/orders", json=wanted)).raise_for_status().json()
    numbers: list[str] = []
    for number in made["order_nos"]:
        order = (await control.get(f"/_sandbox/orders/{connection.partner}/{number}")).raise_for_status().json()
        if order["status"] == "paid" and len(numbers) < calls:
            numbers.append(number)
    if len(numbers) < calls:
        raise SystemExit(f"{connection.partner} has only {len(numbers)} orders to ship")
    return numbers


@asynccontextmanager
async def _slowly(control: httpx.AsyncClient) -> AsyncIterator[None]:
    """Every partner takes its time over each request."""
    fault = {"partner": "*", "operation": "*", "kind": "delay", "times": None, "seconds": DELAY_SECONDS}
    (await control.post("/_sandbox/faults", json=fault)).raise_for_status()
    yield
    (await control.delete("/_sandbox/faults")).raise_for_status()


async def _ours(connection: Connection, push: Push, numbers: Sequence[Any]) -> tuple[float, list[Sent]]:
    """Seconds that the pushes took through our client, and the requests that went out."""
    sent: list[Sent] = []

    async def note(request: httpx.Request) -> None:
        sent.append(Sent(request.method, request.url, dict(request.headers), request.content))

    async with httpx.AsyncClient(event_hooks={"request": [note]}) as http:
        settings = {**connection.settings, **SECRETS[connection.secret]}
        client = build(connection.partner, settings, http, lambda: datetime.now(UTC))
        seconds = await _all(numbers, lambda number: push(client, number))
    return seconds, sent


async def _bare(sent: Sequence[Sent]) -> float:
    """Seconds that the same requests take with nothing around them."""
    async with httpx.AsyncClient() as http:

        async def again(one: Sent) -> None:
            answer = await http.request(one.method, one.url, headers=one.headers, content=one.content)
            answer.raise_for_status()

        return await _all(sent, again)


async def _all(items: Sequence[Any], do: Callable[[Any], Awaitable[object]]) -> float:
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(item: Any) -> None:
        async with limit:
            await do(item)

    started = time.perf_counter()
    await asyncio.gather(*map(one, items))
    return time.perf_counter() - started
