"""How long it takes to understand what a channel says: from its messages as they were kept to orders in our words."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

import httpx

from models.messages import RawMessage
from tasks.connections import partner

TIMES = 5
SINCE = datetime(2026, 4, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Understood:
    """So many orders, and the seconds of CPU to read them: with our reader, and with ``json.loads`` alone. It is one
    thread that waits for nothing, so a busy machine does not count."""

    orders: int
    megabytes: float
    seconds: float
    floor_seconds: float


async def understand(sandbox: str, orders: int) -> Understood:
    """Fetch that many Taobao orders, and read them again and again."""
    async with httpx.AsyncClient(base_url=sandbox, timeout=300) as control:
        wanted = {"channel": "taobao", "count": orders, "since": SINCE.isoformat(), "until": UNTIL.isoformat()}
        (await control.post("/_sandbox/orders", json=wanted)).raise_for_status()
    messages: dict[str, RawMessage] = {}
    async with partner("taobao") as taobao:
        cursor = None
        while True:
            page = await taobao.pull_orders(SINCE, UNTIL, cursor)
            messages.update((message.key, message) for message in page.messages)
            cursor = page.next_cursor
            if cursor is None:
                break
        ours, bare = [], []
        for _ in range(TIMES):
            started = time.process_time()
            read = [taobao.read_order(message) for message in messages.values()]
            ours.append(time.process_time() - started)
            started = time.process_time()
            for message in messages.values():
                json.loads(message.body)
            bare.append(time.process_time() - started)
    if len({order.order_no for order in read}) != orders:
        raise SystemExit(f"{len(read)} of {orders} orders were read")
    size = sum(len(message.body.encode()) for message in messages.values()) / 1e6
    return Understood(len(read), size, median(ours), median(bare))
