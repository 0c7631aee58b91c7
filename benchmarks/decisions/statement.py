"""The yardstick: stock for every order line by set-based SQL, and nothing else.

Each line takes what it wants of its SKU in one warehouse, first come first served, as long as it lies there. No
credit, no rule, no choice of warehouse, no order kept whole, no reason, no event, no message: the least that any
system must write to have promised the same stock. PostgreSQL does it in one statement; SQLite, which cannot change two
tables in one, in two of one transaction.
"""

import time

from sqlalchemy import text

from models.database import open_engine

_WANTED = """
    SELECT line.order_id, line.id AS line_id, level.id AS level_id, line.quantity,
           level.on_hand - level.reserved - level.preoccupied - level.safety AS free,
           sum(line.quantity) OVER (PARTITION BY level.id ORDER BY o.placed_at, line.id) AS so_far
    FROM sales_order o
    JOIN order_line line ON line.order_id = o.id AND line.state = 'good' AND line.kind = 'goods'
    JOIN stock_level level
      ON level.product_id = line.product_id AND level.warehouse_id = :warehouse AND level.bucket = 'sellable'
    WHERE o.status = 'received'
"""
_TAKE = """
    INSERT INTO reservation (order_id, order_line_id, stock_level_id, quantity, claim, state, made_at)
    SELECT order_id, line_id, level_id, quantity, 'order', 'open', CURRENT_TIMESTAMP FROM wanted WHERE so_far <= free
"""
_PROMISE = (
    "UPDATE stock_level SET reserved = reserved + taken.pieces FROM ({}) taken WHERE taken.level_id = stock_level.id"
)
_PER_LEVEL = "SELECT stock_level_id AS level_id, sum(quantity) AS pieces FROM {} GROUP BY stock_level_id"
_STATEMENTS = {
    "postgresql": [
        f"WITH wanted AS ({_WANTED}), taken AS ({_TAKE} RETURNING stock_level_id, quantity) "
        + _PROMISE.format(_PER_LEVEL.format("taken")),
    ],
    "sqlite": [
        f"WITH wanted AS ({_WANTED}) {_TAKE}",
        _PROMISE.format(_PER_LEVEL.format("reservation")),
    ],
}


def reserve_by_statement(url: str) -> tuple[float, int]:
    """Run it on a database whose orders wait; seconds, and how many lines got their stock."""
    engine = open_engine(url)
    with engine.begin() as connection:
        warehouse = connection.execute(text("SELECT min(warehouse_id) FROM stock_level")).scalar_one()
        started = time.perf_counter()
        for statement in _STATEMENTS[engine.dialect.name]:
            connection.execute(text(statement), {"warehouse": warehouse} if ":warehouse" in statement else {})
        connection.commit()
        seconds = time.perf_counter() - started
    with engine.connect() as connection:
        lines = connection.execute(text("SELECT count(*) FROM reservation")).scalar_one()
    engine.dispose()
    return seconds, lines
