"""The control API under `/_sandbox`: what tests and the demo do to the world. No log-in: for loopback."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import httpx
from fastapi import APIRouter, HTTPException, Request

from sandbox.bills import BillRow
from sandbox.control_models import (
    ChangeStock,
    DecideInvoice,
    LayFault,
    MakeBill,
    PlaceOrder,
    PlaceOrders,
    PushOrder,
    PushOrders,
    RaiseAlert,
    SendBack,
    SetClock,
    SetHub,
    SetQuota,
    StockCount,
    TellOfParcels,
    UpdateOrder,
    WorkAtCarrier,
    WorkInWarehouse,
)
from sandbox.deliveries import Pushed
from sandbox.faults import Fault
from sandbox.hub import HubAnswer
from sandbox.quotas import Quota
from sandbox.state import PARTNERS_WITH_STATE, state_of
from sandbox.weather import EVENT_TYPES, Alert
from sandbox.world import World

router = APIRouter(prefix="/_sandbox", tags=["control"])

Json = dict[str, Any]


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


@router.post("/orders")
async def place_orders(request: Request, body: PlaceOrders) -> Json:
    """Generate orders; answers with their numbers and the defect of each bad one."""
    made = _world(request).place_orders(**body.model_dump())
    return {"order_nos": [order["order_no"] for order in made.orders], "defects": made.defects}


@router.post("/orders/one")
async def place_order(request: Request, body: PlaceOrder) -> Json:
    """Place exactly this order."""
    try:
        _world(request).place_order(body.channel, body.order)
    except (KeyError, ValueError) as error:
        raise HTTPException(422, f"not an order: {error}") from error
    return {"order_no": body.order["order_no"]}


@router.get("/orders/defects")
async def defects(request: Request) -> dict[str, dict[str, str]]:
    """Channel → order number → defect."""
    return _world(request).defects()


@router.get("/orders/{channel}/{number}")
async def order(request: Request, channel: str, number: str) -> Json:
    """An order as the channel keeps it."""
    _known(request, channel, number)
    return _world(request).channels[channel].book[number]


@router.post("/orders/{channel}/{number}/update")
async def update_order(request: Request, channel: str, number: str, body: UpdateOrder) -> Json:
    """Change an order as its buyer would."""
    _known(request, channel, number)
    return _world(request).update_order(channel, number, body.changes)


@router.post("/orders/{channel}/{number}/cancel")
async def cancel_order(request: Request, channel: str, number: str) -> Json:
    """Cancel an order as its buyer would."""
    _known(request, channel, number)
    return _world(request).cancel_order(channel, number)


@router.post("/orders/shop/{number}/push")
async def push_order(request: Request, number: str, body: PushOrder | None = None) -> Json:
    """Send the shop's webhook for an order: repeated, all its versions, newest first."""
    _known(request, "shop", number)
    return _pushed(await _world(request).push_orders([number], **(body or PushOrder()).model_dump()))


@router.post("/orders/shop/push")
async def push_orders(request: Request, body: PushOrders) -> Json:
    """Send the shop's webhook for several orders, one after the other."""
    for number in body.order_nos:
        _known(request, "shop", number)
    options = body.model_dump(exclude={"order_nos"})
    return _pushed(await _world(request).push_orders(body.order_nos, **options))


@router.put("/stock")
async def set_stock(request: Request, body: list[StockCount]) -> Json:
    """Set counts in the WMS or the ERP."""
    for count in body:
        _world(request).set_stock(**count.model_dump())
    return {"counts": len(body)}


@router.post("/clock")
async def set_clock(request: Request, body: SetClock) -> Json:
    """Fix the world's clock; null lets it run."""
    _world(request).set_now(body.now)
    return {"now": _world(request).clock.now().isoformat()}


@router.put("/hub")
async def set_hub(request: Request, body: SetHub) -> Json:
    """Where webhooks and callbacks go from now on."""
    hub = _world(request).hub
    if hub.client is not None:
        await hub.client.aclose()
    hub.client = httpx.AsyncClient(base_url=body.url)
    return {"url": body.url}


@router.post("/warehouse/work")
async def work_in_warehouse(request: Request, body: WorkInWarehouse | None = None) -> Json:
    """Ship open outbounds and send the confirmations owed to the hub."""
    work = await _world(request).work_in_warehouse(**(body or WorkInWarehouse()).model_dump())
    return {**asdict(work), "answers": _answers(work.answers)}


@router.post("/warehouse/change")
async def change_stock(request: Request, body: ChangeStock) -> Json:
    """Change the stock by a document; the next shift tells the hub."""
    try:
        return asdict(_world(request).change_stock(**body.model_dump()))
    except ValueError as error:
        raise HTTPException(422, str(error)) from error


@router.post("/warehouse/send-back")
async def send_back(request: Request, body: SendBack) -> Json:
    """Pieces of a return reach the warehouse; the next shift tells the hub."""
    try:
        return asdict(_world(request).send_back(body.code, body.pieces))
    except KeyError as error:
        raise HTTPException(404, f"unknown return {error}") from error


