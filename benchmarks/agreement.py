"""Whether all systems agree on every order: what the partners really have, compared with what we believe (C3).

The partners' side is the sandbox's own state, as ``/_sandbox/state/{partner}`` shows it; ours is the database. A world
with other partners adds their documents to ``Systems``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from models.base import table_of
from models.check_code import check_code, code_in
from models.company import SalesChannel
from models.lifecycle import OrderKind, Status
from models.order_book import ORDER
from models.shipment import Outbound, Parcel
from models.work import Work
from tasks.outbounds import erp_number
from tasks.reading import reading
from tasks.telling import known_to_erps

State = Callable[[str], Mapping[str, Any]]
_OUTBOUND = table_of(Outbound)
_PARCEL = table_of(Parcel)
_CHANNEL = table_of(SalesChannel)


@dataclass(frozen=True, slots=True)
class TheirOutbound:
    """What a warehouse has under an outbound number of ours."""

    standing: str
    """``accepted``, ``shipped`` or ``cancelled``."""
    waybill_no: str
    check_code: str


@dataclass(frozen=True, slots=True)
class TheirWaybill:
    """What a carrier has under a waybill number."""

    outbound_no: str
    check_code: str
    cancelled: bool


@dataclass(frozen=True, slots=True)
class TheirOrder:
    """What an ERP has under an order number of ours. ``told``: progress, outbound, waybills."""

    check_code: str
    audited: bool
    cancelled: bool
    told: tuple[str, ...]


@dataclass(slots=True)
class Systems:
    """Everything that partners have of ours, by our number or, for waybills, by theirs; ``shipments`` are channel,
    order number and waybill."""

    outbounds: dict[str, TheirOutbound] = field(default_factory=dict)
    waybills: dict[str, TheirWaybill] = field(default_factory=dict)
    orders: dict[str, TheirOrder] = field(default_factory=dict)
    shipments: list[tuple[str, str, str]] = field(default_factory=list)


def systems_of(state: State) -> Systems:
    """What the sandbox's channels, Qimen, SF, J&T, Cainiao, Kingdee and SAP have."""
    standings = {"ACCEPT": "accepted", "DELIVERED": "shipped", "CANCELED": "cancelled"}
    systems = Systems()
    for it in state("qimen")["outbounds"]:
        code = it["extend_props"].get("checkCode", "")
        systems.outbounds[it["code"]] = TheirOutbound(standings[str(it["status"])], it["express_code"], code)
    for carrier in ("sf", "jt", "cainiao"):
        for it in state(carrier)["waybills"]:
            systems.waybills[it["number"]] = TheirWaybill(it["order_id"], code_in(it["reference"]), it["cancelled"])
    for it in state("kingdee")["documents"]:
        if it["form"] == "SAL_SaleOrder":
            model = it["model"]
            told = tuple(str(model.get(f"F_HUB_{name}", "")) for name in ("PROGRESS", "OUTBOUND", "WAYBILL"))
            standing = (str(it["status"]) == "C", bool(it["cancelled"]))
            systems.orders[it["number"]] = TheirOrder(code_in(model["FNote"]), *standing, told)
    for it in state("sap")["documents"]:
        if it["form"] == "A_SalesOrder":
            model = it["model"]
            told = tuple(str(model.get(f"YY1_{name}_SDH", "")) for name in ("Progress", "Outbound", "Waybills"))
            number, code = model["PurchaseOrderByCustomer"], model["AssignmentReference"]
            systems.orders[number] = TheirOrder(code, not model.get("DeliveryBlockReason"), it["cancelled"], told)
    for channel in ("shop", "taobao", "jd", "wechat_shop", "alibaba_1688"):
        systems.shipments += [(channel, it["order_no"], it["waybill_no"]) for it in state(channel)["shipments"]]
    return systems


def disagreements(systems: Systems) -> list[str]:
    """One sentence for each thing on which a partner and we are not of one mind; empty when all agree."""
    with reading() as work:
        return list(_compared(work, systems))


