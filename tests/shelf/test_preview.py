"""What a preview says is what is committed on the same facts, and it leaves nothing behind (I2, invariant 7)."""

import json
from pathlib import Path
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
from tasks.import_files import open_catalogue, stage_orders
from tasks.preview_file import preview_file
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
    rules = current_rules()
    found = preview_orders(["N1", "N2", "N3", "N4", "N5"], rules)
    assert everything() == before
    for batch in undecided_orders(rules):
        run(reserve_orders.fn(batch, rules))

    said = decisions(found)
    assert [reason.code for reason in found[-1].refused] == ["no-good-line", "sku-unknown"]
    assert said.pop("N5") is None
    assert said == committed()
    assert {number: [hold["kind"] for hold in result.get("holds", [])] for number, result in said.items()} == {
        "N1": [], "N2": [], "N3": ["stock"], "N4": ["payment"],
    }  # fmt: skip
    assert said["N1"]["tags"] == ["gift"]


def test_a_file_is_previewed_as_it_is_imported_and_nothing_of_it_stays(floor: Floor, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    cells = "C1,王伟,13800000000,浙江省,杭州市,文一路 1 号"
    file.write_text(
        "订单号,下单时间,商品编码,数量,单价,备注,客户,收货人,电话,省,市,地址\n"
        + "".join(
            f"{number},2026-03-01 10:00:00,{sku},{pieces},10.00,{remark},{cells}\n"
            for number, sku, pieces, remark in (
                ("F1", MAIN, "600", "不要先打包"), ("F1", "", "1", "不要先打包"), ("F2", MAIN, "600", "送礼"),
                ("F3", "NEW-1", "1", ""), ("F4", "", "1", ""),
            )
        ),
        encoding="utf-8",
    )  # fmt: skip
    floor.order({MAIN: 500})
    before = everything()
    found = preview_file(file, "plain", current_rules())
    assert everything() == before
    run(open_catalogue.fn(str(file), "plain"))
    run(stage_orders.fn(str(file), "plain"))
    floor.fulfil()

    assert {order.channel_order_no: [reason.code for reason in order.refused] for order in found} == {
        "F1": ["sku-missing"], "F2": [], "F3": [], "F4": ["no-good-line", "sku-missing"],
    }  # fmt: skip
    said = decisions(found)
    assert said.pop("F4") is None
    kept = {number: without_ids(result) for number, result in committed().items() if number != "N1"}
    first = floor.number_of("F1")
    assert {number: without_ids(result) for number, result in said.items()} == json.loads(
        json.dumps(kept).replace(first, "F1")
    )
    named = {reason["facts"].get("order") for reason in said["F2"]["holds"][0]["reasons"]}
    assert "F1" in named, "it has no number of ours yet"
    assert {number: result["tags"] for number, result in said.items()} == {
        "F1": ["repeat-customer"], "F2": ["repeat-customer", "gift"], "F3": ["repeat-customer"],
    }  # fmt: skip
    assert {order.number for order in found} == {""}


def without_ids(result: Any) -> Any:
    """A decision without the ids of its lines, which PostgreSQL gives once."""
    return {**result, "lines": [taken[1:] for taken in result.get("lines", [])]}


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
