"""Makes orders for a channel, some of them bad in a known way.

An order is the JSON object of the shop channel (see ``sandbox.shop``); the others render it in their own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sandbox.catalogue import Product
from sandbox.clock import BEIJING, iso_text
from sandbox.defects import DEFECTS, spoil
from sandbox.money import yuan
from sandbox.order_book import Order
from sandbox.people import Person, make_people

CHANNELS = (
    "shop",
    "taobao",
    "jd",
    "wechat_shop",
    "alibaba_1688",
    "alibaba_com",
    "shopify",
    "woocommerce",
    "dingtalk_approval",
    "feishu_approval",
)
_NUMBERS = {
    "taobao": (3_600_000_000_000_000_000, 100_003),
    "jd": (300_000_000_000, 1_009),
    "alibaba_1688": (2_060_260_996_754_900_000, 100_000),
    "alibaba_com": (271_207_727_001_000_000, 100_000),
    "wechat_shop": (3_705_115_058_471_200_000, 256),
    "shopify": (5_000_000_000_000, 32_768),
    "woocommerce": (1_000, 1),
}
"""Where the numbers of a channel start, and how far apart they are."""

_STATUS_WEIGHTS = {"paid": 95, "unpaid": 3, "cancelled": 2}
_REMARKS = ("", "", "", "", "", "请尽快发货", "包装请牢固", "放门卫处", "到货前电话联系", "送礼，勿放价格单")


@dataclass(frozen=True)
class Generated:
    """New orders and, by order number, the defect of each bad one."""

    orders: list[Order]
    defects: Mapping[str, str]


def order_number(channel: str, serial: int, created_at: datetime) -> str:
    """A number as the channel writes it: digits at some, letters, date and a serial at the shop."""
    if channel in _NUMBERS:
        start, step = _NUMBERS[channel]
        return str(start + serial * step)
    return f"SH{created_at.astimezone(BEIJING):%y%m%d}{serial:08d}"


def make_orders(
    channel: str,
    count: int,
    *,
    catalogue: Sequence[Product],
    since: datetime,
    until: datetime,
    dirty_share: float,
    seed: int,
    first_serial: int = 1,
) -> Generated:
    """`count` orders created in [since, until), of which `round(count * dirty_share)` have one defect each.

    About 95% are paid, 3% unpaid, 2% cancelled; a bad order is always paid. Same arguments, same orders.
    """
    rng = Random(f"{channel}:{seed}")
    people = make_people(max(1, count * 3 // 4), seed)
    seconds = max(1, int((until - since).total_seconds()))
    moments = sorted(since + timedelta(seconds=rng.randrange(seconds)) for _ in range(count))
    statuses = rng.choices(list(_STATUS_WEIGHTS), list(_STATUS_WEIGHTS.values()), k=count)
    dirty = set(rng.sample(range(count), round(count * dirty_share)))
    kinds = [kind for kind, channels in DEFECTS.items() if channel in channels]
    orders: list[Order] = []
    defects: dict[str, str] = {}
    for index, moment in enumerate(moments):
        number = order_number(channel, first_serial + index, moment)
        status = "paid" if index in dirty else statuses[index]
        order = _make_order(rng, number, moment, until, status, person=rng.choice(people), catalogue=catalogue)
        if index in dirty:
            defects[number] = kinds[len(defects) % len(kinds)]
            spoil(order, defects[number], rng)
        orders.append(order)
    return Generated(orders, defects)


def _make_order(
    rng: Random,
    number: str,
    created_at: datetime,
    until: datetime,
    status: str,
    *,
    person: Person,
    catalogue: Sequence[Product],
) -> Order:
    lines, goods_fen = _make_lines(rng, catalogue)
    freight_fen = 0 if goods_fen >= 9900 else 1000
    updated_at = min(created_at + timedelta(seconds=rng.randrange(5, 600)), until - timedelta(seconds=1))
    updated_at = max(created_at, updated_at)
    place = person.place
    promised_on = (created_at.astimezone(BEIJING) + timedelta(days=rng.randrange(2, 9))).date()
    return {
        "order_no": number,
        "created_at": iso_text(created_at),
        "updated_at": iso_text(updated_at),
        "paid_at": iso_text(updated_at) if status == "paid" else None,
        "status": status,
        "currency": "CNY",
        "amount": yuan(goods_fen + freight_fen),
        "freight": yuan(freight_fen),
        "customer": {"id": person.customer_id, "name": person.name, "grade": person.grade},
        "receiver": {
            "name": person.name,
            "phone": person.phone,
            "country": "CN",
            "province": place.province,
            "city": place.city,
            "district": place.district,
            "address": person.address,
        },
        "promised_on": promised_on.isoformat() if rng.random() < 0.8 else None,
        "urgent": rng.random() < 0.05,
        "remark": rng.choice(_REMARKS),
        "lines": lines,
    }


def _make_lines(rng: Random, catalogue: Sequence[Product]) -> tuple[list[dict[str, Any]], int]:
    wanted = min(len(catalogue), rng.choice((1, 1, 1, 2, 2, 3, 4)))
    lines, total_fen = [], 0
    for line_no, product in enumerate(rng.sample(catalogue, wanted), start=1):
        quantity = rng.choice((1, 1, 1, 1, 2, 2, 3, 5))
        amount_fen = quantity * product.price_fen
        total_fen += amount_fen
        lines.append(
            {
                "line_no": line_no,
                "sku": product.sku,
                "title": product.title,
                "quantity": quantity,
                "price": yuan(product.price_fen),
                "amount": yuan(amount_fen),
            }
        )
    return lines, total_fen
