"""Generated orders: the same for the same seed, real-looking, and bad in exactly the ways that are told."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any

import pytest

from sandbox.catalogue import make_catalogue
from sandbox.defects import DEFECTS, spoil
from sandbox.orders import CHANNELS
from sandbox.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=2)
SKUS = {product.sku for product in make_catalogue()}


def found_defect(order: dict[str, Any]) -> str | None:
    """What is wrong with an order, found without knowing how it was made."""
    lines = order["lines"]
    checks = {
        "no_lines": not lines,
        "missing_currency": order["currency"] != "CNY",
        "missing_phone": not order["receiver"]["phone"],
        "missing_receiver_name": not order["receiver"]["name"],
        "unknown_status": order["status"] not in {"paid", "unpaid", "cancelled"},
        "unknown_sku": any(line["sku"] not in SKUS for line in lines),
        "zero_quantity": any(line["quantity"] <= 0 for line in lines),
        "negative_price": any(Decimal(line["price"]) < 0 for line in lines),
    }
    try:
        total = sum(Decimal(line["amount"]) for line in lines) + Decimal(order["freight"])
        checks["wrong_total"] = Decimal(order["amount"]) != total
    except InvalidOperation:
        checks["amount_not_a_number"] = True
    wrong = [name for name, bad in checks.items() if bad]
    assert len(wrong) <= 1, f"{order['order_no']} has several defects: {wrong}"
    return wrong[0] if wrong else None


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_told_defects_are_the_only_ones(channel: str) -> None:
    world = World()
    made = world.place_orders(channel, 2000, since=START, until=END, dirty_share=0.05)
    assert len(made.defects) == 100
    assert {o["order_no"]: d for o in made.orders if (d := found_defect(o))} == made.defects
    assert world.defects()[channel] == made.defects
    assert set(Counter(made.defects.values())) == {d for d, channels in DEFECTS.items() if channel in channels}


def test_the_same_seed_gives_the_same_orders() -> None:
    def orders(world_seed: int, seed: int | None = None) -> list[dict[str, Any]]:
        return World(world_seed).place_orders("shop", 50, since=START, until=END, dirty_share=0.2, seed=seed).orders

    assert orders(1) == orders(1)
    assert orders(1) != orders(2)
    assert orders(1, seed=5) != orders(1, seed=6)


def test_orders_lie_in_their_window_and_customers_come_back() -> None:
    orders = World().place_orders("shop", 1000, since=START, until=END).orders
    assert len({o["order_no"] for o in orders}) == 1000
    for order in orders:
        assert START <= datetime.fromisoformat(order["created_at"]) <= datetime.fromisoformat(order["updated_at"]) < END
        assert 1 <= len(order["lines"]) <= 4
    assert {o["customer"]["grade"] for o in orders} == set("ABCD")
    assert max(Counter(o["customer"]["id"] for o in orders).values()) > 2


def test_further_orders_get_further_numbers() -> None:
    world = World()
    for _ in range(3):
        world.place_orders("shop", 10, since=START, until=END)
    assert len(world.channels["shop"].book) == 30
    with pytest.raises(ValueError, match="exists"):
        world.place_order("shop", next(iter(world.channels["shop"].book)))


def test_an_unknown_defect_is_an_error() -> None:
    order = World().place_orders("shop", 1, since=START, until=END).orders[0]
    with pytest.raises(ValueError, match="unknown defect"):
        spoil(order, "invented", Random(1))
