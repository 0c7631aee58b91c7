"""The stated fairness decides over the whole queue, however small the batches; who loses hears who was served (B2)."""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from shop_floor import ONE, Floor, lies, rows, run

from models.order_number import order_number
from policies.fairness import turn_by
from policies.rules_file import parse_rules
from settings import get_settings
from tasks import ready
from tasks.accept_orders import accept_orders
from tasks.hub import unit_of_work
from tasks.queue_turns import turns_of
from tasks.reading import reading
from tasks.reservation_facts import facts_of_open_orders

ORDERS, PIECES = 12, 5


@pytest.mark.parametrize("fairness", ["first-come", "promised-date", "customer-grade"])
def test_batches_of_two_serve_those_whose_turn_it_is_of_all_that_wait(
    floor: Floor, fairness: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(f'reservation = {{ fairness = "{fairness}", grades = ["gold", "tin"] }}', encoding="utf-8")
    monkeypatch.setenv("ORDERSPINE_RULES", str(file))
    monkeypatch.setattr(ready, "ORDERS_A_BATCH", 2)
    get_settings.cache_clear()
    rules, chance = parse_rules(file.read_text(encoding="utf-8")), random.Random(fairness)
    lies(PIECES)
    for n in range(ORDERS):
        promised = date(2026, 4, chance.randint(1, 9)).isoformat() if chance.random() < 0.7 else None
        buyer = {"id": f"B{n}", "name": "韩梅梅", "grade": chance.choice(["gold", "tin", "other"])}
        placed = floor.now - timedelta(hours=chance.randint(0, 9))
        floor.state(
            {ONE: 1}, customer=buyer, promised_on=promised, urgent=chance.random() < 0.2, created_at=placed.isoformat()
        )
    for batch in ready.arrived_orders():
        run(accept_orders.fn(batch, rules))
    with reading() as work:
        facts = facts_of_open_orders(work, rules)
    turn = turn_by(rules.reservation, {customer.customer_id: customer for customer in facts.customers})
    turns = [order.order_id for order in sorted(facts.orders, key=turn)]
    assert turns != sorted(turns)
    with unit_of_work("test") as work:
        claims = work.claims(timedelta(0))
        assert list(claims.orders_to_decide(ORDERS, turns_of(rules.reservation)).ids) == turns

    floor.fulfil()

    served = rows("SELECT id FROM sales_order WHERE status = 'reserved' ORDER BY id")
    assert [row.id for row in served] == sorted(turns[:PIECES])
    reasons = rows("SELECT order_id, reasons FROM hold WHERE closed_at IS NULL ORDER BY order_id")
    assert [row.order_id for row in reasons] == sorted(turns[PIECES:])
    assert all("served-before" in str(row.reasons) for row in reasons)
    assert all(order_number(turns[PIECES - 1]) in str(row.reasons) for row in reasons)
