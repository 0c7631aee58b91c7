"""The situations in which carts are known to oversell, each a database full of orders and less stock than they want."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks.company import NOON, Wanted, kit, order, stock
from integrations.reading import order_message
from models.lifecycle import Route
from models.work import Work

A_SKU = 5
"""Lines of the last scene per SKU."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One situation. ``a_batch`` is how many orders or messages a worker takes at a time, ``kills`` how many workers
    die on the way."""

    name: str
    prepare: Callable[[Work, random.Random], None]
    a_batch: int = 1
    kills: int = 0


def scenes(workers: int, lines: int) -> list[Scene]:
    """All of them, for so many workers; the last one with that many lines."""
    return [
        Scene("everybody after the last unit", lambda work, _: _last_unit(work, workers)),
        Scene("kits that share a component", lambda work, chance: _kits(work, workers, chance)),
        Scene("two lines of an order, one SKU", lambda work, _: _same_sku(work, workers)),
        Scene("duplicate and reordered messages", lambda work, chance: _messages(work, workers, chance), 4),
        Scene("workers killed and started again", lambda work, chance: _hot(work, 20 * workers, chance), 4, workers),
        Scene(f"{lines:,} lines over {lines // A_SKU:,} SKUs", lambda work, chance: _many(work, lines, chance), 25),
    ]


def _last_unit(work: Work, orders: int) -> None:
    order(work, [[("LAST", 1)]] * orders, stock(work, "SZ-01", {"LAST": 1}))


def _kits(work: Work, orders: int, chance: random.Random) -> None:
    """Two kits and a plain line want the same lid; pots and pans are plenty."""
    parts = stock(work, "SZ-01", {"LID": orders // 4 + 1, "POT": 9 * orders, "PAN": 9 * orders})
    kits = kit(work, "POT-SET", {"POT": 1, "LID": 1}) | kit(work, "PAN-SET", {"PAN": 2, "LID": 2})
    wanted = [[(chance.choice(("POT-SET", "PAN-SET", "LID")), 1)] for _ in range(orders)]
    order(work, wanted, parts | kits)


def _same_sku(work: Work, orders: int) -> None:
    """Each wants two pieces, a line for each: seen line by line, the last odd piece would serve half an order."""
    order(work, [[("PAIR", 1), ("PAIR", 1)]] * orders, stock(work, "SZ-01", {"PAIR": orders | 1}))


def _messages(work: Work, orders: int, chance: random.Random) -> None:
    """Every order is told of three times, with another quantity each time, and once more word for word; the messages
    come in any order. There is stock for half of what is wanted."""
    stock(work, "SZ-01", {"TOLD": 3 * orders // 2})
    told: list[dict[str, Any]] = []
    for n in range(orders):
        for version in (1, 2, 3, 3):
            at = NOON + timedelta(minutes=version)
            content = statement(f"S{n}", at, pieces=version)
            message = order_message(f"S{n}", content, at)
            key = f"{message.key}:{len(told)}"  # another key: the inbox itself must not be what sorts them out
            told.append(
                {
                    "kind": "order", "source": "shop", "message_key": key, "route": Route.POLL, "body": message.body,
                    "occurred_at": at,
                }
            )  # fmt: skip
    chance.shuffle(told)
    work.inbox.put(told)


def statement(number: str, updated_at: datetime, pieces: int) -> dict[str, object]:
    """A paid order of one line, as the shop writes it."""
    line = {"line_no": "1", "sku": "TOLD", "quantity": pieces, "price": "1.00", "amount": f"{pieces}.00"}
    receiver = {"name": "王五", "phone": "13800000000", "province": "广东省", "city": "深圳市", "address": "福保街道"}
    placed_at = NOON.isoformat()
    return {
        "order_no": number, "status": "paid", "currency": "CNY", "amount": f"{pieces}.00", "created_at": placed_at,
        "updated_at": updated_at.isoformat(), "paid_at": placed_at, "customer": {"id": number}, "receiver": receiver,
        "lines": [line],
    }  # fmt: skip


def _hot(work: Work, orders: int, chance: random.Random) -> None:
    """Ten SKUs, stock for about half."""
    skus = [f"HOT-{n}" for n in range(10)]
    products = stock(work, "SZ-01", dict.fromkeys(skus, orders // 8))
    order(work, baskets(orders, skus, chance), products)


def _many(work: Work, lines: int, chance: random.Random) -> None:
    """Two warehouses; some SKUs are wanted far more than others, and of most there is about half of what is wanted."""
    skus = [f"SKU-{n:04d}" for n in range(lines // A_SKU)]
    products = stock(work, "SZ-01", dict.fromkeys(skus, 2))
    stock(work, "SH-01", dict.fromkeys(skus, 2))
    hot = [skus[int(len(skus) * chance.random() ** 3)] for _ in range(lines)]
    order(work, baskets(lines * 2 // 5, hot, chance), products)


def baskets(orders: int, skus: list[str], chance: random.Random) -> list[Wanted]:
    """One to four lines each, two and a half on average."""
    return [
        [(chance.choice(skus), chance.choice((1, 1, 2))) for _ in range(chance.choice((1, 2, 3, 4)))]
        for _ in range(orders)
    ]
