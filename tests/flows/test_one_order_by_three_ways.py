"""One order, however often, late and by whichever way it is told of, is one order with one effect (invariant 2)."""

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from life import (
    Clock,
    assert_books_are_sound,
    change,
    codes,
    column,
    effects,
    place_good,
    put,
    rows,
    status_of,
    up_to_released,
)
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.import_files import import_files
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from models.lifecycle import Route
from models.money import parse_minor
from sandbox.shop import webhook
from settings import ROOT, get_settings
from tasks.connections import partner

pytestmark = pytest.mark.usefixtures("prefect_api")

EACH_ONCE = (
    ("kingdee", "order-saved"),
    ("kingdee", "order-submitted"),
    ("kingdee", "order-audited"),
    ("kingdee", "order-filled-in"),
    ("sf", "waybill-issued"),
    ("qimen", "outbound-created"),
)
"""What partners do for an order until the warehouse has it, apart from what people are told."""


async def tell_by_webhook(*versions: dict[str, Any]) -> None:
    """The shop's webhooks about states of an order, verified and stored as they arrive."""
    async with partner("shop") as shop:
        for version in versions:
            now = datetime.now(UTC)
            message = webhook(version, f"msg_{len(json.dumps(version))}", now)
            raw = shop.receive(dict(message.headers), message.body, now)
            put(raw, "shop", "order", Route.WEBHOOK)


def versions_of(hub: Sandbox, number: str) -> Sequence[dict[str, Any]]:
    """Every state that the shop's order was in, oldest first."""
    return hub.world.channels["shop"].book.versions(number)


async def test_poll_and_webhook_late_repeated_and_out_of_order_make_one_order(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1, remark="first")
    clock.advance(minutes=10)
    hub.world.update_order("shop", number, {"remark": "second"})
    clock.advance(minutes=10)
    hub.world.update_order("shop", number, {"remark": "third"})
    clock.advance(minutes=10)
    first, second, third = versions_of(hub, number)

    await tell_by_webhook(second, second)
    await fulfil_orders()
    await tell_by_webhook(third, first, second)
    await ingest_channels()
    await ingest_channels()
    await tell_by_webhook(first, third)
    await fulfil_orders()
    await relay_outbox()
    await tell_by_webhook(first, second, third)
    await fulfil_orders()
    await relay_outbox()

    assert rows("SELECT channel_order_no, remark FROM sales_order") == [(number, "second")]
    assert column("SELECT count(*) FROM inbox") == [3], "a repeat by another way is the same message"
    assert set(effects(hub).values()) == {1}
    assert len(column("SELECT id FROM outbound")) == 1
    assert codes(column("SELECT reasons FROM hold WHERE kind = 'data'")[0]) == ["changed-after-reservation"]
    assert_books_are_sound()


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the shop's export of its orders goes, with the preset ``export`` that reads it."""
    preset = (ROOT / "presets" / "plain.toml").read_text(encoding="utf-8")
    of_the_shop = preset.replace('name = "plain"', 'name = "export"\nchannel = "shop"')
    times = '[orders.fields]\nupdated_at = ["updated_at"]\npaid_at = ["paid_at"]\n'
    (tmp_path / "export.toml").write_text(of_the_shop.replace("[orders.fields]\n", times), encoding="utf-8")
    monkeypatch.setenv("ORDERSPINE_PRESETS", str(tmp_path))
    get_settings.cache_clear()
    return tmp_path / "orders.csv"


