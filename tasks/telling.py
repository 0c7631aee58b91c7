"""Keeping the ERP of one mind with us (C3): it is owed what it has not heard, one message at a time.

A message says what is true when it is sent. While one is due, further changes need no other; when one was sent, what
changed meanwhile is owed anew. Both look at the order under its lock, so nothing falls between them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.base import table_of
from models.check_code import check_code
from models.company import Warehouse
from models.external_ref import ExternalRef
from models.lifecycle import OrderKind, Status
from models.many import among
from models.messages import ErpStatus
from models.order_book import ORDER
from models.outbox import OUTBOX, Owed
from models.shipment import Outbound, Parcel, Shipment, TrackingEvent
from models.work import Work
from policies.telling import Listener, Standing, progress_of, who_hears
from tasks.connections import connections
from tasks.outbounds import erp_number

OUTBOUND = table_of(Outbound)
REF = table_of(ExternalRef)
_PARCEL = table_of(Parcel)
_WAREHOUSE = table_of(Warehouse)
_SHIPMENT = table_of(Shipment)
_TRACK = table_of(TrackingEvent)
_WITH_A_WAREHOUSE = ("accepted", "shipped")


@dataclass(frozen=True, slots=True)
class Known:
    """An order that an ERP has: which ERP, what is true of it, and what the ERP was told of it so far."""

    connection: str
    order_id: int
    outbound_id: int
    status: ErpStatus
    standing: Standing
    told_times: int


def tell_of(work: Work, order_ids: Iterable[int]) -> None:
    """Owe the ERP how far these orders are, where it does not know and no message is due that will say it."""
    there = select(OUTBOUND.c.order_id).where(
        among(OUTBOUND.c.order_id, set(order_ids)), OUTBOUND.c.state.in_(_WITH_A_WAREHOUSE)
    )
    ids = sorted(set(work.session.execute(there).scalars()))
    if not ids:
        return
    work.session.execute(select(ORDER.c.id).where(among(ORDER.c.id, ids)).order_by(ORDER.c.id).with_for_update())
    work.outbox.add([_owed(known) for known in known_to_erps(work, ids) if Listener.ERP in who_hears(known.standing)])


def known_to_erps(work: Work, order_ids: Iterable[int]) -> list[Known]:
    """These orders as far as a warehouse and an ERP have them."""
    ids = list(order_ids)
    columns = (
        OUTBOUND.c.id, OUTBOUND.c.outbound_no, OUTBOUND.c.waybill_no, ORDER.c.id.label("order_id"), ORDER.c.status,
        ORDER.c.kind, _WAREHOUSE.c.code.label("warehouse"),
    )  # fmt: skip
    query = select(*columns).join(ORDER, ORDER.c.id == OUTBOUND.c.order_id).order_by(OUTBOUND.c.id)
    query = query.join(_WAREHOUSE, _WAREHOUSE.c.id == OUTBOUND.c.warehouse_id)
    query = query.where(ORDER.c.company_id == work.company_id, among(ORDER.c.id, ids))
    outbounds = work.rows(query.where(OUTBOUND.c.state.in_(_WITH_A_WAREHOUSE)))
    in_erp = _connections(work, [erp_number(row.outbound_no) for row in outbounds])
    parcels = _parcels(work, ids)
    messages = _messages(work, ids)
    found = []
    for row in outbounds:
        number = erp_number(row.outbound_no)
        there = parcels.get(row.id, {})
        progress = progress_of(Status(row.status), list(there.values()))
        if number not in in_erp or progress is None:
            continue
        waybills = tuple(there) or ((row.waybill_no,) if row.waybill_no else ())
        status = ErpStatus(number, check_code(row.outbound_no), row.outbound_no, row.warehouse, waybills, progress)
        told = messages.get(row.id, [])
        said = next((message.payload["said"] for message in told if message.state == "sent"), None)
        waiting = any(message.state == "due" for message in told)
        standing = Standing(OrderKind(row.kind), status.to_json(), said, waiting)
        found.append(Known(in_erp[number], row.order_id, row.id, status, standing, len(told)))
    return found


def _owed(known: Known) -> dict[str, Any]:
    return {
        "kind": Owed.ERP_STATUS,
        "order_id": known.order_id,
        "connection": known.connection,
        "idempotency_key": f"erp-status:{known.status.outbound_no}:{known.told_times + 1}",
        "payload": {"outbound_id": known.outbound_id},
    }


def _connections(work: Work, erp_numbers: list[str]) -> dict[str, str]:
    """Which ERP has each of these numbers."""
    erps = (REF.c.company_id == work.company_id, among(REF.c.connection, [erp.code for erp in connections().erp]))
    query = select(REF.c.our_no, REF.c.connection).where(*erps, REF.c.kind == "erp-order")
    return dict(map(tuple, work.rows(query.where(among(REF.c.our_no, erp_numbers)))))


def _parcels(work: Work, order_ids: list[int]) -> Mapping[int, dict[str, str]]:
    """The newest state of each parcel by its waybill, by outbound; empty for one that was not scanned yet."""
    query = (
        select(_SHIPMENT.c.outbound_id, _PARCEL.c.waybill_no, _TRACK.c.state)
        .join(_PARCEL, _PARCEL.c.shipment_id == _SHIPMENT.c.id)
        .join(_TRACK, _TRACK.c.parcel_id == _PARCEL.c.id, isouter=True)
        .where(among(_PARCEL.c.order_id, order_ids))
        .order_by(_PARCEL.c.id, _TRACK.c.happened_at, _TRACK.c.id)
    )
    found: dict[int, dict[str, str]] = {}
    for outbound_id, waybill_no, state in work.rows(query):
        found.setdefault(outbound_id, {})[waybill_no] = state or ""
    return found


def _messages(work: Work, order_ids: list[int]) -> Mapping[int, list[Any]]:
    """What the ERP was or is to be told, by outbound, newest first."""
    query = select(OUTBOX.c.state, OUTBOX.c.payload).order_by(OUTBOX.c.id.desc())
    found: dict[int, list[Any]] = {}
    for row in work.rows(query.where(among(OUTBOX.c.order_id, order_ids), OUTBOX.c.kind == Owed.ERP_STATUS)):
        found.setdefault(row.payload["outbound_id"], []).append(row)
    return found
