"""What partners are asked when an order has its stock: an outbound, a waybill, an ERP order (C1-C3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from models.base import chunks, table_of
from models.bulk import insert_numbered, insert_rows
from models.lifecycle import OrderKind
from models.outbox import Owed
from models.shipment import Outbound, OutboundLine
from models.work import Work
from policies.decision import OrderDecision
from tasks.connections import connections

OUTBOUND = table_of(Outbound)
OUTBOUND_LINE = table_of(OutboundLine)


_IN_THE_ERP = frozenset({OrderKind.SALE})
"""Only a sale is a sales order there: a transfer sells nothing, and the piece of an exchange is sold already."""


def outbound_number(order_id: int) -> str:
    """Our number of an order's outbound: what the warehouse and the carrier know it by."""
    return f"OUT{order_id:010d}"


def ask_partners(work: Work, rows: Mapping[int, Any], going: Sequence[OrderDecision]) -> None:
    """Plan the outbound of each order that the hub ships, and owe the carrier and the ERP their messages.

    Nothing is asked for a deposit, which waits for its balance, nor of a carrier for what is fetched.
    """
    ours = [
        (rows[decision.order_id], decision)
        for decision in going
        if rows[decision.order_id].fulfilment == "hub"
        and rows[decision.order_id].kind != OrderKind.DEPOSIT
        and rows[decision.order_id].pickup_id is None
    ]
    connected = connections()
    carrier = connected.carrier[0].code if connected.carrier else ""
    erp = connected.erp[0].code if connected.erp else ""
    numbers = _new_numbers(work, [row.id for row, _ in ours])
    ids = insert_numbered(
        work.session,
        OUTBOUND,
        [
            {
                "order_id": row.id, "warehouse_id": decision.warehouse_id, "outbound_no": numbers[row.id],
                "state": "planned", "carrier": carrier, "planned_at": work.now,
            }
            for row, decision in ours
        ],
    )  # fmt: skip
    insert_rows(
        work.session,
        OUTBOUND_LINE,
        [
            {
                "outbound_id": outbound_id,
                "order_line_id": a.line_id,
                "product_id": a.product_id,
                "quantity": a.quantity,
                "shipped": 0,
            }
            for outbound_id, (_, decision) in zip(ids, ours, strict=True)
            for a in decision.allocations
        ],
    )
    owed: list[dict[str, Any]] = []
    for outbound_id, (row, _) in zip(ids, ours, strict=True):
        common = {"order_id": row.id, "region": row.region, "payload": {"outbound_id": outbound_id}}
        number = numbers[row.id]
        if carrier:
            owed.append({**common, "kind": Owed.WAYBILL, "connection": carrier, "idempotency_key": f"waybill:{number}"})
        if erp and row.kind in _IN_THE_ERP:
            # The sale is the same one, however often its goods are planned anew.
            key = f"erp-order:{outbound_number(row.id)}"
            owed.append({**common, "kind": Owed.ERP_ORDER, "connection": erp, "idempotency_key": key, "region": ""})
    work.outbox.add(owed)


def _new_numbers(work: Work, order_ids: Sequence[int]) -> dict[int, str]:
    """A number that no partner has seen yet, for an order whose earlier outbounds were withdrawn too."""
    earlier: dict[int, int] = {}
    for chunk in chunks(order_ids):
        query = select(OUTBOUND.c.order_id, func.count()).where(OUTBOUND.c.order_id.in_(chunk))
        earlier.update(dict(work.rows(query.group_by(OUTBOUND.c.order_id))))
    return {
        order_id: outbound_number(order_id) + (f"-{earlier[order_id] + 1}" if order_id in earlier else "")
        for order_id in order_ids
    }
