"""What partners are asked when an order has its stock: an outbound, a waybill, an ERP order (C1-C3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from models.base import table_of
from models.bulk import insert_numbered, insert_rows
from models.lifecycle import OrderKind
from models.many import among
from models.outbox import Owed
from models.shipment import Outbound, OutboundLine
from models.work import Work
from policies.decision import OrderDecision
from tasks.connections import connections

OUTBOUND = table_of(Outbound)
OUTBOUND_LINE = table_of(OutboundLine)
_IN_THE_ERP = frozenset({OrderKind.SALE})
"""Only a sale is a sales order there: a transfer sells nothing, and the piece of an exchange is sold already."""


def outbound_number(order_id: int, attempt: int = 1) -> str:
    """Our number of an order's outbound: what the warehouse and the carrier know it by.

    A number that partners were told is never used again: after a change, or a refusal, the next one counts on.
    """
    return f"OUT{order_id:010d}" + (f"-{attempt}" if attempt > 1 else "")


def erp_number(outbound_no: str) -> str:
    """Our number of the ERP order that goes with an outbound."""
    return f"SO{outbound_no.removeprefix('OUT')}"


def outbound_of_erp_number(number: str) -> str:
    """The outbound that goes with an ERP order of ours."""
    return f"OUT{number.removeprefix('SO')}"


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
    planned = _planned(work, [row.id for row, _ in ours])
    numbers = [outbound_number(row.id, planned.get(row.id, 0) + 1) for row, _ in ours]
    ids = insert_numbered(
        work.session,
        OUTBOUND,
        [
            {
                "order_id": row.id, "warehouse_id": decision.warehouse_id, "outbound_no": number,
                "state": "planned", "carrier": carrier, "planned_at": work.now,
            }
            for number, (row, decision) in zip(numbers, ours, strict=True)
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
    for outbound_id, number, (row, _) in zip(ids, numbers, ours, strict=True):
        common = {"order_id": row.id, "region": row.region, "payload": {"outbound_id": outbound_id}}
        if carrier:
            owed.append({**common, "kind": Owed.WAYBILL, "connection": carrier, "idempotency_key": f"waybill:{number}"})
        erp = connected.erp_for(row.channel)
        if erp and row.kind in _IN_THE_ERP:
            key = f"erp-order:{number}"
            owed.append({**common, "kind": Owed.ERP_ORDER, "connection": erp, "idempotency_key": key, "region": ""})
    work.outbox.add(owed)


def _planned(work: Work, order_ids: Sequence[int]) -> dict[int, int]:
    """How many outbounds orders have had, for those that had any."""
    query = select(OUTBOUND.c.order_id, func.count()).where(among(OUTBOUND.c.order_id, order_ids))
    return dict(work.rows(query.group_by(OUTBOUND.c.order_id)))
