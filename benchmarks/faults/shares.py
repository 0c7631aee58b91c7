"""Who had a part in it: orders by channel and by ERP, parcels by warehouse and by carrier."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from benchmarks.faults.connected import CARRIERS, CHANNELS, ERPS, WAREHOUSES
from models.base import table_of
from models.company import SalesChannel, Warehouse
from models.order_book import ORDER
from models.outbox import OUTBOX, Owed
from models.shipment import Outbound
from models.work import Work

Shares = Mapping[str, Counter[str]]
"""What is counted → who → how many; 0 for whoever got nothing."""

_CHANNEL, _OUTBOUND, _WAREHOUSE = table_of(SalesChannel), table_of(Outbound), table_of(Warehouse)


def shares_of(work: Work) -> Shares:
    """What everybody got who is connected for the proof: orders that came, orders that an ERP took, and parcels that a
    warehouse took, each with its carrier."""

    def counted(those: Sequence[str], code: ColumnElement[str], query: Select[Any]) -> Counter[str]:
        found = {row[0]: row[1] for row in work.rows(query.with_only_columns(code, func.count()).group_by(code))}
        return Counter(dict.fromkeys(those, 0) | found)

    orders = select(ORDER.c.id).join(_CHANNEL, _CHANNEL.c.id == ORDER.c.channel_id)
    kept = select(OUTBOX.c.id).where(OUTBOX.c.kind == Owed.ERP_ORDER, OUTBOX.c.state == "sent")
    taken = select(_OUTBOUND.c.id).join(_WAREHOUSE, _WAREHOUSE.c.id == _OUTBOUND.c.warehouse_id)
    parcels = taken.where(_OUTBOUND.c.state.in_(("accepted", "shipped")))
    return {
        "orders by channel": counted(CHANNELS, _CHANNEL.c.code, orders),
        "orders by ERP": counted(ERPS, OUTBOX.c.connection, kept),
        "parcels by warehouse": counted(WAREHOUSES, _WAREHOUSE.c.code, parcels),
        "parcels by carrier": counted(CARRIERS, _OUTBOUND.c.carrier, parcels),
    }