@router.post("/carrier/work")
async def work_at_carrier(request: Request, body: WorkAtCarrier | None = None) -> Json:
    """Scan parcels up to a moment."""
    try:
        scans = _world(request).work_at_carrier(**(body or WorkAtCarrier()).model_dump())
    except KeyError as error:
        raise HTTPException(404, f"unknown waybill {error}") from error
    return {"scans": scans}


@router.post("/tracker/tell")
async def tell_of_parcels(request: Request, body: TellOfParcels) -> Json:
    """Send what Kuaidi100 knows of subscribed parcels to the hub."""
    try:
        pushed = await _world(request).tell_of_parcels(body.waybill_nos)
    except KeyError as error:
        raise HTTPException(404, f"nobody subscribed {error}") from error
    return {"accepted": sorted(pushed.accepted)}


@router.post("/bill")
async def make_bill(request: Request, body: MakeBill) -> Json:
    """Make the statement of a day; answers which merchant order number each distortion struck."""
    rows = [BillRow(**row.model_dump()) for row in body.rows]
    world = _world(request)
    try:
        struck = world.make_bill(body.day, rows=rows, from_orders=body.from_orders, distortions=body.distort)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    return {"rows": len(world.bills.days[body.day]), "distorted": struck}


@router.post("/invoices/{order_no}")
async def decide_invoice(request: Request, order_no: str, body: DecideInvoice) -> Json:
    """Issue an invoice that was asked for, or refuse it."""
    world = _world(request)
    try:
        if body.refused:
            world.refuse_invoice(order_no, body.refused)
        else:
            world.issue_invoice(order_no)
    except KeyError as error:
        raise HTTPException(404, f"nobody asked for invoice {error}") from error
    return {"number": world.tax_office.invoices[order_no].number}


@router.post("/alerts")
async def raise_alert(request: Request, body: RaiseAlert) -> Json:
    """Issue a weather warning, or update those it supersedes."""
    if body.type not in EVENT_TYPES:
        raise HTTPException(422, f"type is one of {', '.join(EVENT_TYPES)}")
    world = _world(request)
    alert = Alert(
        id=world.weather.next_id(),
        event_type=body.type,
        level=body.level,
        issued_at=world.clock.now(),
        expires_at=body.until,
        province=body.province,
        city=body.city,
        latitude=body.lat,
        longitude=body.lon,
        message="update" if body.supersedes else "alert",
        supersedes=tuple(body.supersedes),
    )
    try:
        world.raise_alert(alert)
    except KeyError as error:
        raise HTTPException(404, f"no warning {error}") from error
    return {"id": alert.id}


@router.delete("/alerts/{alert_id}")
async def cancel_alert(request: Request, alert_id: str) -> Json:
    """Call a warning off."""
    try:
        return {"id": _world(request).cancel_alert(alert_id).id}
    except KeyError as error:
        raise HTTPException(404, f"no warning {error}") from error


@router.post("/faults")
async def add_fault(request: Request, body: LayFault) -> Json:
    """Lay a fault on a partner's operation."""
    try:
        _world(request).add_fault(Fault(**body.model_dump()))
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    return {"laid": len(_world(request).faults.laid)}


@router.delete("/faults")
async def clear_faults(request: Request) -> Json:
    """Lift all faults."""
    _world(request).clear_faults()
    return {"laid": 0}


@router.put("/quotas/{partner}")
async def set_quota(request: Request, partner: str, body: SetQuota) -> Json:
    """How often a partner lets itself be called from now on."""
    _world(request).quotas[partner] = Quota(body.calls, body.seconds)
    return body.model_dump()


@router.get("/ledger")
async def ledger(request: Request, partner: str | None = None, effect: str | None = None) -> list[Json]:
    """The effects really performed, oldest first."""
    return [asdict(entry) for entry in _world(request).ledger.effects(partner, effect)]


@router.get("/requests")
async def requests(request: Request) -> list[Json]:
    """How often each kind of request ended how."""
    return [{**asdict(kind), "count": count} for kind, count in _world(request).requests.counts().items()]


@router.get("/state/{partner}")
async def state(request: Request, partner: str) -> Json:
    """What a partner keeps."""
    if partner not in PARTNERS_WITH_STATE:
        raise HTTPException(404, f"partner is one of {', '.join(PARTNERS_WITH_STATE)}")
    return state_of(_world(request), partner)


@router.post("/reset")
async def reset(request: Request) -> Json:
    """Start the world again; the hub's address stays."""
    _world(request).reset()
    return {"reset": True}


def _known(request: Request, channel: str, number: str) -> None:
    target = _world(request).channels.get(channel)
    if target is None or number not in target.book:
        raise HTTPException(404, f"{channel} has no order {number}")


def _pushed(pushed: Pushed) -> Json:
    return {"answers": _answers(pushed.answers), "accepted": sorted(pushed.accepted)}


def _answers(answers: list[tuple[str, HubAnswer]]) -> list[Json]:
    return [{"key": key, **asdict(answer)} for key, answer in answers]