def write_export(file: Path, orders: Sequence[Mapping[str, Any]]) -> None:
    """The shop's orders as a file that says all that the shop's interface says."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        cells = [{**cells_of(order), **line} for order in orders for line in order["lines"]]
        writer = csv.DictWriter(opened, [*cells[0]])
        writer.writeheader()
        writer.writerows(cells)


def cells_of(order: Mapping[str, Any]) -> dict[str, str]:
    """What each line of the export repeats of its order."""
    customer, receiver = order["customer"], order["receiver"]
    return {
        **{name: order[name] for name in ("order_no", "updated_at", "paid_at", "promised_on", "currency", "freight")},
        **{name: receiver[name] for name in ("phone", "province", "city", "district", "address")},
        "placed_at": order["created_at"],
        "customer": customer["id"],
        "customer name": customer["name"],
        "receiver": receiver["name"],
        "order amount": order["amount"],
        "urgent": "yes" if order["urgent"] else "no",
        "remark": order["remark"],
    }


@pytest.mark.take_turns
@pytest.mark.parametrize("routes", list(permutations(("poll", "webhook", "file"))), ids="-".join)
async def test_poll_webhook_and_file_in_any_turn_make_each_order_once_with_one_effect(
    hub: Sandbox, clock: Clock, export: Path, routes: Sequence[str]
) -> None:
    numbers = place_good(hub, 3)
    orders = [version for number in numbers for version in versions_of(hub, number)]
    write_export(export, orders)
    tell = {
        "poll": lambda: ingest_channels(["shop"]),
        "webhook": lambda: tell_by_webhook(*orders),
        "file": lambda: import_files(str(export), "export"),
    }

    for turn in (routes, reversed(routes)):
        for route in turn:
            await tell[route]()
        await fulfil_orders()
        await relay_outbox()

    stored = rows("SELECT channel_order_no, status, version FROM sales_order ORDER BY channel_order_no")
    assert stored == [(number, "released", 1) for number in sorted(numbers)]
    lines = rows(
        "SELECT o.channel_order_no, l.line_no, l.sku, l.quantity, l.price_minor, l.amount_minor FROM order_line l"
        " JOIN sales_order o ON o.id = l.order_id"
    )
    assert sorted(lines) == sorted(line_of(order, line) for order in orders for line in order["lines"])
    assert column("SELECT id FROM hold") == [], "nobody was asked whether it is the same"
    first_call = min(("poll", "webhook"), key=routes.index)
    assert Counter(column("SELECT route FROM inbox")) == {"file": 3, first_call: 3}, "a repeat is the same message"
    assert set(effects(hub).values()) == {1}
    done = Counter((by, effect) for by, effect, _ in effects(hub) if effect != "message")
    assert done == dict.fromkeys(EACH_ONCE, len(numbers))
    assert_books_are_sound()


def line_of(order: Mapping[str, Any], line: Mapping[str, Any]) -> tuple[object, ...]:
    """A line of the shop's order as we store it."""
    prices = (parse_minor(line[name], order["currency"]) for name in ("price", "amount"))
    return order["order_no"], str(line["line_no"]), line["sku"], line["quantity"], *prices


async def test_the_newest_statement_wins_whichever_comes_first(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1, status="unpaid", paid_at=None, customer={"id": "C1", "name": "王伟", "grade": ""})
    clock.advance(minutes=10)
    hub.world.update_order("shop", number, {"remark": "newer"})
    clock.advance(minutes=10)
    older, newer = versions_of(hub, number)

    await tell_by_webhook(newer)
    await fulfil_orders()
    await tell_by_webhook(older)
    await fulfil_orders()

    assert rows("SELECT remark, version FROM sales_order") == [("newer", 1)]
    assert column("SELECT state FROM inbox") == ["done", "done"]


async def test_an_order_that_waits_for_payment_goes_on_when_it_is_paid(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1, status="unpaid", paid_at=None, customer={"id": "C1", "name": "王伟", "grade": ""})
    await up_to_released()
    assert column("SELECT kind FROM hold WHERE closed_at IS NULL") == ["payment"]

    hub.world.update_order("shop", number, {"status": "paid", "paid_at": clock.now.isoformat()})
    clock.advance(minutes=5)
    await up_to_released()

    assert status_of(number) == "released"
    assert column("SELECT kind FROM hold WHERE closed_at IS NULL") == []


async def test_an_order_changed_before_it_is_reserved_takes_its_new_content(hub: Sandbox, clock: Clock) -> None:
    [number] = place_good(hub, 1)
    order = hub.world.channels["shop"].book[number]
    good = [{**line} for line in order["lines"]]
    order["lines"] = [{**line, "sku": "NO-SUCH-SKU"} for line in good]
    await up_to_released()
    assert status_of(number) == "received"

    hub.world.update_order("shop", number, {"lines": good})
    clock.advance(minutes=5)
    await up_to_released()

    assert status_of(number) == "released"
    assert column("SELECT max(version) FROM order_version") == [2]
    assert column("SELECT count(*) FROM hold WHERE closed_at IS NULL") == [0]
    assert_books_are_sound()


async def test_the_same_window_read_again_changes_nothing(hub: Sandbox, clock: Clock) -> None:
    place_good(hub, 3)
    await up_to_released()
    before = rows("SELECT id, hash FROM order_event ORDER BY id"), effects(hub)
    change("UPDATE sales_channel SET read_until = :at", at=str(clock.now - timedelta(hours=6)))
    await up_to_released()
    assert (rows("SELECT id, hash FROM order_event ORDER BY id"), effects(hub)) == before