def _compared(work: Work, systems: Systems) -> Iterator[str]:
    columns = (*_OUTBOUND.c, ORDER.c.status, ORDER.c.kind)
    query = select(*columns).join(ORDER, ORDER.c.id == _OUTBOUND.c.order_id).order_by(_OUTBOUND.c.id)
    ours = work.rows(query.where(ORDER.c.company_id == work.company_id))
    told = {known.status.order_no: known.status for known in known_to_erps(work, [row.order_id for row in ours])}
    for row in ours:
        yield from _outbound(row, systems)
        yield from _waybill(row, systems)
        yield from _order(row, systems, told.get(erp_number(row.outbound_no)))
    numbers = {row.outbound_no for row in ours}
    yield from (f"warehouse: {number} is none of ours" for number in systems.outbounds.keys() - numbers)
    yield from (f"ERP: {number} is none of ours" for number in systems.orders.keys() - set(map(erp_number, numbers)))
    yield from _shipments(work, systems)


def _outbound(row: Any, systems: Systems) -> Iterator[str]:
    there = systems.outbounds.get(row.outbound_no)
    expected = {"planned": (None,), "cancelled": (None, "cancelled")}.get(row.state, (row.state,))
    if (there and there.standing) not in expected:
        yield f"warehouse: {row.outbound_no} is {row.state}, there {there and there.standing}"
    if there and there.standing != "cancelled":
        if there.waybill_no != (row.waybill_no or ""):
            yield f"warehouse: {row.outbound_no} goes with {row.waybill_no}, there with {there.waybill_no}"
        if there.check_code != check_code(row.outbound_no):
            yield f"warehouse: {row.outbound_no} carries {there.check_code}"


def _waybill(row: Any, systems: Systems) -> Iterator[str]:
    booked = {no: it for no, it in systems.waybills.items() if it.outbound_no == row.outbound_no and not it.cancelled}
    wanted = {row.waybill_no} if row.waybill_no and row.state != "cancelled" else set()
    if booked.keys() != wanted:
        yield f"carrier: {row.outbound_no} goes with {sorted(wanted)}, there with {sorted(booked)}"
    for number, it in booked.items():
        if it.check_code != check_code(row.outbound_no):
            yield f"carrier: {number} carries {it.check_code}"


def _order(row: Any, systems: Systems, status: Any) -> Iterator[str]:
    number, there = erp_number(row.outbound_no), systems.orders.get(erp_number(row.outbound_no))
    if row.state == "cancelled" or row.status == Status.CANCELLED:
        if there and not there.cancelled:
            yield f"ERP: {number} is not void there"
        return
    if row.kind != OrderKind.SALE:
        return
    if there is None or not there.audited or there.cancelled:
        yield f"ERP: {number} does not stand there: {there}"
    elif there.check_code != check_code(row.outbound_no):
        yield f"ERP: {number} carries {there.check_code}"
    elif status is not None:
        true = (str(status.progress), status.outbound_no, ",".join(status.waybill_nos))
        if there.told != true:
            yield f"ERP: {number} is {true}, there {there.told}"


def _shipments(work: Work, systems: Systems) -> Iterator[str]:
    query = (
        select(_CHANNEL.c.code, ORDER.c.channel_order_no, _PARCEL.c.waybill_no)
        .join(ORDER, ORDER.c.id == _PARCEL.c.order_id)
        .join(_CHANNEL, _CHANNEL.c.id == ORDER.c.channel_id)
        .where(ORDER.c.company_id == work.company_id, ORDER.c.kind == OrderKind.SALE)
    )
    ours, theirs = sorted(tuple(row) for row in work.rows(query)), sorted(systems.shipments)
    yield from (f"channel: {what} was not told" for what in sorted({*ours} - {*theirs}))
    yield from (f"channel: {what} was told, but did not leave" for what in sorted({*theirs} - {*ours}))
    if len(theirs) != len(set(theirs)):
        yield "channel: something was told twice"
