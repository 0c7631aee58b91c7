"""A database with many orders, made from one with few: copies of its rows with shifted ids and other names."""

from sqlalchemy import Connection, func, insert, literal, select, text, update
from sqlmodel import SQLModel

import models.tables  # noqa: F401  (fills the metadata)
from models.base import table_of
from models.company import SalesChannel
from models.database import open_engine
from models.stock import LEVEL

CHANNEL = table_of(SalesChannel)
# What an ingested order leaves, and the column that must differ in a copy.
COPIED = {
    "customer": "code", "inbox": "message_key", "sales_order": "channel_order_no", "decision": None, "hold": None,
    "order_line": None, "order_version": None, "outbound": "outbound_no", "outbox": "idempotency_key",
    "quarantine": "subject_key", "order_event": None, "outbound_line": None, "reservation": None,
}  # fmt: skip


def multiply_orders(url: str, times: int) -> None:
    """Make the orders of a database that many times as many, none under the number that it has at its channel.

    The channels count as never read, and what can be promised is as much as before the first order came, so the same
    orders can be ingested once more and end as they did. The chains of the copies' events are not valid: their hashes
    cover the ids.
    """
    engine = open_engine(url)
    with engine.begin() as connection:
        spans = {name: _highest_id(connection, name) for name in COPIED}
        for copy in range(1, times):
            for name in COPIED:
                _copy_rows(connection, name, copy, spans)
        for name, unique in COPIED.items():
            if unique:
                _rename(connection, name, unique, spans[name])
        reserved = LEVEL.c.reserved * times
        connection.execute(update(LEVEL).values(on_hand=LEVEL.c.on_hand + reserved, reserved=reserved))
        connection.execute(update(CHANNEL).values(read_until=None))
        if engine.dialect.name == "postgresql":
            for name in COPIED:
                connection.execute(text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))  # noqa: S608  (our own names)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as its own autovacuum soon would
            connection.execute(text("CHECKPOINT"))
    engine.dispose()


def _highest_id(connection: Connection, name: str) -> int:
    return int(connection.execute(select(func.coalesce(func.max(SQLModel.metadata.tables[name].c.id), 0))).scalar_one())


def _copy_rows(connection: Connection, name: str, copy: int, spans: dict[str, int]) -> None:
    table = SQLModel.metadata.tables[name]
    values = []
    for column in table.c:
        target = next(iter(column.foreign_keys)).column.table.name if column.foreign_keys else ""
        if column.name == "id":
            values.append(column + copy * spans[name])
        elif target in COPIED:
            values.append(column + copy * spans[target])
        elif column.name == COPIED[name]:
            values.append(column + literal(f"~{copy}"))
        else:
            values.append(column)
    originals = select(*values).where(table.c.id <= spans[name])
    connection.execute(insert(table).from_select(table.c.keys(), originals))


def _rename(connection: Connection, name: str, unique: str, last: int) -> None:
    table = SQLModel.metadata.tables[name]
    column = table.c[unique]
    connection.execute(update(table).where(table.c.id <= last).values({unique: column + literal("~0")}))
