"""What other rules would decide about open orders: each counted once, on what those rules would look up (I3)."""

from pathlib import Path

import pytest
from shop_floor import Floor, rows
from sqlalchemy import update

from policies.rules import Rules
from policies.rules_file import parse_rules
from settings import get_settings
from tasks.hub import unit_of_work
from tasks.preview import Compared, compare_open_orders
from tasks.reservation_facts import WAREHOUSE


def text(limit: int = 150, due_days: int = 30, does: str = 'tag = "seen"') -> str:
    """Rules under which customers of grade A may owe so much, for so long, and what is done with each order."""
    return f"""
        routing.prefer = {{ "广东省" = ["SZ-01"] }}
        credit = {{ default_limit = {{ A = {limit} }}, due_days = {due_days} }}
        review = [{{ name = "all", amount_over_minor = 1, {does} }}]
    """


def rules(limit: int = 150, due_days: int = 30, does: str = 'tag = "seen"') -> Rules:
    """The rules of ``text``."""
    return parse_rules(text(limit, due_days, does))


@pytest.fixture
def orders(floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Two orders of 1.00 on account, of warehouses that ship one order a day. The first has its goods in SZ-01, the
    second waits for credit; our ids."""
    file = tmp_path / "rules.toml"
    file.write_text(text(), encoding="utf-8")
    monkeypatch.setenv("ORDERSPINE_RULES", str(file))
    get_settings.cache_clear()
    with unit_of_work("test") as work:
        work.session.execute(update(WAREHOUSE).values(orders_a_day=1))
    for _ in range(2):
        buyer = {"id": "BUYER", "name": "韩梅梅", "grade": "A"}
        floor.order({"SKU-0001": 1}, customer=buyer, status="unpaid", paid_at=None)
    found = rows("SELECT id, status FROM sales_order ORDER BY id")
    assert [row.status for row in found] == ["reserved", "received"]
    return found[0].id, found[1].id


def differing(found: Compared) -> dict[int, tuple[str, ...]]:
    """Which parts of which orders' decisions differ."""
    assert (found.orders, found.unknown) == (2, {})
    return {difference.order_id: difference.changed for difference in found.differences}


def test_what_an_order_has_already_is_not_counted_against_it(orders: tuple[int, int]) -> None:
    first, second = orders
    assert differing(compare_open_orders(rules(), rules())) == {}
    assert differing(compare_open_orders(rules(), rules(limit=99))).keys() == {first}
    more = compare_open_orders(rules(), rules(limit=200))
    assert differing(more).keys() == {second}
    [taken] = rows("SELECT warehouse_id FROM outbound")
    assert more.differences[0].after["warehouse"] != taken.warehouse_id, "the first has the day's place in SZ-01"


def test_another_approver_and_another_day_on_which_a_payment_is_late_are_differences(
    orders: tuple[int, int], floor: Floor
) -> None:
    first, second = orders
    clerk, vice_president = (rules(200, does=f'approver = "{who}"') for who in ("clerk", "vice-president"))
    assert differing(compare_open_orders(clerk, vice_president)) == {first: ("asked",), second: ("asked",)}
    floor.pass_time(days=40)
    for old, new in ((30, 60), (60, 30)):
        assert differing(compare_open_orders(rules(200, old), rules(200, new))).keys() == {second}
