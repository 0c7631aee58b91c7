"""``orderspine db verify`` finds events that do not follow from each other, and stock that does not add up."""

from pathlib import Path

import pytest
from sqlalchemy import text

from models.messages import CatalogueItem
from tasks.hub import unit_of_work
from tasks.masters import add_products, open_stock, warehouse_id_of

ORDER = """order ref number,order date time,buyer code,ship to,mobile phone,ship province,ship city,ship address,\
item code,pcs qty,price each,line amount,ccy
A-1,2026-06-01 10:00:00,C1,王芳,13800000001,广东省,深圳市,福华路1号,SKU-1,2,10.00,20.00,CNY
"""


@pytest.mark.usefixtures("prefect_api")
def test_an_event_that_was_altered_is_an_order_named(orderspine, home: Path):
    file = home / "orders.csv"
    file.write_text(ORDER, encoding="utf-8")
    assert orderspine("import", str(file), "--yes").code == 0
    sound = orderspine("db", "verify")
    assert (sound.code, "of 1 orders: every chain holds" in sound.out) == (0, True), sound
    with unit_of_work("an administrator") as work:
        work.session.execute(text("DROP TRIGGER order_event_no_update"))
        work.session.execute(text("UPDATE order_event SET actor = 'somebody' WHERE seq = 1"))
    altered = orderspine("db", "verify")
    assert (altered.code, "A-1" in altered.err) == (1, True), altered


def test_a_balance_that_was_altered_is_a_shelf_named(orderspine, home: Path):
    orderspine("db", "upgrade")
    with unit_of_work("test") as work:
        ids = add_products(work, [CatalogueItem(sku, sku, 100) for sku in ("MUG-01", "MUG-02")])
        open_stock(work, warehouse_id_of(work, "SZ-01"), dict.fromkeys(ids.values(), 20), "opening:test")
    sound = orderspine("db", "verify")
    assert (sound.code, "2 balances of stock: each is the sum" in sound.out) == (0, True), sound
    with unit_of_work("an administrator") as work:
        work.session.execute(text("UPDATE stock_level SET on_hand = 21 WHERE product_id = :id"), {"id": ids["MUG-02"]})
    altered = orderspine("db", "verify")
    assert (altered.code, "MUG-02 SZ-01 sellable" in altered.err, "MUG-01" in altered.err) == (1, True, False), altered
