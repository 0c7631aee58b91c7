"""What a preview says is what is committed on the same facts, and it leaves nothing behind (I2, invariant 7)."""

from typing import Any

import pytest
from shop_floor import Floor, rows, run
from sqlalchemy import MetaData, select

from models.base import table_of
from models.decision import Decision
from policies.comparison import differences
from policies.rules_file import parse_rules
from tasks.accept_orders import accept_orders
from tasks.hub import current_rules
from tasks.preview_orders import CannotPreview, Previewed, preview_orders
from tasks.reading import reading
from tasks.ready import arrived_orders, undecided_orders
from tasks.reserve_orders import reserve_orders

DECISION = table_of(Decision)
MAIN, OTHER = "SKU-0001", "SKU-0002"


def everything() -> dict[str, list[Any]]:
    """Every row of every table."""
    with reading() as work:
        schema = MetaData()
        schema.reflect(work.session.connection())
        return {table.name: sorted(map(repr, work.rows(select(table)))) for table in schema.sorted_tables}


def accepted(floor: Floor) -> None:
    for batch in arrived_orders():
        run(accept_orders.fn(batch, current_rules()))


def committed() -> dict[str, Any]:
    """The stored decisions by the channel's number of their order."""
    with reading() as work:
        names = {row.id: row.channel_order_no for row in rows("SELECT id, channel_order_no FROM sales_order")}
        return {names[row.order_id]: row.result for row in work.rows(select(DECISION).order_by(DECISION.c.id))}


def decisions(found: list[Previewed]) -> dict[str, Any]:
    return {order.channel_order_no: order.decision for order in found}


def test_a_preview_is_what_is_committed_and_writes_nothing(floor: Floor) -> None:
    floor.state({MAIN: 600}, "N1", remark="送礼")
    floor.state({MAIN: 600, OTHER: 1}, "N2", urgent=True)
    floor.state({MAIN: 900}, "N3")
    floor.state({OTHER: 1}, "N4", status="unpaid")
    floor.state({"NO-SUCH": 1}, "N5")
    accepted(floor)
    before = everything()
    found = preview_orders(["N1", "N2", "N3", "N4", "N5"], current_rules())
    assert everything() == before
    for batch in undecided_orders():
        run(reserve_orders.fn(batch, current_rules()))

    said = decisions(found)
    assert [reason.code for reason in found[-1].why_not] == ["no-good-line"]
    assert said.pop("N5") is None
    assert said == committed()
    assert {number: [hold["kind"] for hold in result.get("holds", [])] for number, result in said.items()} == {
        "N1": [], "N2": [], "N3": ["stock"], "N4": ["payment"],
    }  # fmt: skip
    assert said["N1"]["tags"] == ["gift"]


def test_other_rules_are_tried_on_an_order_that_has_its_stock_until_its_goods_are_asked_for(floor: Floor) -> None:
    number = floor.order({MAIN: 1000})
    rules = parse_rules('[[review]]\nname = "all"\namount_over_minor = 1\napprover = "boss"\n')
    [same], [asked] = preview_orders([number], current_rules()), preview_orders([number], rules)
    assert same.decision
    assert differences({1: committed()["N1"]}, {1: same.decision}) == []
    assert asked.decision
    assert [hold["kind"] for hold in asked.decision["holds"]] == ["approval"]
    floor.release(number)
    with pytest.raises(CannotPreview, match="any more"):
        preview_orders([number], rules)
    with pytest.raises(CannotPreview, match="no order N9"):
        preview_orders(["N9"], rules)
